/**
 * ∫₀ᵗ e^{−rate(t−r)} f_r dr at every time; f is taken as linear in between, so that the exponential is integrated exactly.
 * @param rate a number, or what it is between the times i − 1 and i
 */
export function discountedIntegral(
  times: Float64Array,
  rate: number | ((i: number) => number),
  f: (i: number) => number,
): Float64Array {
  const out = new Float64Array(times.length);
  for (let i = 1; i < times.length; i++) {
    const h = times[i] - times[i - 1];
    const x = (typeof rate === 'number' ? rate : rate(i)) * h;
    const kept = Math.exp(-x);
    // Weights of the two ends: ∫₀ʰ e^{−rate(h−r)} (1−r/h) dr and ∫₀ʰ e^{−rate(h−r)} (r/h) dr.
    const late = x > 1e-4 ? (h * (x - 1 + kept)) / (x * x) : h * (1 / 2 - x / 6);
    const total = x > 1e-4 ? (h * (1 - kept)) / x : h * (1 - x / 2);
    out[i] = kept * out[i - 1] + (total - late) * f(i - 1) + late * f(i);
  }
  return out;
}

/**
 * How far a bound changes where every other time is left out: between the times that are in both, the greater change of its neighbours;
 * infinite where there is none to compare.
 * @param coarse the bound with half of the times
 */
export function changeFrom(coarse: Float64Array, bound: Float64Array): Float64Array {
  const change = (i: number) => (i >= coarse.length ? 0 : Math.abs(coarse[i] - bound[2 * i]));
  return bound.map((_, i) => {
    if (i === 0) return 0;
    if (coarse.length < 2) return Number.POSITIVE_INFINITY;
    return Math.max(change(Math.max(1, Math.floor(i / 2))), change(Math.ceil(i / 2)));
  });
}
