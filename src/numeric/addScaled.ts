/** out_{to+i} += scale·x_{from+i} for i < n. */
export function addScaled(
  x: Float64Array,
  from: number,
  scale: number,
  out: Float64Array,
  to: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) out[to + i] = out[to + i] + scale * x[from + i];
}
