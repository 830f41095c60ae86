import { createRng } from '../spaces/index.js';

/** Interquartile mean: the mean of what is left when a quarter, rounded down, is cut from each end. Infinite values count as the worst. */
export function interquartileMean(x: readonly number[]): number {
  const sorted = Float64Array.from(x).sort();
  const cut = Math.floor(x.length / 4);
  return sorted.subarray(cut, x.length - cut).reduce((a, b) => a + b, 0) / (x.length - 2 * cut);
}

/** The q-th quantile, 0 ≤ q ≤ 1, between two values on the line through them. */
export function quantile(x: readonly number[], q: number): number {
  const sorted = Float64Array.from(x).sort();
  const at = q * (x.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}

export interface BootstrapOptions {
  /** Default 5000. */
  resamples?: number;
  /** Default 0.95. */
  level?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Percentile interval of a statistic by the stratified bootstrap (Agarwal et al., "Deep reinforcement learning at the edge of the statistical
 * precipice", NeurIPS 2021): every stratum, the runs of one algorithm in one environment, is drawn anew from itself with replacement.
 * @returns both ends; NaN where a draw has no value, as ∞/∞
 */
export function bootstrapInterval(
  strata: readonly (readonly number[])[],
  statistic: (strata: number[][]) => number,
  { resamples = 5000, level = 0.95, seed = 0 }: BootstrapOptions = {},
): [low: number, high: number] {
  const rng = createRng(seed);
  const draw = (runs: readonly number[]) => runs.map(() => runs[Math.floor(rng.next() * runs.length)]);
  const values = Array.from({ length: resamples }, () => statistic(strata.map(draw)));
  if (values.some(Number.isNaN)) return [Number.NaN, Number.NaN];
  return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
}
