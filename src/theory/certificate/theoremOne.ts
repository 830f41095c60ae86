import type { ExactProblem } from '../problem.js';
import { discountedIntegral } from './integrals.js';
import type { PathDiagnosis } from './pathDiagnosis.js';

/** The constants of Theorem 1's bound on K_t (docs/theory.md). */
export interface StabilityConstants {
  a1: number;
  a2: number;
}

/** Γ = λ_β (1−γ)(1−√γ) (slide 8). */
export function contraction({ lambdaBeta, gamma }: Pick<ExactProblem, 'lambdaBeta' | 'gamma'>): number {
  return lambdaBeta * (1 - gamma) * (1 - Math.sqrt(gamma));
}

/**
 * Constants of Theorem 1 (slide 8), K_t² ≤ a₁ + a₂ ∫₀ᵗ e^{−τ(t−r)} K_r² dr, as docs/theory.md derives them from A1, A2 and η₀ > τ/Γ.
 * @returns null where η₀ ≤ τ/Γ, or c or λ_β rule it out
 */
export function derivedConstants(
  { tau, gamma, costBound, lambdaBeta }: Pick<ExactProblem, 'tau' | 'gamma' | 'costBound' | 'lambdaBeta'>,
  eta0: number,
  theta0Norm: number,
  w0Norm: number,
): StabilityConstants | null {
  const Gamma = contraction({ lambdaBeta, gamma });
  if (!(tau > 0 && Gamma > 0 && eta0 * Gamma > tau && Number.isFinite(costBound))) return null;
  const margin = Gamma * (Gamma - tau / eta0);
  // η₀Γ − τ is infinite in the limit η → ∞, in which θ₀ is forgotten at once.
  const a1 =
    8 * w0Norm ** 2 +
    (8 * theta0Norm ** 2) / (tau * (eta0 * Gamma - tau)) +
    (16 * costBound ** 2) / (tau ** 2 * margin);
  return { a1, a2: (16 * tau * gamma ** 2) / margin };
}

/**
 * Fitted: a₂ = τ/2 and the least a₁ for which the inequality holds along the path. With a₂ below τ it bounds K for all times,
 * sup K² ≤ a₁/(1 − a₂/τ) = 2a₁.
 */
export function fittedConstants(path: PathDiagnosis, tau: number): StabilityConstants {
  const a2 = tau / 2;
  const memory = discountedSquares(path, tau);
  return { a1: path.K.reduce((most, k, i) => Math.max(most, k * k - a2 * memory[i]), 0), a2 };
}

/** Whether K_t² ≤ a₁ + a₂ ∫ at every time, and the largest ratio of the two sides. */
export function stabilityRatio(path: PathDiagnosis, tau: number, { a1, a2 }: StabilityConstants): number {
  const memory = discountedSquares(path, tau);
  return path.K.reduce((most, k, i) => (k === 0 ? most : Math.max(most, (k * k) / (a1 + a2 * memory[i]))), 0);
}

/** ∫₀ᵗ e^{−τ(t−r)} K_r² dr at every time. */
export function discountedSquares({ times, K }: PathDiagnosis, tau: number): Float64Array {
  return discountedIntegral(times, tau, (i) => K[i] ** 2);
}
