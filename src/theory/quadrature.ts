import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Nodes and weights of a rule of sum 1. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss–Legendre with n nodes for the uniform measure on [low, high]; exact for polynomials up to degree 2n−1. */
export function gaussLegendre(n: number, low: number, high: number): Quadrature {
  const { nodes, weights } = golubWelsch(n, (k) => k / Math.sqrt(4 * k * k - 1));
  return { nodes: nodes.map((x) => (low + high) / 2 + ((high - low) / 2) * x), weights };
}

/** Gauss–Hermite with n nodes for N(0, sigma²); exact for polynomials up to degree 2n−1. */
export function gaussHermite(n: number, sigma: number): Quadrature {
  const { nodes, weights } = golubWelsch(n, (k) => Math.sqrt(k));
  return { nodes: nodes.map((x) => sigma * x), weights };
}

/** Golub and Welsch (1969): nodes are the eigenvalues of the Jacobi matrix, weights the squared first entries of its eigenvectors. */
function golubWelsch(n: number, offDiagonal: (k: number) => number): Quadrature {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`quadrature: ${n} nodes; expected an integer ≥ 1`);
  const jacobi = Matrix.zeros(n, n);
  for (let k = 1; k < n; k++) {
    jacobi.set(k - 1, k, offDiagonal(k));
    jacobi.set(k, k - 1, offDiagonal(k));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(jacobi, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((i, j) => realEigenvalues[i]! - realEigenvalues[j]!);
  return {
    nodes: Float64Array.from(order, (i) => realEigenvalues[i]!),
    weights: Float64Array.from(order, (i) => eigenvectorMatrix.get(0, i) ** 2),
  };
}
