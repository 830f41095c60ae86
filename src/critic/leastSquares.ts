import type { LinearFeatures } from '../features/index.js';
import type { Measure } from '../measure/measure.js';
import { type Batch, restoreBatch, snapshotBatch } from '../sampling/batch.js';
import { type Critic, type CriticContext, StateValues } from './critic.js';
import { Gram } from './gram.js';
import { lambdaReturns } from './lambdaReturns.js';

export interface LeastSquaresOptions {
  /** λ of the returns, 0…1. With λ = 0 targets stay right for old data, whatever policy gathered it. */
  lambda: number;
  /** Batches kept; the oldest is dropped when another comes. */
  window: number;
  /** Weight of the pull towards θ₀, in transitions: θ minimises Σ (G − ⟨θ,φ⟩)² + ridge ‖θ − θ₀‖². */
  ridge: number;
  /** Q(s,a;θ₀) for all (s,a). */
  initialValue: number;
}

/**
 * The limit η → ∞ of the fast critic: every pass regresses the λ-returns of the whole window, computed with the present θ and π, on
 * φ. Its fixed point is the temporal difference's (docs/method.md). Returns are kept inside the bounds that hold for the
 * value of any policy, c_min/(1−γ) and (c_max + τ max KL)/(1−γ), so that an extrapolating critic cannot run away.
 */
export function leastSquares(features: LinearFeatures, measure: Measure, options: LeastSquaresOptions): Critic {
  const { lambda, window, ridge } = options;
  const theta = features.constantVector(options.initialValue);
  const theta0 = theta.slice();
  const values = new StateValues(features, measure);
  const gram = new Gram(features);
  const highestKl = Math.max(...Array.from(measure.weights, (p) => -Math.log(p)));
  let batches: Batch[] = [];
  let scratch = { q: new Float64Array(0), v: new Float64Array(0), g: new Float64Array(0) };
  let lowestCost = 0;
  let highestCost = 0;
  let squares = 0;
  let count = 0;

  function take(batch: Batch): void {
    if (batches.length === window) gram.update(batches.shift()!, -1);
    batches.push(batch);
    gram.update(batch, 1);
    for (let at = 0; at < batch.costs.length; at++) {
      if (!batch.valid[at]) continue;
      lowestCost = Math.min(lowestCost, batch.costs[at]!);
      highestCost = Math.max(highestCost, batch.costs[at]!);
    }
  }

  /** Adds Σ G φ of a batch to b. */
  function regress(batch: Batch, { w, tau, gamma }: CriticContext, b: Float64Array): void {
    const E = batch.numEnvs;
    const size = batch.steps * E;
    if (scratch.q.length !== size) {
      scratch = { q: new Float64Array(size), v: new Float64Array(size + E), g: new Float64Array(size) };
    }
    const { q, v, g } = scratch;
    for (let row = 0; row < size + E; row++) {
      v[row] = values.at(batch, row, theta, w, tau);
      if (row < size) q[row] = values.q[batch.actions[row]!]!;
    }
    lambdaReturns({ ...batch, actionValues: q, stateValues: v }, gamma, lambda, g);
    const low = lowestCost / (1 - gamma);
    const high = (highestCost + tau * highestKl) / (1 - gamma);
    for (let at = 0; at < size; at++) {
      if (!batch.valid[at]) continue;
      const target = Math.min(high, Math.max(low, g[at]!));
      gram.accumulate(batch, at, target, b);
      squares += (target - q[at]!) ** 2;
      count++;
    }
  }

  return {
    theta,
    observe() {},
    learn(batch, context, passes) {
      take(batch);
      gram.factorise(ridge);
      const b = new Float64Array(features.size);
      for (let pass = 0; pass < passes; pass++) {
        for (let i = 0; i < b.length; i++) b[i] = ridge * theta0[i]!;
        for (const old of batches) regress(old, context, b);
        gram.solve(b);
        theta.set(b);
      }
    },
    takeError() {
      const error = count > 0 ? Math.sqrt(squares / count) : 0;
      squares = 0;
      count = 0;
      return error;
    },
    snapshot: () => ({
      theta,
      gram: gram.matrix,
      lowestCost,
      highestCost,
      squares,
      count,
      batches: batches.map(snapshotBatch),
    }),
    restore(state) {
      theta.set(state.theta as Float64Array);
      gram.matrix.set(state.gram as Float64Array);
      lowestCost = state.lowestCost as number;
      highestCost = state.highestCost as number;
      squares = state.squares as number;
      count = state.count as number;
      batches = (state.batches as Omit<Batch, 'states'>[]).map((saved) => restoreBatch(features.state, saved));
    },
  };
}
