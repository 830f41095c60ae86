import type { z } from 'zod';
import type { Critic } from './critic.js';
import type { CriticState } from './criticState.js';
import type { RootMeanSquare } from './rootMeanSquare.js';

/** What a method brings along; an online one has `observe`, a batch one `learn`. */
export interface CriticParts<State extends CriticState> extends Partial<Pick<Critic, 'observe' | 'learn'>> {
  readonly theta: Float64Array;
  readonly errors: RootMeanSquare;
  /** The form of `snapshot`, by which what is restored is checked. */
  readonly state: z.ZodType<State>;
  snapshot(): State;
  restore(state: State): void;
}

/** A critic of what is particular to its method. */
export function buildCritic<State extends CriticState>(parts: CriticParts<State>): Critic {
  const { theta, errors, state, observe = nothing, learn = nothing } = parts;
  return {
    theta,
    observe,
    learn,
    takeError: () => errors.take(),
    snapshot: parts.snapshot,
    restore(saved) {
      const { success, data, error } = state.safeParse(saved);
      if (success) return parts.restore(data);
      const [{ path, message }] = error.issues;
      throw new TypeError(`the state of the critic: ${path.join('.') || 'the whole'}: ${message}`);
    },
  };
}

function nothing(): void {}
