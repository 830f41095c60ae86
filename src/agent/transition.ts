import type { Chosen } from '../sampling/acting.js';
import { NDArray, type Space } from '../spaces/index.js';
import type { ActorCritic } from './actorCritic.js';
import { readAction } from './distribution.js';
import { type Numbers, readNumbers } from './readObservations.js';
import type { Recording } from './recorder.js';

/** A part of a transition that is missing, of the wrong length or no number. */
export class TransitionError extends Error {
  override name = 'TransitionError';
}

/** A step of one environment, or of n (then each part has n entries). */
export interface Transition {
  /** The observation acted on. Default: that of the latest `act`. */
  readonly obs?: unknown;
  /** The action taken. Default: that of the latest `act`. */
  readonly action?: unknown;
  readonly reward: number | ArrayLike<number>;
  /** The observation that the step led to; at an episode's end its last one, not the next episode's first. */
  readonly nextObs: unknown;
  readonly terminated: boolean | ArrayLike<number | boolean>;
  readonly truncated: boolean | ArrayLike<number | boolean>;
}

/** What `act` chose. */
export interface Acted extends Numbers {
  readonly chosen: Chosen;
}

interface Reader {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly core: ActorCritic;
}

/** How many environments a transition is of; null: of one, and its parts are no arrays. */
export function batchSize({ reward }: Transition): number | null {
  return typeof reward === 'object' && reward !== null ? reward.length : null;
}

/** What is known before a transition is read. */
interface Before {
  /** What `act` chose last; null: nothing. */
  readonly acted: Acted | null;
  /** How many environments are recorded; null: that is open. */
  readonly numEnvs: number | null;
  /** Named in errors. */
  readonly where: string;
}

/**
 * Checks a transition and brings it into the form that is recorded.
 * @throws TransitionError, ObservationError, ActionError naming the part
 */
export function readTransition(reader: Reader, transition: Transition, before: Before): Recording {
  const { numEnvs, where } = before;
  if (typeof transition !== 'object' || transition === null) {
    throw new TransitionError(`${where}: the transition is ${String(transition)}; expected an object`);
  }
  const n = batchSize(transition);
  const count = n ?? 1;
  if (count === 0) throw new TransitionError(`${where}: reward has no entries; expected one an environment`);
  if (numEnvs !== null && numEnvs !== count) {
    throw new TransitionError(
      `${where}: a transition of ${count} environments; expected ${numEnvs}, those of the batch under way`,
    );
  }
  const rewards = column(transition.reward, count, `${where}: reward`);
  const terminated = flags(transition.terminated, count, `${where}: terminated`);
  const truncated = flags(transition.truncated, count, `${where}: truncated`);
  const next = observation(reader, transition.nextObs, n, `${where}: nextObs`);
  const { rows, chosen } = actedOf(reader, transition, n, before);
  return { observations: rows, chosen, outcome: { next, rewards, terminated, truncated } };
}

/** An observation of each environment, as numbers. */
function observation(
  { observationSpace, core }: Reader,
  given: unknown,
  n: number | null,
  where: string,
): Float64Array {
  const numbers = readNumbers(observationSpace, core.model.observations, given, where);
  if (numbers.n !== n) throw mismatched(where, numbers.n, n);
  return numbers.rows;
}

/** Which observation was acted on by which action: those of the transition, or of the latest `act`. */
function actedOf(
  reader: Reader,
  { obs, action }: Transition,
  n: number | null,
  { acted, where }: Before,
): Pick<Acted, 'rows' | 'chosen'> {
  if (obs === undefined || action === undefined) {
    if (acted === null) {
      throw new TransitionError(`${where}: no obs and action, and no act before it; expected both, or act first`);
    }
    if (acted.n !== n) throw mismatched(`${where}: what act chose`, acted.n, n);
  }
  const rows = obs === undefined ? acted!.rows : observation(reader, obs, n, `${where}: obs`);
  if (action === undefined) return { rows, chosen: acted!.chosen };
  const actions = n === null ? [action] : itemsOf(reader.actionSpace, action, n, `${where}: action`);
  return { rows, chosen: chosenOf(reader, rows, actions, `${where}: action`) };
}

/** Actions that somebody else chose, as if they had been drawn from the policy. */
function chosenOf(
  { actionSpace, core: { model, acting } }: Reader,
  rows: Float64Array,
  actions: readonly unknown[],
  where: string,
): Chosen {
  const chosen = acting.room(actions.length);
  const code = new Float64Array(acting.width);
  // What the policy would choose is written over; its density is asked for the action given.
  return acting.act(rows, null, chosen, (density, e) => {
    readAction(model, actionSpace, actions[e], code, actions.length === 1 ? where : `${where}[${e}]`);
    chosen.codes.set(code, e * acting.width);
    model.actions.write(chosen.codes, e, chosen.actions, e);
    chosen.densities[e] = density.at(chosen.codes, e);
  });
}

function itemsOf(space: Space, actions: unknown, n: number, where: string): unknown[] {
  const length = actions instanceof NDArray ? actions.shape[0] : (actions as ArrayLike<unknown> | null)?.length;
  if (actions instanceof NDArray && length === n)
    return Array.from({ length: n }, (_, e) => space.batchItem(actions, e));
  if (length === n) return Array.from(actions as ArrayLike<unknown>);
  throw new TransitionError(`${where} has ${length ?? 'no'} entries; expected ${n}, one an environment`);
}

function column(given: Transition['reward'], count: number, where: string): Float64Array {
  const values = typeof given === 'number' ? [given] : given;
  if (typeof values !== 'object' || values?.length !== count) throw miscounted(where, values, count);
  const bad = Array.from(values).findIndex((x) => typeof x !== 'number' || !Number.isFinite(x));
  if (bad >= 0) throw new TransitionError(`${where}[${bad}] is ${String(values[bad])}; expected a finite number`);
  return Float64Array.from(values);
}

function flags(given: Transition['terminated'], count: number, where: string): Uint8Array {
  const values = typeof given === 'boolean' ? [given] : given;
  if (typeof values !== 'object' || values?.length !== count) throw miscounted(where, values, count);
  const bad = Array.from(values).findIndex((x) => typeof x !== 'boolean' && x !== 0 && x !== 1);
  if (bad >= 0) throw new TransitionError(`${where}[${bad}] is ${String(values[bad])}; expected true or false`);
  return Uint8Array.from(values, Number);
}

function miscounted(where: string, got: unknown, count: number): TransitionError {
  const length = (got as ArrayLike<unknown> | null | undefined)?.length;
  const what = typeof got === 'object' && length !== undefined ? `has ${length} values` : `is ${String(got)}`;
  return new TransitionError(`${where} ${what}; expected ${count}, one an environment, as many as there are rewards`);
}

/** The error for a part of one observation where there are several environments, or the other way round. */
function mismatched(where: string, got: number | null, expected: number | null): TransitionError {
  const tell = (n: number | null) => (n === null ? 'one value' : `${n} values`);
  return new TransitionError(`${where}: ${tell(got)}; expected ${tell(expected)}, as many as there are rewards`);
}
