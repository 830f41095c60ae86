import { cumulativeIntegral } from './decayRate.js';
import type { PathDiagnosis } from './pathDiagnosis.js';

/**
 * Theorem 2's bound at time t, τ e^{−τt/2} / (2(1−γ)(1−e^{−τt/2})) · (∫ KL(π*|π₀) d_ρ^{π*} + k₂/(2τ)); infinite at t = 0.
 * @param divergence ∫ KL(π*|π₀) d_ρ^{π*}
 */
export function theoremTwoBound(t: number, tau: number, gamma: number, divergence: number, k2: number): number {
  const decay = Math.exp((-tau * t) / 2);
  return ((tau * decay) / (2 * (1 - gamma) * -Math.expm1((-tau * t) / 2))) * (divergence + k2 / (2 * tau));
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
    const unit = theoremTwoBound(times[i], tau, gamma, 1, 0);
    k2 = Math.max(k2, 2 * tau * (leastGap[i] / unit - initialDivergence));
  }
  return k2;
}
