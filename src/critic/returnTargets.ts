import type { LinearFeatures } from '../features/index.js';
import type { ActionDensity, ActionFamily } from '../policy/family.js';
import type { Batch } from '../sampling/batch.js';
import type { CriticContext } from './critic.js';
import { lambdaReturns, traceWeight } from './lambdaReturns.js';
import { RootMeanSquare } from './rootMeanSquare.js';
import { regularisedMean } from './stateValue.js';
import { valueBounds } from './valueBounds.js';

/** π in the states of a batch, computed once for all passes of a policy update. */
export interface PolicyRows {
  /** ∫ χ dπ; shape [(T+1)·E, K]. */
  readonly means: Float64Array;
  /** τ KL(π|μ); shape [(T+1)·E]. */
  readonly regularisation: Float64Array;
  /** min(clip, π/b) of the actions taken, shape [T·E]; null: no weights. */
  readonly weights: Float64Array | null;
}

/**
 * The targets of a regression: λ-returns of a batch, computed with the present θ and π. They are kept inside the bounds that hold for the
 * value of any policy, c_min/(1−γ) and (c_max + τ max KL)/(1−γ), so that an extrapolating critic cannot run away. c_min and c_max are of the
 * costs met so far, 0 counted among them: a truncated state that promises more by extrapolation counts no more than that. Where KL has no bound the greatest of the
 * present policy in the batch's states takes its place.
 */
export class ReturnTargets {
  /** G − Q of the targets. */
  readonly errors = new RootMeanSquare();
  private readonly features: LinearFeatures;
  private readonly density: ActionDensity;
  /** Coefficients of a state; shape [K]. */
  private readonly coefficients: Float64Array;
  private readonly lambda: number;
  private readonly clip: number | null;
  private readonly highestKl: number;
  private scratch = makeScratch(0, 0);
  private lowestCost = 0;
  private highestCost = 0;

  /** @param clip bound of the importance weights π(a|s)/b(a|s) along the returns; null: no weights */
  constructor(features: LinearFeatures, family: ActionFamily, lambda: number, clip: number | null) {
    this.features = features;
    this.density = family.density();
    this.coefficients = new Float64Array(features.action.size);
    this.lambda = lambda;
    this.clip = clip;
    this.highestKl = family.highestKl;
  }

  /** Learns the range of costs from a new batch. */
  see(batch: Batch): void {
    for (let at = 0; at < batch.costs.length; at++) {
      if (!batch.valid[at]) continue;
      this.lowestCost = Math.min(this.lowestCost, batch.costs[at]);
      this.highestCost = Math.max(this.highestCost, batch.costs[at]);
    }
  }

  /** The policy in the states of a batch. */
  policyIn({ states, actions, behaviour, costs, numEnvs }: Batch, { w, tau }: CriticContext): PolicyRows {
    const { features, density, coefficients, clip } = this;
    const K = coefficients.length;
    const size = costs.length;
    const means = new Float64Array((size + numEnvs) * K);
    const regularisation = new Float64Array(size + numEnvs);
    const weights = clip === null ? null : new Float64Array(size);
    for (let row = 0; row < size + numEnvs; row++) {
      features.coefficients(w, states, row, coefficients);
      density.set(coefficients);
      for (let k = 0; k < K; k++) means[row * K + k] = density.mean[k];
      regularisation[row] = tau * density.kl;
      if (weights !== null && row < size) {
        weights[row] = traceWeight(density.at(actions, row), behaviour[row], clip!);
      }
    }
    return { means, regularisation, weights };
  }

  /**
   * G of a batch's transitions, with V̄ = ⟨q, ∫ χ dπ⟩ + τ KL(π|μ) of its states.
   * @param policy from `policyIn`
   * @returns shape [T·E], until the next call; without meaning where `valid` is 0
   */
  of(
    batch: Batch,
    { means, regularisation, weights }: PolicyRows,
    { tau, gamma }: CriticContext,
    theta: Float64Array,
  ): Float64Array {
    const { features, coefficients } = this;
    const K = coefficients.length;
    const E = batch.numEnvs;
    const size = batch.steps * E;
    if (this.scratch.q.length !== size) this.scratch = makeScratch(size, E);
    const { q, v, g } = this.scratch;
    let greatest = 0;
    for (let row = 0; row < size + E; row++) {
      features.coefficients(theta, batch.states, row, coefficients);
      greatest = Math.max(greatest, regularisation[row]);
      v[row] = regularisedMean(coefficients, means, row * K, regularisation[row]);
      if (row < size) q[row] = features.valueOf(coefficients, batch.actions, row);
    }
    lambdaReturns({ ...batch, actionValues: q, stateValues: v, traceWeights: weights }, gamma, this.lambda, g);
    const { lowestCost, highestCost, highestKl } = this;
    const highestRegularisation = Number.isFinite(highestKl) ? tau * highestKl : greatest;
    const { low, high } = valueBounds({ lowestCost, highestCost, highestRegularisation }, gamma);
    for (let at = 0; at < size; at++) {
      if (!batch.valid[at]) continue;
      g[at] = Math.min(high, Math.max(low, g[at]));
      this.errors.add(g[at] - q[at]);
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
  };
}
