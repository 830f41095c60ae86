import type { ExactProblem } from '../problem.js';

/** What an ill-conditioned solve may leave of a double's precision. */
const EPSILON = 64 * Number.EPSILON;
/** The same of a critic, which is solved for in each step of a path. */
const CRITIC = 4096 * Number.EPSILON;

/**
 * What rounding leaves of √gap where the gap is zero. The gap is τ/(1−γ) ∫ KL(π|π*), and a KL is the square of an error of log dπ/dμ,
 * which is that of Q/τ: a solve with I − γP, divided by τ.
 */
export function gapRounding({
  tau,
  gamma,
  costBound,
  optimalValue,
}: Pick<ExactProblem, 'tau' | 'gamma' | 'costBound' | 'optimalValue'>): number {
  const size = Number.isFinite(costBound) ? costBound / (1 - gamma) : Math.abs(optimalValue);
  return ((EPSILON * Math.max(1, size)) / ((1 - gamma) * tau)) * Math.sqrt(tau / (1 - gamma));
}

/** Whether a gap is at most a bound, but for rounding. @param rounding of `gapRounding` */
export function isWithin(gap: number, bound: number, rounding: number): boolean {
  return Math.sqrt(gap) <= Math.sqrt(Math.max(0, bound)) * (1 + EPSILON) + rounding;
}

/**
 * ‖θ − θ_π‖ below this is rounding: of a solve with A, of which the least eigenvalue is about `rate`, and of the path's integration.
 * @param size of θ
 */
export function criticRounding(size: number, rate: number): number {
  return (CRITIC * Math.max(1, size)) / (rate > 0 ? Math.min(1, rate) : 1);
}
