import { cumulativeIntegral } from './integrals.js';
import type { PathDiagnosis } from './pathDiagnosis.js';

/** What Theorem 2's bound is made of. */
export interface TheoremTwoConstants {
  readonly tau: number;
  readonly gamma: number;
  /** ∫ KL(π*|π₀) d_ρ^{π*}. */
  readonly initialDivergence: number;
  readonly k2: number;
}

/**
 * Theorem 2's bound (slide 9) at time t, τ e^{−τt/2} / (2(1−γ)(1−e^{−τt/2})) · (∫ KL(π*|π₀) d_ρ^{π*} + k₂/(2τ)); infinite at t = 0.
 */
export function theoremTwoBound(t: number, { tau, gamma, initialDivergence, k2 }: TheoremTwoConstants): number {
  const decay = Math.exp((-tau * t) / 2);
  return ((tau * decay) / (2 * (1 - gamma) * -Math.expm1((-tau * t) / 2))) * (initialDivergence + k2 / (2 * tau));
}

/**
 * 2 ∫₀ᵗ e^{τr/2} ‖θ_r − θ_{π_r}‖² dr at every time: the k₂ that the proof in docs/theory.md needs up to t. It stays bounded where the
 * critic is fast enough, which is why η_t has to grow.
 */
export function derivedK2({ times, criticError }: PathDiagnosis, tau: number): Float64Array {
  return cumulativeIntegral(times, (i) => 2 * Math.exp((tau * times[i]) / 2) * criticError[i] ** 2);
}

/** The least k₂ ≥ 0 with which the bound holds at every time of the path. */
export function leastK2({ times, leastGap, initialDivergence }: PathDiagnosis, tau: number, gamma: number): number {
  let k2 = 0;
  for (let i = 1; i < times.length; i++) {
    const unit = theoremTwoBound(times[i], { tau, gamma, initialDivergence: 1, k2: 0 });
    k2 = Math.max(k2, 2 * tau * (leastGap[i] / unit - initialDivergence));
  }
  return k2;
}
