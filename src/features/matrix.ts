import { dot } from './dot.js';

/**
 * out = A Bᵀ + bias: out[r, c] = Σ_i a[r, i] b[c, i] + bias[c]. Four rows of A and two of B are taken at a time, so that each number
 * read serves several products; this is the only product that the network needs, everything else being a transpose of it.
 * @param a shape [n, k]
 * @param b shape [m, k]
 * @param bias shape [m], or null for none
 * @param out shape [n, m]
 */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  bias: Float64Array | null,
  out: Float64Array,
  n: number,
  m: number,
  k: number,
): void {
  const single = (row: number, c: number) => (bias === null ? 0 : bias[c]!) + dot(a, row * k, b, c * k, k);
  let r = 0;
  for (; r + 4 <= n; r += 4) {
    const r0 = r * k;
    const r1 = r0 + k;
    const r2 = r1 + k;
    const r3 = r2 + k;
    let c = 0;
    for (; c + 2 <= m; c += 2) {
      const c0 = c * k;
      const c1 = c0 + k;
      let s00 = bias === null ? 0 : bias[c]!;
      let s01 = bias === null ? 0 : bias[c + 1]!;
      let [s10, s11, s20, s21, s30, s31] = [s00, s01, s00, s01, s00, s01];
      for (let i = 0; i < k; i++) {
        const x = b[c0 + i]!;
        const y = b[c1 + i]!;
        const p = a[r0 + i]!;
        const q = a[r1 + i]!;
        const s = a[r2 + i]!;
        const t = a[r3 + i]!;
        s00 += p * x;
        s01 += p * y;
        s10 += q * x;
        s11 += q * y;
        s20 += s * x;
        s21 += s * y;
        s30 += t * x;
        s31 += t * y;
      }
      const at = r * m + c;
      out[at] = s00;
      out[at + 1] = s01;
      out[at + m] = s10;
      out[at + m + 1] = s11;
      out[at + 2 * m] = s20;
      out[at + 2 * m + 1] = s21;
      out[at + 3 * m] = s30;
      out[at + 3 * m + 1] = s31;
    }
    for (; c < m; c++) for (let d = 0; d < 4; d++) out[(r + d) * m + c] = single(r + d, c);
  }
  for (; r < n; r++) for (let c = 0; c < m; c++) out[r * m + c] = single(r, c);
}

/**
 * out = Aᵀ.
 * @param a shape [n, m]
 * @param out shape [m, n]
 */
export function transpose(a: Float64Array, out: Float64Array, n: number, m: number): void {
  for (let r = 0; r < n; r++) for (let c = 0; c < m; c++) out[c * n + r] = a[r * m + c]!;
}
