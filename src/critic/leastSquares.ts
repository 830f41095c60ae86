import { type Batch, restoreBatch, snapshotBatch } from '../sampling/batch.js';
import { buildCritic } from './buildCritic.js';
import type { Critic, CriticOptions, CriticProblem } from './critic.js';
import { leastSquaresState } from './criticState.js';
import { Gram } from './gram.js';
import { ReturnTargets } from './returnTargets.js';

export interface LeastSquaresOptions extends CriticOptions {
  /** λ of the returns, 0…1. With λ = 0 targets stay right for old data, whatever policy gathered it. */
  lambda: number;
  /** Batches kept; the oldest is dropped when another comes. */
  window: number;
  /** Weight of the pull towards θ₀, in transitions: θ minimises Σ (G − ⟨θ,φ⟩)² + ridge ‖θ − θ₀‖². */
  ridge: number;
  /** `clipped`: per-decision importance weights min(clip, π/b) along the returns, b the policy that took the action (Retrace). */
  correction?: 'none' | 'clipped';
  /** Bound of the weights. */
  clip?: number;
}

/**
 * The limit η → ∞ of the fast critic: every pass regresses the λ-returns of the whole window, computed with the present θ and π, on
 * φ. Its fixed point is the temporal difference's (docs/method.md).
 */
export function leastSquares(
  { features, family }: Pick<CriticProblem, 'features' | 'family'>,
  options: LeastSquaresOptions,
): Critic {
  const { lambda, window, ridge, correction = 'none', clip = 1 } = options;
  const theta = features.constantVector(options.initialValue);
  const theta0 = theta.slice();
  const targets = new ReturnTargets(features, family, lambda, correction === 'clipped' ? clip : null);
  const gram = new Gram(features);
  let batches: Batch[] = [];

  return buildCritic({
    theta,
    errors: targets.errors,
    learn(batch, context, passes) {
      if (batches.length === window) gram.update(batches.shift()!, -1);
      batches.push(batch);
      gram.update(batch, 1);
      targets.see(batch);
      gram.factorise(ridge);
      const policies = batches.map((old) => targets.policyIn(old, context));
      const b = new Float64Array(features.size);
      for (let pass = 0; pass < passes; pass++) {
        for (let i = 0; i < b.length; i++) b[i] = ridge * theta0[i];
        batches.forEach((old, i) => {
          gram.accumulateAll(old, targets.of(old, policies[i], context, theta), b);
        });
        gram.solve(b);
        theta.set(b);
      }
    },
    state: leastSquaresState(features, gram.matrix.length, window),
    snapshot: () => ({
      theta,
      gram: gram.matrix,
      targets: targets.snapshot(),
      batches: batches.map(snapshotBatch),
    }),
    restore(state) {
      theta.set(state.theta);
      gram.matrix.set(state.gram);
      targets.restore(state.targets);
      batches = state.batches.map((saved) => restoreBatch(features.state, saved));
    },
  });
}
