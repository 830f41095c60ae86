import { Policy } from '../policy/policy.js';
import type { Batch } from '../sampling/batch.js';

export interface AdaptiveStepOptions {
  /** The mean KL(π'|π) that a step should move. */
  target: number;
  /** The first step. */
  initial: number;
  /** Bounds of the step. */
  min: number;
  max: number;
}

/** A step changes by this factor at most from one to the next. */
const FACTOR = 2;

/**
 * The step λ' after one of size λ that moved KL(π'|π) by `moved`: λ·√(target/moved), since the divergence of a small step is of second order
 * in it. The rule of penalised policy steps (Schulman et al., "Proximal policy optimization algorithms", 2017, section 4), made smooth.
 */
export function adaptStep(lambda: number, moved: number, { target, min, max }: AdaptiveStepOptions): number {
  const factor = moved > 0 ? Math.sqrt(target / moved) : FACTOR;
  return Math.min(max, Math.max(min, lambda * Math.min(FACTOR, Math.max(1 / FACTOR, factor))));
}

/**
 * Mean of KL(π'(·|s)|π(·|s)) = ⟨u − u', ∫ χ dπ'⟩ + log Z(u) − log Z(u') over the states acted in of a batch.
 * @param policy π'
 * @param w the vector of π, shape [N]
 * @returns 0 where the batch has no transition
 */
export function meanDivergence(policy: Policy, w: Float64Array<ArrayBuffer>, batch: Batch): number {
  const before = new Policy(policy.features, policy.family, w);
  let sum = 0;
  let count = 0;
  for (let row = 0; row < batch.valid.length; row++) {
    if (!batch.valid[row]) continue;
    const { mean, logZ } = policy.at(batch.states, row);
    sum += before.at(batch.states, row).logZ - logZ;
    for (let k = 0; k < mean.length; k++) sum += mean[k] * (before.energy[k] - policy.energy[k]);
    count++;
  }
  return count > 0 ? Math.max(0, sum / count) : 0;
}
