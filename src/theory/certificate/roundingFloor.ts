import { OPTIMUM_ACCURACY } from '../finite/softOptimal.js';
import type { ExactProblem } from '../problem.js';

/**
 * The gap that double precision cannot tell from zero: X²/(8τ(1−γ)) of docs/theory.md for X = 2δ, δ the accuracy to which V* is iterated and
 * the rounding of τ⟨w,φ⟩. Above it a gap has its relative precision, about 2√(floor/gap).
 * @param tau positive
 * @param w shape [N], of the last policy
 */
export function roundingFloor(
  { tau, gamma, optimalValue }: Pick<ExactProblem, 'tau' | 'gamma' | 'optimalValue'>,
  w: Float64Array,
): number {
  const size = w.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  const delta = OPTIMUM_ACCURACY * (1 + Math.abs(optimalValue)) + tau * size * Number.EPSILON;
  return (4 * delta ** 2) / (8 * tau * (1 - gamma));
}
