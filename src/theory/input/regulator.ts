import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { LARGEST, MdpError, show } from '../errors.js';
import type { Lqr } from '../lqr/lqr.js';
import type { LawNames } from '../problem.js';
import { checkKeys } from './keys.js';
import type { LawChoice, LawChoices } from './lawChoice.js';
import { showShape, type TensorLike, tensor } from './tensor.js';

/**
 * A linear-quadratic regulator x' = A x + B a + ε, c = xᵀQx + aᵀRa. A number for A or B is a 1×1 matrix, for another one that multiple of the
 * identity.
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

const NEEDED = ['A', 'B', 'Q', 'R', 'gamma'] as const;
const KEYS = [...NEEDED, 'noise', 'sigma', 'rho', 'beta'] as const;

/**
 * Checks the matrices of a regulator.
 * @param name of the process, for messages and reports
 * @throws MdpError that names the matrix
 */
export function regulatorFrom(description: RegulatorDescription, name: string): Lqr {
  checkKeys(description, KEYS, NEEDED, name);
  const { gamma, sigma = 1 } = description;
  if (!(typeof gamma === 'number' && gamma > 0 && gamma < 1)) {
    throw new MdpError(`${name}: gamma is ${show(gamma)}; expected 0 < gamma < 1`);
  }
  if (!(typeof sigma === 'number' && sigma >= 1 / LARGEST && sigma <= LARGEST)) {
    throw new MdpError(`${name}: sigma is ${show(sigma)}; expected a positive number, the standard deviation of μ`);
  }
  const B = matrix(description.B, null, `${name}: B`);
  const [n, k] = [B.rows, B.columns];
  const symmetric = (key: (typeof KEYS)[number], size: number) => quadratic(description[key], size, `${name}: ${key}`);
  const rho = description.rho === undefined ? Matrix.eye(n, n) : symmetric('rho', n);
  return {
    name,
    A: matrix(description.A, n, `${name}: A`),
    B,
    Q: symmetric('Q', n),
    R: symmetric('R', k),
    sigma,
    noise: description.noise === undefined ? Matrix.zeros(n, n) : symmetric('noise', n),
    gamma,
    rho,
    beta: description.beta === undefined ? resetCovariance(rho, sigma, k) : symmetric('beta', n + k),
  };
}

/** The regulator with the laws that were chosen, and their names. @throws MdpError for what is no Gaussian */
export function chooseGaussians(
  lqr: Lqr,
  { beta, rho, mu }: LawChoices,
): { readonly lqr: Lqr; readonly names: Partial<LawNames> } {
  const { name, sigma, A, B } = lqr;
  if (mu !== undefined && mu !== 'own') {
    throw new MdpError(`${name}: its μ is N(0, σ²I); expected --sigma in place of mu`);
  }
  const size = A.rows + B.columns;
  const law = covariance(rho, 'rho', ['own'], A.rows, name) ?? lqr.rho;
  const own = beta === 'reset' ? resetCovariance(law, sigma, B.columns) : lqr.beta;
  const first = covariance(beta, 'beta', ['own', 'reset'], size, name) ?? own;
  const names = {
    ...(beta === 'reset' && { beta: 'reset: ρ ⊗ μ' }),
    ...(typeof beta === 'object' && { beta: `N(0, ${beta.name})` }),
    ...(typeof rho === 'object' && { rho: `N(0, ${rho.name})` }),
  };
  return { lqr: { ...lqr, rho: law, beta: first }, names };
}

function covariance(choice: LawChoice | undefined, key: string, words: string[], size: number, name: string) {
  if (choice === undefined || words.includes(choice as string)) return undefined;
  if (typeof choice === 'object') return quadratic(choice.values, size, `${choice.name}: ${key}`);
  const shape = showShape([size, size]);
  throw new MdpError(
    `${name}: ${key} is ${show(choice)}; expected ${words.join(', ')} or a covariance of the shape ${shape}`,
  );
}

/** The covariance of ρ ⊗ μ. @param actions their number k */
function resetCovariance(rho: Matrix, sigma: number, actions: number): Matrix {
  const n = rho.rows;
  const out = Matrix.eye(n + actions, n + actions).mul(sigma ** 2);
  out.setSubMatrix(rho, 0, 0);
  return out;
}

/** @param size of a square matrix; null: any */
function matrix(value: unknown, size: number | null, where: string): Matrix {
  const { shape, data } = tensor(value, where);
  const [rows, columns] = shape.length === 0 ? [1, 1] : shape;
  const fits = size === null ? rows > 0 && columns > 0 : rows === size && columns === size;
  if ((shape.length === 0 || shape.length === 2) && fits) return Matrix.from1DArray(rows, columns, data);
  const expected = size === null ? '[n, k]' : showShape([size, size]);
  throw new MdpError(`${where} has the shape ${showShape(shape)}; expected ${expected}`);
}

/** Q, R or a covariance: symmetric, and without negative eigenvalues. A number is that multiple of the identity. */
function quadratic(value: unknown, size: number, where: string): Matrix {
  const isNumber = typeof value === 'number';
  const found = isNumber ? Matrix.eye(size, size).mul(tensor(value, where).data[0]) : matrix(value, size, where);
  const scale = Math.max(Matrix.abs(found).max(), Number.MIN_VALUE);
  if (Matrix.sub(found, found.transpose()).abs().max() > 1e-12 * scale) {
    throw new MdpError(`${where} is not symmetric; expected a symmetric matrix: take (M + Mᵀ)/2`);
  }
  const least = Math.min(...new EigenvalueDecomposition(found, { assumeSymmetric: true }).realEigenvalues);
  if (least < -1e-12 * scale) throw new MdpError(`${where} has the eigenvalue ${least}; expected none below 0`);
  return found;
}
