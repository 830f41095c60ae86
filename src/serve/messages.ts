import type { AgentState, Config, Update } from '../agent/index.js';
import type { Recorded } from '../sampling/batch.js';
import type { Description } from '../spaces/index.js';

/** What a learner starts from. */
export interface Start {
  readonly config: Config;
  readonly observationSpace: Description;
  readonly actionSpace: Description;
  /** null: a new agent. */
  readonly state: AgentState | null;
}

/** What a policy update gave: the vectors that act from now on, and figures. */
export interface Progress extends Update {
  readonly w: Float64Array<ArrayBuffer>;
  readonly theta: Float64Array<ArrayBuffer>;
  /** The parameters of learned features; else empty. */
  readonly features: readonly Float64Array<ArrayBuffer>[];
  readonly updates: number;
  readonly time: number;
  /** τ of the update that comes next. */
  readonly tau: number;
}

/** What a checkpoint has of the acting side. */
export interface SaveExtras {
  readonly rng: number[];
  readonly steps: number;
  readonly seconds: number;
}

/** To the learner's thread; what has an `id` is answered. */
export type ToLearner =
  | { readonly type: 'learn'; readonly id: number; readonly stream: number; readonly batch: Recorded }
  | { readonly type: 'save'; readonly id: number; readonly extras: SaveExtras }
  | { readonly type: 'forget'; readonly stream: number };

/** From the learner's thread: the answer, or why there is none. */
export type FromLearner =
  | { readonly id: number; readonly value: Progress | Uint8Array }
  | { readonly id: number; readonly error: Error };
