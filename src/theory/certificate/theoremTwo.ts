import { logSum } from './growth.js';
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
export function theoremTwoBound(t: number, { k2, ...constants }: TheoremTwoConstants): number {
  return t === 0 ? Number.POSITIVE_INFINITY : Math.exp(logTheoremTwoBound(t, { ...constants, logK2: Math.log(k2) }));
}

/** The logarithm of the bound, for a k₂ that may be no double. */
export function logTheoremTwoBound(
  t: number,
  { tau, gamma, initialDivergence, logK2 }: Omit<TheoremTwoConstants, 'k2'> & { readonly logK2: number },
): number {
  const x = (tau * t) / 2;
  const sum = logSum(Math.log(initialDivergence), logK2 - Math.log(2 * tau));
  return Math.log(tau / (2 * (1 - gamma))) - x - Math.log(-Math.expm1(-x)) + sum;
}

/**
 * The least k₂ ≥ 0 with which the bound holds at every time of the path.
 * @param rounding of √gap: what a gap is reduced by
 */
export function leastK2(
  { times, leastGap, initialDivergence }: PathDiagnosis,
  { tau, gamma }: Pick<TheoremTwoConstants, 'tau' | 'gamma'>,
  rounding = 0,
): number {
  let k2 = 0;
  for (let i = 1; i < times.length; i++) {
    const gap = Math.max(0, Math.sqrt(leastGap[i]) - rounding) ** 2;
    if (gap === 0) continue;
    const logUnit = logTheoremTwoBound(times[i], { tau, gamma, initialDivergence: 1, logK2: Number.NEGATIVE_INFINITY });
    k2 = Math.max(k2, 2 * tau * (Math.exp(Math.log(gap) - logUnit) - initialDivergence));
  }
  return k2;
}
