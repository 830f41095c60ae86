import { orthonormalBasis } from '../../numeric/orthonormalBasis.js';
import { solveSquare } from '../../numeric/solveSquare.js';
import { criticSystem } from './criticSystem.js';
import { combine } from './finiteFeatures.js';
import type { FinitePolicy } from './finitePolicy.js';
import { occupiedPairs } from './reach.js';
import type { FiniteSetting } from './setting.js';

/** A process, its features and the law β of the first pair. */
type Critic = FiniteSetting & { readonly beta: Float64Array };

/**
 * A basis of the orthogonal complement of {x: ⟨x,φ⟩ = 0 on the support of d_β^π}, the null space of both A and Aᵀ for every Gibbs
 * policy, and of the vectors that g can be. Null where the complement is all of R^N.
 */
export function criticDirections({ mdp, features, beta }: Critic): Float64Array[] | null {
  const { table, size } = features;
  if (table === null) return null;
  const occupied = occupiedPairs(mdp, beta);
  const rows = [...occupied.keys()].filter((p) => occupied[p] === 1);
  const basis = orthonormalBasis(rows.map((p) => table.slice(p * size, (p + 1) * size)));
  return basis.length === size ? null : basis;
}

/**
 * The least z with A(θ + z) = b: from θ to the nearest fixed point of the critic, θ_π where it is unique. On the complement of A's
 * null space (`criticDirections`) A is invertible, so no tolerance decides on the rank at each point of a path.
 * @param at visits is d_β^π, shape [S·m]; Q is Q_τ^π, shape [S·m]; theta has the shape [N]
 * @returns shape [N]
 */
export function toFixedPoint(
  problem: Critic,
  directions: readonly Float64Array[] | null,
  at: { policy: FinitePolicy; visits: Float64Array; Q: Float64Array; theta: Float64Array },
): Float64Array {
  const { policy, visits, Q, theta } = at;
  // Tabular: θ_π is Q^π at every pair that is visited; the others do not matter.
  if (problem.features.table === null) return theta.map((x, p) => (visits[p] > 0 ? Q[p] - x : 0));
  const { A, b } = criticSystem(problem, policy, visits);
  const N = theta.length;
  const right = b.map((x, i) => {
    let sum = x;
    for (let j = 0; j < N; j++) sum -= A[i * N + j] * theta[j];
    return sum;
  });
  if (directions === null) return solveSquare(A, right);
  const r = directions.length;
  const reduced = new Float64Array(r * r);
  directions.forEach((v, k) => {
    const image = Float64Array.from({ length: N }, (_, i) => dot(A.subarray(i * N, (i + 1) * N), v));
    for (let i = 0; i < r; i++) reduced[i * r + k] = dot(directions[i], image);
  });
  const y = solveSquare(
    reduced,
    Float64Array.from(directions, (u) => dot(u, right)),
  );
  const z = new Float64Array(N);
  directions.forEach((u, k) => {
    for (let i = 0; i < N; i++) z[i] = z[i] + y[k] * u[i];
  });
  return z;
}

/** ‖⟨z,φ⟩‖ in L²(ν). @param z shape [N]; @param weight ν, shape [S·m] */
export function featureNorm({ mdp, features }: FiniteSetting, z: Float64Array, weight: Float64Array): number {
  const f = combine(features, z, new Float64Array(mdp.cost.length));
  return Math.sqrt(f.reduce((sum, x, p) => sum + weight[p] * x * x, 0));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
