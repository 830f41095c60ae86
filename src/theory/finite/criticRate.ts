import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { CriticGeometry } from './criticGeometry.js';
import { criticSystem } from './criticSystem.js';
import { occupancy, policyMean } from './exact.js';
import { expectNext } from './finiteMdp.js';
import { restrict } from './fixedPoint.js';
import { solveDiscounted } from './linearSystem.js';
import { occupiedPairs } from './reach.js';
import type { FiniteProblem } from './setting.js';

/** Up to so many features the whole spectrum is computed. */
const DENSE = 128;
/** Of the power iteration, and the change of its growth at which it ends. */
const STEPS = 500;
const CHANGE = 1e-9;

/**
 * α* = min Re spec A_{π*} on the directions that g can have: for η₀ → ∞ and near π* the critic's error falls like e^{−α*∫η}. At least
 * Γ = λ_β(1−γ)(1−√γ).
 * @returns null for more than 128 features that are no indicators of pairs, where it is not computed, and for features that are zero
 */
export function criticRate(problem: FiniteProblem, geometry: CriticGeometry): number | null {
  const { mdp, optimum, beta, features } = problem;
  if (features.size > DENSE) return features.table === null ? tabularRate(problem) : null;
  const { A } = criticSystem(problem, optimum.policy, occupancy(mdp, optimum.policy, beta));
  const directions = features.table === null ? occupiedDirections(problem) : geometry.directions;
  const N = directions?.length ?? features.size;
  if (N === 0) return null;
  const { realEigenvalues } = new EigenvalueDecomposition(
    Matrix.from1DArray(N, N, directions === null ? A : restrict(A, directions)),
  );
  return Math.min(...realEigenvalues);
}

function occupiedDirections({ mdp, beta }: FiniteProblem): Float64Array[] {
  const occupied = occupiedPairs(mdp, beta);
  const unit = (p: number) => Float64Array.from(occupied, (_, q) => (p === q ? 1 : 0));
  return [...occupied.keys()].filter((p) => occupied[p] === 1).map(unit);
}

/**
 * For indicators A = D(I − γPΠ), D = diag d_β^π, has no positive entry off the diagonal: its least eigenvalue is real, and it is the
 * inverse of the greatest one of A⁻¹ ≥ 0, which a power iteration finds: one solve of |S| unknowns a step.
 */
function tabularRate({ mdp, optimum, beta }: FiniteProblem): number {
  const { policy } = optimum;
  const visits = occupancy(mdp, policy, beta);
  const weight = policy.probabilities.map((p) => mdp.gamma * p);
  let x = visits.map((d) => (d > 0 ? 1 : 0));
  let growth = 0;
  for (let n = 0; n < STEPS; n++) {
    const y = x.map((value, p) => (visits[p] > 0 ? value / visits[p] : 0));
    const v = solveDiscounted(mdp, weight, policyMean(mdp, policy, y));
    const next = expectNext(mdp, v, new Float64Array(x.length));
    x = y.map((value, p) => (visits[p] > 0 ? value + mdp.gamma * next[p] : 0));
    const size = x.reduce((sum, value) => sum + value, 0);
    x = x.map((value) => value / size);
    const change = Math.abs(size - growth);
    growth = size;
    if (n > 0 && change <= CHANGE * growth) break;
  }
  return 1 / growth;
}
