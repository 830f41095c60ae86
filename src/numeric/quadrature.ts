import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Nodes and weights of a rule of sum 1. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss–Legendre with n nodes for the uniform measure on [low, high]; exact for polynomials up to degree 2n−1. */
export function gaussLegendre(n: number, low: number, high: number): Quadrature {
  const { nodes, weights } = golubWelsch(
    n,
    () => 0,
    (k) => k / Math.sqrt(4 * k * k - 1),
  );
  return { nodes: nodes.map((x) => (low + high) / 2 + ((high - low) / 2) * x), weights };
}

/** Gauss–Hermite with n nodes for N(0, sigma²); exact for polynomials up to degree 2n−1. */
export function gaussHermite(n: number, sigma: number): Quadrature {
  const { nodes, weights } = golubWelsch(
    n,
    () => 0,
    (k) => Math.sqrt(k),
  );
  return { nodes: nodes.map((x) => sigma * x), weights };
}

/**
 * The Gauss rule with n nodes of a discrete measure of many more points, by Stieltjes' procedure for its orthogonal polynomials (Gautschi,
 * "Orthogonal polynomials", 2004, 2.2.3).
 * @param points places and weights that stand for the measure
 */
export function gaussOf({ nodes: x, weights }: Quadrature, n: number): Quadrature {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  let previous = new Float64Array(x.length);
  let current = new Float64Array(x.length).fill(1);
  let norm = weights.reduce((a, b) => a + b, 0);
  for (let k = 0; k < n; k++) {
    let moment = 0;
    for (let i = 0; i < x.length; i++) moment += weights[i] * x[i] * current[i] ** 2;
    diagonal[k] = moment / norm;
    const ratio = offDiagonal[k] ** 2;
    const next = current.map((p, i) => (x[i] - diagonal[k]) * p - ratio * previous[i]);
    const square = next.reduce((sum, p, i) => sum + weights[i] * p * p, 0);
    if (k + 1 < n) offDiagonal[k + 1] = Math.sqrt(square / norm);
    [previous, current, norm] = [current, next, square];
  }
  return golubWelsch(
    n,
    (k) => diagonal[k],
    (k) => offDiagonal[k],
  );
}

/**
 * Golub and Welsch (1969): nodes are the eigenvalues of the Jacobi matrix. The weights are Christoffel's numbers 1/Σ_k p_k(x)², p_k the orthonormal
 * polynomials: a sum of squares, so that the small ones are right to rounding, too (the first entries of the eigenvectors are only to 10⁻¹⁶).
 */
function golubWelsch(n: number, diagonal: (k: number) => number, offDiagonal: (k: number) => number): Quadrature {
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`quadrature: ${n} nodes; expected an integer ≥ 1`);
  const jacobi = Matrix.zeros(n, n);
  for (let k = 0; k < n; k++) {
    jacobi.set(k, k, diagonal(k));
    if (k === 0) continue;
    jacobi.set(k - 1, k, offDiagonal(k));
    jacobi.set(k, k - 1, offDiagonal(k));
  }
  const { realEigenvalues } = new EigenvalueDecomposition(jacobi, { assumeSymmetric: true });
  const nodes = Float64Array.from(realEigenvalues).sort();
  const weights = nodes.map((x) => {
    let [previous, current, sum] = [0, 1, 1];
    for (let k = 1; k < n; k++) {
      const next = ((x - diagonal(k - 1)) * current - (k > 1 ? offDiagonal(k - 1) : 0) * previous) / offDiagonal(k);
      [previous, current] = [current, next];
      sum += next * next;
    }
    return 1 / sum;
  });
  return { nodes, weights };
}
