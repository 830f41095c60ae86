import { buildCritic } from './buildCritic.js';
import type { Critic, CriticOptions, CriticProblem } from './critic.js';
import { recursiveLeastSquaresState } from './criticState.js';
import { Gram } from './gram.js';
import { ReturnTargets } from './returnTargets.js';

export interface RecursiveLeastSquaresOptions extends CriticOptions {
  /** f, 0 < f ≤ 1: what came k batches ago counts fᵏ. */
  forgetting: number;
  /** Weight of the pull towards θ₀, in transitions; it is not forgotten. */
  ridge: number;
}

/**
 * Recursive least squares with exponential forgetting on λ-returns (Ljung, "System identification", 2nd ed., 11.2; for temporal
 * differences Bradtke & Barto, Machine Learning 22, 1996): θ_n minimises Σ_k f^{n−k} Σ (G − ⟨θ,φ⟩)² + ridge ‖θ − θ₀‖², where G of
 * batch k was computed when it came. Kept are the sums C = Σ fᵏ φφᵀ and Σ fᵏ G φ alone, no batches. C is solved by Cholesky: the
 * recursion for C⁻¹ gives the same θ but loses definiteness where a direction is not excited for long.
 */
export function recursiveLeastSquares(
  { features, family }: Pick<CriticProblem, 'features' | 'family'>,
  options: RecursiveLeastSquaresOptions,
): Critic {
  const { lambda, forgetting, ridge } = options;
  const theta = features.constantVector(options.initialValue);
  const theta0 = theta.slice();
  const targets = new ReturnTargets(features, family, lambda, null);
  const gram = new Gram(features);
  /** Σ fᵏ G φ of the batches before the present one; shape [N]. */
  const past = new Float64Array(features.size);
  const latest = new Float64Array(features.size);
  const b = new Float64Array(features.size);

  return buildCritic({
    theta,
    errors: targets.errors,
    learn(batch, context, passes) {
      gram.scale(forgetting);
      gram.update(batch, 1);
      targets.see(batch);
      gram.factorise(ridge);
      const policy = targets.policyIn(batch, context);
      for (let i = 0; i < past.length; i++) past[i] = forgetting * past[i];
      for (let pass = 0; pass < passes; pass++) {
        latest.fill(0);
        gram.accumulateAll(batch, targets.of(batch, policy, context, theta), latest);
        for (let i = 0; i < b.length; i++) b[i] = ridge * theta0[i] + past[i] + latest[i];
        gram.solve(b);
        theta.set(b);
      }
      for (let i = 0; i < past.length; i++) past[i] = past[i] + latest[i];
    },
    state: recursiveLeastSquaresState(features, gram.matrix.length),
    snapshot: () => ({ theta, gram: gram.matrix, past, targets: targets.snapshot() }),
    restore(state) {
      theta.set(state.theta);
      gram.matrix.set(state.gram);
      past.set(state.past);
      targets.restore(state.targets);
    },
  });
}
