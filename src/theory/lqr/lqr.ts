import { CholeskyDecomposition, determinant, EigenvalueDecomposition, inverse, Matrix } from 'ml-matrix';
import type { Quadratic } from './quadratic.js';

/**
 * The entropy-regularised linear-quadratic regulator: x' = A x + B a + ε, c = xᵀQx + aᵀRa, μ = N(0, σ²I), ε ~ N(0, noise),
 * s₀ ~ ρ = N(0, rho), (s₀,a₀) ~ β = N(0, beta).
 */
export interface Lqr {
  readonly name: string;
  readonly A: Matrix;
  readonly B: Matrix;
  readonly Q: Matrix;
  readonly R: Matrix;
  readonly sigma: number;
  readonly noise: Matrix;
  readonly gamma: number;
  /** Covariance of s₀. */
  readonly rho: Matrix;
  /** Covariance of the first pair (s₀,a₀). */
  readonly beta: Matrix;
}

/** A Gaussian policy π(·|x) = N(−Kx, covariance). */
export interface GaussianPolicy {
  readonly K: Matrix;
  readonly covariance: Matrix;
  readonly precision: Matrix;
}

/** The optimum: V*(x) = xᵀPx + v₀ and π*. */
export interface LqrOptimum {
  readonly P: Matrix;
  readonly v0: number;
  readonly policy: GaussianPolicy;
}

/** The scalar process of the Gymnasium environment mirrorflow/LQR-v0. */
export function scalarLqr(gamma = 0.9): Lqr {
  const one = (x: number) => new Matrix([[x]]);
  return {
    name: 'lqr',
    A: one(0.9),
    B: one(0.5),
    Q: one(1),
    R: one(0.2),
    sigma: 1,
    noise: one(0.01),
    gamma,
    rho: one(1),
    beta: Matrix.eye(2, 2),
  };
}

/** Two positions and one force: a coupled, vector-valued example. */
export function planarLqr(gamma = 0.9): Lqr {
  return {
    name: 'lqr-2d',
    A: new Matrix([
      [0.9, 0.2],
      [-0.1, 0.8],
    ]),
    B: new Matrix([[0.1], [0.5]]),
    Q: new Matrix([
      [1, 0.2],
      [0.2, 0.5],
    ]),
    R: new Matrix([[0.3]]),
    sigma: 1,
    noise: Matrix.eye(2, 2).mul(0.01),
    gamma,
    rho: Matrix.eye(2, 2),
    beta: Matrix.eye(3, 3),
  };
}

/**
 * P of the regulator without regularisation, V_0^*(x) = xᵀPx + γ tr(P noise)/(1−γ).
 * @throws RangeError where R + γBᵀPB is singular, so that no action is optimal, or no policy has a finite value
 */
export function solveUnregularised(lqr: Lqr): Matrix {
  return riccatiLimit(lqr, 0).P;
}

/**
 * The soft-optimal regulator by iteration of the Riccati map P ← Q + γAᵀPA − KᵀHK, H = R + τ/(2σ²) I + γBᵀPB, K = H⁻¹γBᵀPA, to rounding.
 * π*(·|x) = N(−Kx, (τ/2) H⁻¹); (1−γ)v₀ = γ tr(P noise) + (τ/2) log det((2σ²/τ) H).
 * @throws RangeError where the iteration does not settle: no policy has a finite value
 */
export function solveRiccati(lqr: Lqr, tau: number): LqrOptimum {
  const { sigma, noise, gamma } = lqr;
  const { P, H, K } = riccatiLimit(lqr, tau / (2 * sigma ** 2));
  const covariance = inverse(H).mul(tau / 2);
  const logDet = Math.log(determinant(Matrix.mul(H, (2 * sigma ** 2) / tau)));
  const v0 = (gamma * trace(P.mmul(noise)) + (tau / 2) * logDet) / (1 - gamma);
  return { P, v0, policy: { K, covariance, precision: Matrix.mul(H, 2 / tau) } };
}

/** The fixed point of the Riccati map with R + floor·I in place of R. */
function riccatiLimit({ A, B, Q, R, gamma, name }: Lqr, floor: number): { P: Matrix; H: Matrix; K: Matrix } {
  const paid = Matrix.add(R, Matrix.eye(B.columns, B.columns).mul(floor));
  let P = Q.clone();
  for (let n = 0; n < 100_000; n++) {
    const PB = P.mmul(B);
    const H = Matrix.add(paid, B.transpose().mmul(PB).mul(gamma));
    const K = inverse(H).mmul(PB.transpose().mmul(A)).mul(gamma);
    const next = Matrix.add(Q, A.transpose().mmul(P).mmul(A).mul(gamma)).sub(K.transpose().mmul(H).mmul(K));
    const change = Matrix.sub(next, P).abs().max();
    P = next.add(next.transpose()).mul(0.5);
    if (!Number.isFinite(change)) break;
    if (change <= 1e-15 * Matrix.abs(P).max()) return { P, H, K };
  }
  throw new RangeError(`${name}: the Riccati iteration does not settle; expected a process that can be stabilised`);
}

/**
 * The Gibbs policy of an energy zᵀWz, z = (x,a): precision σ⁻²I + 2W_aa, K = 2 precision⁻¹ W_ax.
 * @throws RangeError where the precision is not positive definite, so that e^{−energy} has no integral
 */
export function gaussianPolicy({ A, B, sigma, name }: Lqr, { matrix: W }: Quadratic): GaussianPolicy {
  const n = A.rows;
  const k = B.columns;
  const Waa = W.subMatrix(n, n + k - 1, n, n + k - 1);
  const Wax = W.subMatrix(n, n + k - 1, 0, n - 1);
  const precision = Matrix.eye(k, k)
    .mul(sigma ** -2)
    .add(Waa.mul(2));
  if (!new CholeskyDecomposition(symmetric(precision)).isPositiveDefinite()) {
    throw new RangeError(`${name}: the policy's precision ${precision.to1DArray()} is not positive: it has no density`);
  }
  const covariance = inverse(precision);
  return { K: covariance.mmul(Wax).mul(2), covariance, precision };
}

/** KL(π(·|x) | N(−Mx, precision⁻¹)) as a quadratic function of x; M = 0 and precision σ⁻²I for μ. */
export function gaussianKl(policy: GaussianPolicy, M: Matrix, precision: Matrix): Quadratic {
  const shift = Matrix.sub(policy.K, M);
  // Of precision·covariance − I, made symmetric: near zero tr R − k − log det R would cancel.
  const root = new CholeskyDecomposition(symmetric(policy.covariance)).lowerTriangularMatrix;
  const excess = root.transpose().mmul(Matrix.sub(precision, policy.precision)).mmul(root);
  const { realEigenvalues } = new EigenvalueDecomposition(symmetric(excess), { assumeSymmetric: true });
  return {
    constant: 0.5 * realEigenvalues.reduce((sum, x) => sum + overLogarithm(x), 0),
    matrix: shift.transpose().mmul(precision).mmul(shift).mul(0.5),
  };
}

/** Without what rounding left of asymmetry. */
function symmetric(matrix: Matrix): Matrix {
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

/** x − log(1 + x) ≥ 0, by its series Σ_{k≥2} (−x)^k/k where the difference would cancel. */
function overLogarithm(x: number): number {
  if (Math.abs(x) > 0.1) return x - Math.log1p(x);
  let sum = 0;
  for (let k = 2, power = x * x; k < 18; k++, power *= -x) sum += power / k;
  return sum;
}

export function trace(matrix: Matrix): number {
  return matrix.diagonal().reduce((sum, x) => sum + x, 0);
}
