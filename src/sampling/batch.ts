import { encodeRows, makeRows, type Rows, type StateFeatures } from '../features/index.js';

/**
 * Transitions of E environments over T steps, in the order in which they happened. State t of environment e is row
 * t·E + e, so the next state of a transition is E rows further on; autoreset in the mode NEXT_STEP leaves the true last
 * observation of an episode in its place. The step that only resets is not a transition: `valid` is 0 there.
 */
export interface Batch {
  readonly steps: number;
  readonly numEnvs: number;
  /** The observations as numbers; shape [(T+1)·E, inputs]. */
  readonly observations: Float64Array;
  /** ψ of the (T+1)·E observations. */
  readonly states: Rows;
  /** Codes of the actions taken (src/policy/family.ts); shape [T·E, width]. */
  readonly actions: Float64Array;
  /** dπ/dμ of the action taken when it was drawn; shape [T·E]. */
  readonly behaviour: Float64Array;
  /** Scaled cost c of the reward (`ActorCritic.cost`); shape [T·E]. */
  readonly costs: Float64Array;
  /** The episode ended in a state of value 0; shape [T·E]. */
  readonly terminated: Uint8Array;
  /** The episode was cut: its last state keeps its value, so the target bootstraps; shape [T·E]. */
  readonly truncated: Uint8Array;
  /** Whether this is a transition at all; shape [T·E]. */
  readonly valid: Uint8Array;
}

/** @param width numbers of an action's code */
export function makeBatch(features: StateFeatures, steps: number, numEnvs: number, width = 1): Batch {
  const size = steps * numEnvs;
  return {
    steps,
    numEnvs,
    observations: new Float64Array((size + numEnvs) * features.inputs),
    states: makeRows(features, size + numEnvs),
    actions: new Float64Array(size * width),
    behaviour: new Float64Array(size),
    costs: new Float64Array(size),
    terminated: new Uint8Array(size),
    truncated: new Uint8Array(size),
    valid: new Uint8Array(size),
  };
}

/** Encodes the observations of time t. @param from the first of so many environments; default: all */
export function encodeStates(features: StateFeatures, batch: Batch, t: number, from = 0, count = batch.numEnvs): void {
  encodeRows(features, batch.observations, batch.states, t * batch.numEnvs + from, count);
}

/** A batch without what can be computed again: for a checkpoint, and where it crosses to another thread. */
export type Recorded = Omit<Batch, 'states'>;

/** The batch without ψ of its states. */
export function snapshotBatch({ states: _, ...rest }: Batch): Recorded {
  return rest;
}

/** The batch of a snapshot, its states encoded again. */
export function restoreBatch(features: StateFeatures, saved: Recorded): Batch {
  const width = saved.actions.length / saved.valid.length;
  const batch = makeBatch(features, saved.steps, saved.numEnvs, width);
  batch.observations.set(saved.observations);
  batch.actions.set(saved.actions);
  batch.behaviour.set(saved.behaviour);
  batch.costs.set(saved.costs);
  batch.terminated.set(saved.terminated);
  batch.truncated.set(saved.truncated);
  batch.valid.set(saved.valid);
  encodeRows(features, batch.observations, batch.states, 0, (saved.steps + 1) * saved.numEnvs);
  return batch;
}
