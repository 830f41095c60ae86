import { dot } from './dot.js';

/**
 * Factorises a symmetric positive definite matrix as L Lᵀ.
 * @param matrix shape [n, n], row by row; only the lower triangle is read
 * @param shift added to the diagonal
 * @param out receives L in its lower triangle; shape [n, n]; may not be `matrix`
 * @throws RangeError where a pivot is not positive
 */
export function cholesky(matrix: Float64Array, n: number, shift: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      const sum = matrix[row + j] + (i === j ? shift : 0) - dot(out, row, out, other, j);
      if (i !== j) {
        out[row + j] = sum / out[other + j];
      } else if (sum > 0) {
        out[row + j] = Math.sqrt(sum);
      } else {
        throw new RangeError(
          `the Gram matrix is not positive definite (pivot ${i} is ${sum}); raise the critic's \`ridge\``,
        );
      }
    }
  }
}

/**
 * Solves L Lᵀ x = b in place.
 * @param factor from `cholesky`, shape [n, n]
 * @param b holds the right-hand side in [at, at+n) and receives x there
 */
export function choleskySolve(factor: Float64Array, n: number, b: Float64Array, at: number): void {
  for (let i = 0; i < n; i++) {
    b[at + i] = (b[at + i] - dot(factor, i * n, b, at, i)) / factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const x = b[at + i] / factor[i * n + i];
    b[at + i] = x;
    for (let k = 0; k < i; k++) b[at + k] = b[at + k] - factor[i * n + k] * x;
  }
}
