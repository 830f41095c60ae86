import { largest } from '../../../numeric/vectors.js';
import type { FiniteProblem } from '../../finite/setting.js';
import type { DiscreteSteps } from './steps.js';
import { supremum } from './update.js';

/**
 * A bound of every gap in the sup norm: with ξ = −τ log dπ/dμ up to a function of the state,
 *   Z₀ = sup|ξ₀ − Q*| + sup(Q⁰ − ξ₀)₊,  Z_{n+1} = (1 − σ(1−γ)) Z_n + 2σ sup|δ_n| + γ sup β_n/(1−γ),  gap_n ≤ Z_n²/(2τ(1−γ)).
 * @param xi ξ₀, shape [S·m]
 * @returns the bound at each point; null where an explicit step has λτ > 1
 */
export function supNormBound(problem: FiniteProblem, steps: DiscreteSteps, xi: Float64Array): Float64Array | null {
  const { tau, gamma, sigma, criticError, rise, points } = steps;
  if (steps.iota.some((x) => x < 0)) return null;
  const { mdp, optimum } = problem;
  let Z =
    supremum(
      xi.map((x, p) => Math.abs(x - optimum.actionValue[p])),
      mdp,
    ) +
    supremum(
      points[0].Q.map((q, p) => q - xi[p]),
      mdp,
    );
  return steps.gap.map((_, n) => {
    if (n > 0) {
      const m = n - 1;
      Z = (1 - sigma[m] * (1 - gamma)) * Z + 2 * sigma[m] * criticError[m] + (gamma * rise[m]) / (1 - gamma);
    }
    return Z ** 2 / (2 * tau * (1 - gamma));
  });
}

/**
 * One step of the recursion of X = sup_s osc_a(ξ − Q): X_{n+1} ≤ (1−σ)X + σE + 2γb̂/(1−γ), E = sup osc δ_n,
 * b̂ = (X+E)(σ(1−σ/2)X + σ²E/2)/(4τ) a bound of |V^n − T^{π^{n+1}}V^n|.
 * @returns the bound of X_{n+1} by the path's own X_n, for each update; null where an explicit step has λτ > 1
 */
export function relaxationBound(steps: DiscreteSteps): Float64Array | null {
  const { tau, gamma, sigma, X, oscillation } = steps;
  if (steps.iota.some((x) => x < 0)) return null;
  return sigma.map((s, n) => {
    const E = largest(oscillation[n]);
    const change = ((X[n] + E) * (s * (1 - s / 2) * X[n] + (s * s * E) / 2)) / (4 * tau);
    return (1 - s) * X[n] + s * E + (2 * gamma * change) / (1 - gamma);
  });
}

/** gap_n ≤ X_n²/(8τ(1−γ)) at each point: no more is needed than Q of the policy itself. */
export function greedyBound({ X, tau, gamma }: DiscreteSteps): Float64Array {
  return X.map((x) => x ** 2 / (8 * tau * (1 - gamma)));
}
