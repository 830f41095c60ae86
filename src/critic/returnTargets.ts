import type { LinearFeatures } from '../features/index.js';
import type { Measure } from '../measure/measure.js';
import type { Batch } from '../sampling/batch.js';
import { type CriticContext, StateValues } from './critic.js';
import type { Gram } from './gram.js';
import { lambdaReturns } from './lambdaReturns.js';

/**
 * The targets of a regression: λ-returns of a batch, computed with the present θ and π. They are kept inside the bounds that hold for the
 * value of any policy, c_min/(1−γ) and (c_max + τ max KL)/(1−γ), so that an extrapolating critic cannot run away.
 */
export class ReturnTargets {
  private readonly values: StateValues;
  private readonly lambda: number;
  private readonly clip: number | null;
  private readonly highestKl: number;
  private scratch = makeScratch(0, 0);
  private lowestCost = 0;
  private highestCost = 0;
  private squares = 0;
  private count = 0;

  /** @param clip bound of the importance weights π(a|s)/b(a|s) along the returns; null: no weights */
  constructor(features: LinearFeatures, measure: Measure, lambda: number, clip: number | null) {
    this.values = new StateValues(features, measure);
    this.lambda = lambda;
    this.clip = clip;
    this.highestKl = Math.max(...Array.from(measure.weights, (p) => -Math.log(p)));
  }

  /** Learns the range of costs from a new batch. */
  see(batch: Batch): void {
    for (let at = 0; at < batch.costs.length; at++) {
      if (!batch.valid[at]) continue;
      this.lowestCost = Math.min(this.lowestCost, batch.costs[at]!);
      this.highestCost = Math.max(this.highestCost, batch.costs[at]!);
    }
  }

  /** b ← b + Σ G φ over a batch. */
  regress(batch: Batch, context: CriticContext, theta: Float64Array, gram: Gram, b: Float64Array): void {
    const { w, tau, gamma } = context;
    const { values, clip } = this;
    const E = batch.numEnvs;
    const size = batch.steps * E;
    if (this.scratch.q.length !== size) this.scratch = makeScratch(size, E);
    const { q, v, g, weights } = this.scratch;
    for (let row = 0; row < size + E; row++) {
      v[row] = values.at(batch, row, theta, w, tau);
      if (row >= size) continue;
      const node = batch.actions[row]!;
      q[row] = values.q[node]!;
      if (clip !== null) weights[row] = Math.min(clip, values.policy.probabilities[node]! / batch.behaviour[row]!);
    }
    const traceWeights = clip === null ? null : weights;
    lambdaReturns({ ...batch, actionValues: q, stateValues: v, traceWeights }, gamma, this.lambda, g);
    const low = this.lowestCost / (1 - gamma);
    const high = (this.highestCost + tau * this.highestKl) / (1 - gamma);
    for (let at = 0; at < size; at++) {
      if (!batch.valid[at]) continue;
      const target = Math.min(high, Math.max(low, g[at]!));
      gram.accumulate(batch, at, target, b);
      this.squares += (target - q[at]!) ** 2;
      this.count++;
    }
  }

  /** Root mean square of G − Q since it was last asked. */
  takeError(): number {
    const error = this.count > 0 ? Math.sqrt(this.squares / this.count) : 0;
    this.squares = 0;
    this.count = 0;
    return error;
  }

  snapshot(): Record<string, number> {
    const { lowestCost, highestCost, squares, count } = this;
    return { lowestCost, highestCost, squares, count };
  }

  restore(state: Record<string, number>): void {
    this.lowestCost = state.lowestCost!;
    this.highestCost = state.highestCost!;
    this.squares = state.squares!;
    this.count = state.count!;
  }
}

function makeScratch(size: number, E: number) {
  return {
    q: new Float64Array(size),
    v: new Float64Array(size + E),
    g: new Float64Array(size),
    weights: new Float64Array(size),
  };
}
