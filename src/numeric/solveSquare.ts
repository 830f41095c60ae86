import { Matrix, solve } from 'ml-matrix';

/**
 * Solves A x = b; where A is singular, the solution of least norm.
 * @param A shape [n, n], row by row
 */
export function solveSquare(A: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  // ml-matrix's decomposition makes a copy of every column; in the flow's inner loop elimination in place is five times as fast.
  if (eliminate(A.slice(), x)) return x;
  return Float64Array.from(solve(Matrix.from1DArray(n, n, A), Matrix.columnVector(b), true).to1DArray());
}

/**
 * Gaussian elimination with partial pivoting, in place.
 * @param A shape [n, n], row by row; overwritten
 * @param b shape [n]; receives the solution
 * @returns false where a pivot is at rounding: b is then worthless
 */
export function eliminate(A: Float64Array, b: Float64Array): boolean {
  const n = b.length;
  const rounding = 1e-14 * A.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(A[i * n + k]) > Math.abs(A[pivot * n + k])) pivot = i;
    if (!(Math.abs(A[pivot * n + k]) > rounding)) return false;
    if (pivot !== k) {
      for (let j = k; j < n; j++) [A[k * n + j], A[pivot * n + j]] = [A[pivot * n + j], A[k * n + j]];
      [b[k], b[pivot]] = [b[pivot], b[k]];
    }
    for (let i = k + 1; i < n; i++) {
      const factor = A[i * n + k] / A[k * n + k];
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) A[i * n + j] -= factor * A[k * n + j];
      b[i] -= factor * b[k];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i];
    for (let j = i + 1; j < n; j++) sum -= A[i * n + j] * b[j];
    b[i] = sum / A[i * n + i];
  }
  return true;
}
