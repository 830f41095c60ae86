/**
 * Σ a_{from+i} b_{at+i} over i < n. Four sums run side by side, since a single one waits for every addition before the next; the result differs from the
 * single sum's by rounding alone.
 */
export function dot(a: Float64Array, from: number, b: Float64Array, at: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += a[from + i] * b[at + i];
    s1 += a[from + i + 1] * b[at + i + 1];
    s2 += a[from + i + 2] * b[at + i + 2];
    s3 += a[from + i + 3] * b[at + i + 3];
  }
  for (; i < n; i++) s0 += a[from + i] * b[at + i];
  return s0 + s1 + (s2 + s3);
}

/** The products of two neighbouring vectors of a with one of b, which is read once: Σ a_{from+i} b_{at+i} and Σ a_{from+n+i} b_{at+i}, into out[k] and out[k+1]. */
export function dotPair(
  a: Float64Array,
  from: number,
  b: Float64Array,
  at: number,
  n: number,
  out: Float64Array,
  k: number,
): void {
  const second = from + n;
  let s0 = 0;
  let s1 = 0;
  let t0 = 0;
  let t1 = 0;
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const x = b[at + i];
    const y = b[at + i + 1];
    s0 += a[from + i] * x;
    s1 += a[from + i + 1] * y;
    t0 += a[second + i] * x;
    t1 += a[second + i + 1] * y;
  }
  if (i < n) {
    s0 += a[from + i] * b[at + i];
    t0 += a[second + i] * b[at + i];
  }
  out[k] = s0 + s1;
  out[k + 1] = t0 + t1;
}
