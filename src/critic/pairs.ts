import { makeRows } from '../features/index.js';
import type { NetworkFeatures } from '../features/network.js';
import type { Batch } from '../sampling/batch.js';
import type { CriticContext } from './critic.js';
import type { ReturnTargets } from './returnTargets.js';

/** A batch whose states are encoded anew whenever it is used, since ψ changes. */
export type StoredBatch = Omit<Batch, 'states'>;

/** Transitions of many batches with what Q should be there. */
export interface Pairs {
  readonly count: number;
  /** Shape [count, inputs]. */
  readonly observations: Float64Array;
  /** Codes of the actions; shape [count, width]. */
  readonly actions: Float64Array;
  /** λ-returns; shape [count]. */
  readonly targets: Float64Array;
}

/** What the returns of a batch are made of. */
export interface Present {
  readonly psi: NetworkFeatures;
  readonly targets: ReturnTargets;
  readonly context: CriticContext;
  readonly theta: Float64Array;
}

/** The transitions of batches and their returns with the present θ, ψ and π. */
export function gatherPairs(batches: StoredBatch[], { psi, targets, context, theta }: Present): Pairs {
  const { inputs } = psi;
  const room = batches.reduce((sum, { costs }) => sum + costs.length, 0);
  const width = batches[0].actions.length / batches[0].costs.length;
  const pairs = {
    count: 0,
    observations: new Float64Array(room * inputs),
    actions: new Float64Array(room * width),
    targets: new Float64Array(room),
  };
  let states = makeRows(psi, 0);
  for (const batch of batches) {
    const rows = batch.observations.length / inputs;
    if (states.values.length !== rows * psi.size) states = makeRows(psi, rows);
    psi.forward(batch.observations, 0, rows, states.values, 0);
    const encoded = { ...batch, states };
    const returns = targets.of(encoded, targets.policyIn(encoded, context), context, theta);
    for (let at = 0; at < batch.costs.length; at++) {
      if (!batch.valid[at]) continue;
      const i = pairs.count++;
      pairs.observations.set(batch.observations.subarray(at * inputs, (at + 1) * inputs), i * inputs);
      pairs.actions.set(batch.actions.subarray(at * width, (at + 1) * width), i * width);
      pairs.targets[i] = returns[at];
    }
  }
  return pairs;
}
