import { Matrix } from 'ml-matrix';
import { type GaussianPolicy, type Lqr, trace } from './lqr.js';
import { type Quadratic, quadraticMoments } from './quadratic.js';

/** E[f(z') | z], z' = (x', −Kx' + ξ), x' = Ax + Ba + ε, for a quadratic f. */
export function nextMean({ A, B, noise }: Lqr, pi: GaussianPolicy, f: Quadratic): Quadratic {
  const n = A.rows;
  const d = n + B.columns;
  const lift = stack(pi.K);
  const inner = lift.transpose().mmul(f.matrix).mmul(lift);
  const faa = f.matrix.subMatrix(n, d - 1, n, d - 1);
  const G = join(A, B);
  return {
    constant: f.constant + trace(inner.mmul(noise)) + trace(faa.mmul(pi.covariance)),
    matrix: G.transpose().mmul(inner).mmul(G),
  };
}

/**
 * ∫ φφᵀ d_β^π: d_β^π is the mixture (1−γ) Σ γⁿ N(0, Σ_n), Σ₀ = beta, of which the moments are summed until γⁿΣ_n⊗Σ_n is rounding.
 * @throws RangeError where they do not fall: the policy makes the process unstable
 */
export function occupancyMoments(lqr: Lqr, pi: GaussianPolicy): Float64Array {
  const { A, B, noise, gamma, beta, name } = lqr;
  const n = A.rows;
  const lift = stack(pi.K);
  const step = lift.mmul(join(A, B));
  const source = lift
    .mmul(noise)
    .mmul(lift.transpose())
    .add(blockDiagonal(Matrix.zeros(n, n), pi.covariance));
  let covariance = beta;
  let weight = 1 - gamma;
  const total = quadraticMoments(covariance).map((x) => weight * x);
  for (let i = 0; i < 100_000; i++) {
    const next = step.mmul(covariance).mmul(step.transpose()).add(source);
    const size = Matrix.abs(next).max();
    const settled = Matrix.sub(next, covariance).abs().max() <= 1e-16 * size;
    covariance = next;
    // Once Σ_n stands still the remaining weights γⁿ⁺¹ + γⁿ⁺² + … belong to it.
    weight = settled ? (weight * gamma) / (1 - gamma) : weight * gamma;
    const moments = quadraticMoments(covariance);
    for (let j = 0; j < total.length; j++) total[j] += weight * moments[j];
    if (settled || weight * (1 + size * size) < 1e-18) return total;
    if (!(weight * size * size < 1e12)) break;
  }
  throw new RangeError(
    `${name}: the fourth moments of d_β^π diverge; expected a policy with γ‖A−BK‖⁴ < 1. The flow begins at K = 0: lower gamma, or take a more stable A`,
  );
}

/** [I; −K]: z' = stack·x' + noise. */
export function stack(K: Matrix): Matrix {
  const n = K.columns;
  const out = Matrix.zeros(n + K.rows, n);
  out.setSubMatrix(Matrix.eye(n, n), 0, 0);
  out.setSubMatrix(Matrix.mul(K, -1), n, 0);
  return out;
}

function join(A: Matrix, B: Matrix): Matrix {
  const out = Matrix.zeros(A.rows, A.columns + B.columns);
  out.setSubMatrix(A, 0, 0);
  out.setSubMatrix(B, 0, A.columns);
  return out;
}

/** Block diagonal of X and Y. */
export function blockDiagonal(X: Matrix, Y: Matrix): Matrix {
  const out = Matrix.zeros(X.rows + Y.rows, X.columns + Y.columns);
  out.setSubMatrix(X, 0, 0);
  out.setSubMatrix(Y, X.rows, X.columns);
  return out;
}

/** A quadratic function of x as one of z = (x,a). */
export function liftState({ constant, matrix }: Quadratic, k: number): Quadratic {
  return { constant, matrix: blockDiagonal(matrix, Matrix.zeros(k, k)) };
}
