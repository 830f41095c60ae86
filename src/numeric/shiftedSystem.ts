/**
 * Solves (A + εI) x = b for many ε after one factorisation: A = Q H Qᵀ with H upper Hessenberg by Householder reflections (Golub & Van Loan,
 * "Matrix Computations", 4th ed., 7.4.3), in 10n³/3 operations; then each ε costs a triangularisation of H + εI, in about 6n².
 */
export class ShiftedSystem {
  private readonly n: number;
  /** H in and above the subdiagonal; below it, column k holds the reflection's vector from row k+2 on. */
  private readonly H: Float64Array;
  /** First entry of each reflection's vector, and 2/‖v‖². */
  private readonly head: Float64Array;
  private readonly scale: Float64Array;
  private readonly work: Float64Array;

  /** @param A shape [n, n], row by row */
  constructor(A: Float64Array, n: number) {
    this.n = n;
    this.H = A.slice();
    this.head = new Float64Array(n);
    this.scale = new Float64Array(n);
    this.work = new Float64Array(n * n);
    const v = new Float64Array(n);
    for (let k = 0; k < n - 2; k++) this.reflect(k, v);
  }

  /** b ← (A + εI)⁻¹ b. Where A + εI is singular, the entries are not finite. */
  solve(epsilon: number, b: Float64Array): void {
    const { n } = this;
    for (let k = 0; k < n - 2; k++) this.apply(k, b);
    this.solveHessenberg(epsilon, b);
    for (let k = n - 3; k >= 0; k--) this.apply(k, b);
  }

  /** Makes column k zero below the subdiagonal: H ← R H R, R = I − scale·vvᵀ. */
  private reflect(k: number, v: Float64Array): void {
    const { n, H } = this;
    let squares = 0;
    for (let i = k + 2; i < n; i++) squares += H[i * n + k] ** 2;
    if (squares === 0) return;
    const first = H[(k + 1) * n + k];
    const length = Math.sqrt(first * first + squares) * (first > 0 ? -1 : 1);
    v[k + 1] = first - length;
    for (let i = k + 2; i < n; i++) v[i] = H[i * n + k];
    const scale = 2 / (v[k + 1] ** 2 + squares);
    for (let j = k + 1; j < n; j++) {
      let sum = 0;
      for (let i = k + 1; i < n; i++) sum += v[i] * H[i * n + j];
      sum *= scale;
      for (let i = k + 1; i < n; i++) H[i * n + j] = H[i * n + j] - sum * v[i];
    }
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += H[i * n + j] * v[j];
      sum *= scale;
      for (let j = k + 1; j < n; j++) H[i * n + j] = H[i * n + j] - sum * v[j];
    }
    H[(k + 1) * n + k] = length;
    this.head[k] = v[k + 1];
    this.scale[k] = scale;
  }

  private apply(k: number, b: Float64Array): void {
    const { n, H, head, scale } = this;
    if (scale[k] === 0) return;
    let sum = head[k] * b[k + 1];
    for (let i = k + 2; i < n; i++) sum += H[i * n + k] * b[i];
    sum *= scale[k];
    b[k + 1] = b[k + 1] - sum * head[k];
    for (let i = k + 2; i < n; i++) b[i] = b[i] - sum * H[i * n + k];
  }

  /** Elimination with pivoting among the two rows that have an entry in a column. */
  private solveHessenberg(epsilon: number, b: Float64Array): void {
    const { n, H, work: U } = this;
    for (let i = 0; i < n; i++) {
      for (let j = Math.max(0, i - 1); j < n; j++) U[i * n + j] = H[i * n + j];
      U[i * n + i] = U[i * n + i] + epsilon;
    }
    for (let k = 0; k + 1 < n; k++) {
      const row = k * n;
      const below = row + n;
      if (Math.abs(U[below + k]) > Math.abs(U[row + k])) {
        for (let j = k; j < n; j++) [U[row + j], U[below + j]] = [U[below + j], U[row + j]];
        [b[k], b[k + 1]] = [b[k + 1], b[k]];
      }
      const factor = U[below + k] / U[row + k];
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) U[below + j] = U[below + j] - factor * U[row + j];
      b[k + 1] = b[k + 1] - factor * b[k];
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i];
      for (let j = i + 1; j < n; j++) sum -= U[i * n + j] * b[j];
      b[i] = sum / U[i * n + i];
    }
  }
}
