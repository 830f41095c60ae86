import type { LinearFeatures } from '../features/index.js';
import type { ActionFamily } from '../policy/family.js';
import type { Batch } from '../sampling/batch.js';
import { type CriticContext, StateValues } from './critic.js';
import type { Gram } from './gram.js';
import { lambdaReturns } from './lambdaReturns.js';
import { RootMeanSquare } from './rootMeanSquare.js';

/**
 * The targets of a regression: λ-returns of a batch, computed with the present θ and π. They are kept inside the bounds that hold for the
 * value of any policy, c_min/(1−γ) and (c_max + τ max KL)/(1−γ), so that an extrapolating critic cannot run away.
 */
export class ReturnTargets {
  /** G − Q of the targets. */
  readonly errors = new RootMeanSquare();
  private readonly features: LinearFeatures;
  private readonly values: StateValues;
  private readonly lambda: number;
  private readonly clip: number | null;
  private readonly highestKl: number;
  private scratch = makeScratch(0, 0);
  private lowestCost = 0;
  private highestCost = 0;

  /** @param clip bound of the importance weights π(a|s)/b(a|s) along the returns; null: no weights */
  constructor(features: LinearFeatures, family: ActionFamily, lambda: number, clip: number | null) {
    this.features = features;
    this.values = new StateValues(features, family);
    this.lambda = lambda;
    this.clip = clip;
    this.highestKl = family.highestKl;
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
    const g = this.of(batch, context, theta);
    for (let at = 0; at < g.length; at++) {
      if (batch.valid[at]) gram.accumulate(batch, at, g[at]!, b);
    }
  }

  /** G of a batch's transitions, shape [T·E], until the next call; without meaning where `valid` is 0. */
  of(batch: Batch, { w, tau, gamma }: CriticContext, theta: Float64Array): Float64Array {
    const { values, clip } = this;
    const E = batch.numEnvs;
    const size = batch.steps * E;
    if (this.scratch.q.length !== size) this.scratch = makeScratch(size, E);
    const { q, v, g, weights } = this.scratch;
    for (let row = 0; row < size + E; row++) {
      v[row] = values.at(batch, row, theta, w, tau);
      if (row >= size) continue;
      q[row] = this.features.valueOf(values.q, batch.actions, row);
      if (clip !== null) weights[row] = Math.min(clip, values.policy.at(batch.actions, row) / batch.behaviour[row]!);
    }
    const traceWeights = clip === null ? null : weights;
    lambdaReturns({ ...batch, actionValues: q, stateValues: v, traceWeights }, gamma, this.lambda, g);
    const low = this.lowestCost / (1 - gamma);
    const high = (this.highestCost + tau * this.highestKl) / (1 - gamma);
    for (let at = 0; at < size; at++) {
      if (!batch.valid[at]) continue;
      g[at] = Math.min(high, Math.max(low, g[at]!));
      this.errors.add(g[at]! - q[at]!);
    }
    return g;
  }

  snapshot() {
    const { lowestCost, highestCost, errors } = this;
    return { lowestCost, highestCost, errors: errors.snapshot() };
  }

  restore(state: ReturnType<ReturnTargets['snapshot']>): void {
    this.lowestCost = state.lowestCost;
    this.highestCost = state.highestCost;
    this.errors.restore(state.errors);
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
