import { solveSquare } from '../../numeric/solveSquare.js';
import { innerProduct } from '../../numeric/vectors.js';
import { criticMatrix, criticProduct, criticTarget } from './criticSystem.js';
import type { DenseCritic } from './denseCritic.js';
import { occupancy } from './exact.js';
import { combine } from './finiteFeatures.js';
import type { FinitePolicy } from './finitePolicy.js';
import type { FiniteSetting } from './setting.js';

/** A process, its features and the law β of the first pair. */
type Critic = FiniteSetting & { readonly beta: Float64Array };

/** A policy, its d_β^π and a critic. */
interface Point {
  readonly policy: FinitePolicy;
  readonly visits: Float64Array;
  readonly theta: Float64Array;
}

/** The solution of Aθ = b that is nearest to θ: for θ = 0 the least one. @param directions of `CriticGeometry`; @returns shape [N] */
export function nearestFixedPoint(
  problem: Critic,
  directions: readonly Float64Array[],
  { policy, theta }: Pick<Point, 'policy' | 'theta'>,
): Float64Array {
  const visits = occupancy(problem.mdp, policy, problem.beta);
  const at = { policy, visits, theta };
  return solveAlong(problem, directions, at, criticResidual(problem, at)).map((z, i) => theta[i] + z);
}

/**
 * The least z with A(θ + z) = b: from θ to the nearest fixed point of the critic, θ_π where it is unique. On the complement of A's
 * null space A is invertible, so no tolerance decides on the rank at each point of a path.
 * @param directions of `CriticGeometry`
 * @param critic keeps a factorisation from one point of a path to the next
 * @param at visits is d_β^π, shape [S·m]; Q is Q_τ^π, shape [S·m]; theta has the shape [N]
 * @returns shape [N]
 */
export function toFixedPoint(
  problem: Critic,
  { directions, critic }: { directions: readonly Float64Array[] | null; critic: DenseCritic },
  at: Point & { readonly Q: Float64Array },
): Float64Array {
  const { visits, Q, theta } = at;
  // Tabular: θ_π is Q^π at every pair that is visited; the others do not matter.
  if (problem.features.table === null) return theta.map((x, p) => (visits[p] > 0 ? Q[p] - x : 0));
  const right = criticResidual(problem, at);
  return directions === null
    ? critic.solve(problem, { ...at, epsilon: 0 }, right)
    : solveAlong(problem, directions, at, right);
}

/** b − Aθ. */
function criticResidual(problem: Critic, { policy, visits, theta }: Point): Float64Array {
  const image = new Float64Array(theta.length);
  criticProduct(problem, policy, visits)(theta, image);
  return criticTarget(problem, policy, visits).map((x, i) => x - image[i]);
}

function solveAlong(
  problem: Critic,
  directions: readonly Float64Array[],
  { policy, visits, theta }: Point,
  right: Float64Array,
): Float64Array {
  const A = criticMatrix(problem, policy, visits);
  const y = solveSquare(
    restrict(A, directions),
    Float64Array.from(directions, (u) => innerProduct(u, right)),
  );
  const z = new Float64Array(theta.length);
  directions.forEach((u, k) => {
    for (let i = 0; i < z.length; i++) z[i] = z[i] + y[k] * u[i];
  });
  return z;
}

/** UᵀAU for the columns u of U; row by row. */
export function restrict(A: Float64Array, directions: readonly Float64Array[]): Float64Array {
  const r = directions.length;
  const out = new Float64Array(r * r);
  directions.forEach((v, k) => {
    const N = v.length;
    const image = Float64Array.from({ length: N }, (_, i) => innerProduct(A.subarray(i * N, (i + 1) * N), v));
    for (let i = 0; i < r; i++) out[i * r + k] = innerProduct(directions[i], image);
  });
  return out;
}

/** ‖⟨z,φ⟩‖ in L²(ν). @param z shape [N]; @param weight ν, shape [S·m] */
export function featureNorm({ mdp, features }: FiniteSetting, z: Float64Array, weight: Float64Array): number {
  const f = combine(features, z, new Float64Array(mdp.cost.length));
  return Math.sqrt(f.reduce((sum, x, p) => sum + weight[p] * x * x, 0));
}
