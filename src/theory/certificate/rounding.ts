import { largest } from '../../numeric/vectors.js';
import { OPTIMUM_ACCURACY } from '../finite/softOptimal.js';
import type { ExactProblem } from '../problem.js';

/** By so much a quotient of rounded numbers may exceed one. */
const QUOTIENT = 64 * Number.EPSILON;
/** What a critic's solves, one in each step of a path, leave of a double's precision. */
const CRITIC = 4096 * Number.EPSILON;

/** What the rounding of a problem's values depends on. */
export type ProblemSizes = Pick<ExactProblem, 'tau' | 'gamma' | 'costBound' | 'optimalValue'>;

/**
 * What rounding leaves of an action value: V* is iterated to `OPTIMUM_ACCURACY` of its size, and a solve with I − γP loses up to 1/(1−γ) of the
 * rounding of its right side. In units of cost; c and τ times s give s times it.
 */
export function valueRounding({ tau, gamma, costBound, optimalValue }: ProblemSizes): number {
  const size = Math.max(tau, Number.isFinite(costBound) ? costBound / (1 - gamma) : Math.abs(optimalValue));
  return (OPTIMUM_ACCURACY + (4 * Number.EPSILON) / (1 - gamma)) * size;
}

/**
 * The gap that double precision cannot tell from zero: X²/(8τ(1−γ)) of docs/theory.md for X = 2δ, δ of `valueRounding` and, where w is given, of
 * τ⟨w,φ⟩. Above it a gap has its relative precision, about 2√(floor/gap). Reports draw it, and verdicts compare gaps by its root, `gapRounding`.
 * @param w shape [N], of the last policy
 * @returns infinite for τ = 0
 */
export function roundingFloor(problem: ProblemSizes, w: Float64Array = new Float64Array()): number {
  const { tau, gamma } = problem;
  const delta = valueRounding(problem) + tau * largest(w.map(Math.abs)) * Number.EPSILON;
  return delta ** 2 / (2 * tau * (1 - gamma));
}

/** What rounding leaves of √gap where the gap is zero: the root of `roundingFloor`. */
export function gapRounding(problem: ProblemSizes): number {
  return Math.sqrt(roundingFloor(problem));
}

/** Whether a gap is at most a bound, but for rounding. @param rounding of `gapRounding` */
export function isWithin(gap: number, bound: number, rounding: number): boolean {
  return Math.sqrt(gap) <= Math.sqrt(Math.max(0, bound)) * (1 + QUOTIENT) + rounding;
}

/** Whether a gap is so far above rounding that its quotients say something. @param rounding of `gapRounding` */
export function isResolved(gap: number, rounding: number): boolean {
  return gap > leastResolved(rounding);
}

/** What a gap has to exceed to be so far above rounding. */
export function leastResolved(rounding: number): number {
  return (100 * rounding) ** 2;
}

/**
 * ‖θ − θ_π‖ below this is rounding: of a solve with A, of which the least eigenvalue is about `rate`, and of the path's integration.
 * @param size of θ
 */
export function criticRounding(size: number, rate: number): number {
  return (CRITIC * Math.max(1, size)) / (rate > 0 ? Math.min(1, rate) : 1);
}
