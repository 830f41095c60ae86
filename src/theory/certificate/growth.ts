/** The part of a path's end that its slope is taken from, and its fewest points. */
const WINDOW = 0.1;
const POINTS = 4;

/** How k₂(t) = 2∫₀ᵗ f grows along a path, f = e^{τr/2}‖θ_r − θ_{π_r}‖². In logarithms, as f may be no double. */
export interface Growth {
  readonly times: Float64Array;
  /** log f. */
  readonly logF: Float64Array;
  /** log k₂ at every time, by the trapezoidal rule; −∞ where it is zero. */
  readonly logK2: Float64Array;
  /** The last time at which the error is above rounding; −1 where it never is. After it f counts as zero. */
  readonly last: number;
  /** d log f/dt at the end of [0, times[i]], or of the part above rounding; NaN where there are too few points. */
  slope(i: number): number;
  /** (2∫_t^∞ f)/k₂(t) at t = times[i] if log f goes on straight: 0 where nothing is above rounding, infinite where f does not fall. */
  share(i: number): number;
}

/** @param logF log f at every time; @param last as in `Growth` */
export function growthOf(times: Float64Array, logF: Float64Array, last: number): Growth {
  const logK2 = new Float64Array(times.length).fill(Number.NEGATIVE_INFINITY);
  for (let i = 1; i < times.length; i++) {
    const more =
      i <= last ? Math.log(times[i] - times[i - 1]) + logSum(logF[i - 1], logF[i]) : Number.NEGATIVE_INFINITY;
    logK2[i] = logSum(logK2[i - 1], more);
  }
  const slope = (i: number) => slopeOf(times, logF, Math.min(i, last));
  const share = (i: number) => {
    const end = Math.min(i, last);
    if (end < 1) return 0;
    const s = slope(i);
    return s < 0 ? (2 * Math.exp(logF[end] - logK2[end])) / -s : Number.POSITIVE_INFINITY;
  };
  return { times, logF, logK2, last, slope, share };
}

/** The last index of a time of at most t. */
export function indexAt(times: Float64Array, t: number): number {
  let i = times.length - 1;
  while (i > 0 && times[i] > t) i--;
  return i;
}

function slopeOf(times: Float64Array, logF: Float64Array, end: number): number {
  let begin = end;
  while (begin > 0 && (times[begin - 1] >= (1 - WINDOW) * times[end] || end - begin + 1 < POINTS)) begin--;
  const points = Array.from({ length: end - begin + 1 }, (_, k) => begin + k).filter((i) => Number.isFinite(logF[i]));
  if (points.length < POINTS) return Number.NaN;
  const mean = (x: Float64Array) => points.reduce((sum, i) => sum + x[i], 0) / points.length;
  const [t, y] = [mean(times), mean(logF)];
  let [covariance, variance] = [0, 0];
  for (const i of points) {
    covariance += (times[i] - t) * (logF[i] - y);
    variance += (times[i] - t) ** 2;
  }
  return covariance / variance;
}

/** log(e^a + e^b). */
export function logSum(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
