import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { MdpError } from '../errors.js';
import type { Lqr } from '../lqr/lqr.js';
import { checkKeys } from './keys.js';
import { showShape, type TensorLike, tensor } from './tensor.js';

/**
 * A linear-quadratic regulator x' = A x + B a + ε, c = xᵀQx + aᵀRa. A number for A or B is a 1×1 matrix, for
 * another one that multiple of the identity.
 */
export interface RegulatorDescription {
  A: TensorLike;
  B: TensorLike;
  Q: TensorLike;
  R: TensorLike;
  /** Covariance of ε, shape [n, n]; zero if left out. */
  noise?: TensorLike | undefined;
  /** μ = N(0, σ²I); 1 if left out. */
  sigma?: number | undefined;
  gamma: number;
  /** Covariance of s₀, shape [n, n]; the identity if left out. */
  rho?: TensorLike | undefined;
  /** Covariance of the first pair, shape [n+k, n+k]; that of ρ ⊗ μ if left out. */
  beta?: TensorLike | undefined;
}

const KEYS = ['A', 'B', 'Q', 'R', 'noise', 'sigma', 'gamma', 'rho', 'beta'] as const;

/**
 * Checks the matrices of a regulator.
 * @param name of the process, for messages and reports
 * @throws MdpError that names the matrix
 */
export function regulatorFrom(description: RegulatorDescription, name: string): Lqr {
  checkKeys(description, KEYS, ['A', 'B', 'Q', 'R', 'gamma'], name);
  const { gamma, sigma = 1 } = description;
  if (!(gamma > 0 && gamma < 1)) throw new MdpError(`${name}: gamma is ${gamma}; expected 0 < gamma < 1`);
  if (!(sigma > 0 && Number.isFinite(sigma))) {
    throw new MdpError(`${name}: sigma is ${sigma}; expected a positive number, the standard deviation of μ`);
  }
  const B = matrix(description.B, `${name}: B`);
  const [n, k] = [B.rows, B.columns];
  const read = (key: (typeof KEYS)[number], rows: number, columns: number) => {
    const value = description[key];
    const isMultiple = typeof value === 'number' && key !== 'A';
    const found = isMultiple ? Matrix.eye(rows, columns).mul(value) : matrix(value, `${name}: ${key}`);
    if (found.rows === rows && found.columns === columns) return found;
    throw new MdpError(
      `${name}: ${key} has the shape ${showShape([found.rows, found.columns])}; expected ${showShape([rows, columns])}, since B has ${showShape([n, k])}`,
    );
  };
  const quadratic = (key: (typeof KEYS)[number], size: number) =>
    checkQuadratic(read(key, size, size), `${name}: ${key}`);
  const rho = description.rho === undefined ? Matrix.eye(n, n) : quadratic('rho', n);
  return {
    name,
    A: read('A', n, n),
    B,
    Q: quadratic('Q', n),
    R: quadratic('R', k),
    sigma,
    noise: description.noise === undefined ? Matrix.zeros(n, n) : quadratic('noise', n),
    gamma,
    rho,
    beta: description.beta === undefined ? resetCovariance(rho, sigma, k) : quadratic('beta', n + k),
  };
}

/** The covariance of ρ ⊗ μ. @param actions their number k */
export function resetCovariance(rho: Matrix, sigma: number, actions: number): Matrix {
  const n = rho.rows;
  const out = Matrix.eye(n + actions, n + actions).mul(sigma ** 2);
  out.setSubMatrix(rho, 0, 0);
  return out;
}

function matrix(value: unknown, where: string): Matrix {
  const { shape, data } = tensor(value, where);
  if (shape.length === 0) return new Matrix([[data[0]]]);
  if (shape.length === 2 && shape[0] > 0 && shape[1] > 0) return Matrix.from1DArray(shape[0], shape[1], data);
  throw new MdpError(`${where} has the shape ${showShape(shape)}; expected a matrix`);
}

/** Q, R and covariances: symmetric, and without negative eigenvalues. */
function checkQuadratic(found: Matrix, where: string): Matrix {
  const scale = Math.max(Matrix.abs(found).max(), Number.MIN_VALUE);
  if (Matrix.sub(found, found.transpose()).abs().max() > 1e-12 * scale) {
    throw new MdpError(`${where} is not symmetric; expected a symmetric matrix: take (M + Mᵀ)/2`);
  }
  const least = Math.min(...new EigenvalueDecomposition(found, { assumeSymmetric: true }).realEigenvalues);
  if (least < -1e-12 * scale) {
    throw new MdpError(`${where} has the eigenvalue ${least}; expected none below 0`);
  }
  return found;
}
