import { Matrix } from 'ml-matrix';

/**
 * Quadratic functions f(z) = f₀ + zᵀFz as vectors of coefficients: [f₀, then the coefficient of z_i z_j for i ≤ j, row by row],
 * that is f = ⟨coefficients, φ(z)⟩ with φ(z) = (1, z_i z_j).
 */
export interface Quadratic {
  constant: number;
  /** Symmetric. */
  matrix: Matrix;
}

/** N = 1 + d(d+1)/2. */
export function quadraticSize(d: number): number {
  return 1 + (d * (d + 1)) / 2;
}

export function toCoefficients({ constant, matrix }: Quadratic): Float64Array {
  const d = matrix.rows;
  const out = new Float64Array(quadraticSize(d));
  out[0] = constant;
  forPairs(d, (i, j, at) => {
    out[at] = i === j ? matrix.get(i, i) : matrix.get(i, j) + matrix.get(j, i);
  });
  return out;
}

export function fromCoefficients(coefficients: ArrayLike<number>, d: number): Quadratic {
  const matrix = Matrix.zeros(d, d);
  forPairs(d, (i, j, at) => {
    const x = i === j ? coefficients[at] : coefficients[at] / 2;
    matrix.set(i, j, x);
    matrix.set(j, i, x);
  });
  return { constant: coefficients[0], matrix };
}

/** E[φφᵀ] for z ~ N(0, covariance), by Isserlis' theorem; shape [N, N], row by row. */
export function quadraticMoments(covariance: Matrix): Float64Array {
  const d = covariance.rows;
  const N = quadraticSize(d);
  const c = (i: number, j: number) => covariance.get(i, j);
  const out = new Float64Array(N * N);
  out[0] = 1;
  forPairs(d, (i, j, row) => {
    out[row] = c(i, j);
    out[row * N] = c(i, j);
    forPairs(d, (k, l, column) => {
      out[row * N + column] = c(i, j) * c(k, l) + c(i, k) * c(j, l) + c(i, l) * c(j, k);
    });
  });
  return out;
}

function forPairs(d: number, visit: (i: number, j: number, at: number) => void): void {
  for (let i = 0, at = 1; i < d; i++) for (let j = i; j < d; j++) visit(i, j, at++);
}
