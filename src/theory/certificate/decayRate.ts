/** A straight line through the logarithm of the gap. */
export interface Rate {
  /** The gap falls like e^{−rate·t}; NaN where fewer than three points are left to fit. */
  readonly rate: number;
  /** First and last time of the fit. */
  readonly from: number;
  readonly to: number;
}

/** min_{r≤t} of a path. */
export function runningMinimum(x: Float64Array): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  return x.map((value) => {
    least = Math.min(least, value);
    return least;
  });
}

/**
 * The rate at which the gap falls: least squares of log gap on t, from where the gap is below a tenth of its first value to where it
 * is 10⁻⁹ of it (below, the integrator's tolerance shows); the second half of the path where it never gets that low.
 * @param resolved gaps of at most this are rounding
 */
export function fitRate(times: Float64Array, gap: Float64Array, resolved = 0): Rate {
  const low = Math.max(1e-9 * gap[0], resolved);
  let points = [...times.keys()].filter((i) => gap[i] < 0.1 * gap[0] && gap[i] > low);
  if (points.length < 3) points = [...times.keys()].filter((i) => i >= times.length / 2 && gap[i] > low);
  if (points.length < 3) return { rate: Number.NaN, from: Number.NaN, to: Number.NaN };
  const mean = (f: (i: number) => number) => points.reduce((sum, i) => sum + f(i), 0) / points.length;
  const t = mean((i) => times[i]);
  const log = mean((i) => Math.log(gap[i]));
  const covariance = mean((i) => (times[i] - t) * (Math.log(gap[i]) - log));
  const variance = mean((i) => (times[i] - t) ** 2);
  return { rate: -covariance / variance, from: times[points[0]], to: times[points.at(-1)!] };
}
