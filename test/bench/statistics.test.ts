import { describe, expect, it } from 'vitest';
import { bootstrapInterval, interquartileMean, quantile } from '../../src/report/statistics.js';
import { runPython } from '../spaces/runPython.js';

// Steps in thousands, of two algorithms, skew as such times are.
const a = [4.1, 5.2, 3.9, 12.7, 6.3, 5.5, 4.8, 9.1, 5.9, 7.2];
const b = [17, 21, 16, 44, 19, 23, 18, 30, 20];
const q = [0, 0.025, 0.3, 0.5, 0.975, 1];
const scipy = runPython(new URL('./python/statistics_reference.py', import.meta.url), { a, b, q }) as {
  means: number[];
  quantiles: number[];
  one: [number, number];
  ratio: [number, number];
};

describe('interquartile mean and quantiles', () => {
  it('are those of SciPy and NumPy', () => {
    scipy.means.forEach((mean, i) => {
      expect(interquartileMean(a.slice(0, i + 3))).toBeCloseTo(mean, 12);
    });
    q.forEach((at, i) => {
      expect(quantile(a, at)).toBeCloseTo(scipy.quantiles[i], 12);
    });
  });

  it('take a run that never got there as the worst', () => {
    const never = Number.POSITIVE_INFINITY;
    expect(interquartileMean([1, never, 2, 3])).toBe(2.5);
    expect(interquartileMean([1, never, never, 3])).toBe(never);
    expect(quantile([1, 2, never], 0.5)).toBe(2);
    expect(quantile([1, never, never], 0.5)).toBe(never);
    expect(quantile([1, never], 0)).toBe(1);
  });
});

describe('the stratified bootstrap', () => {
  // The ends are quantiles of 20 000 draws on both sides: their own error is about 1 % of the width.
  const agree = (ours: [number, number], theirs: [number, number]) => {
    const width = theirs[1] - theirs[0];
    expect(Math.abs(ours[0] - theirs[0]) / width).toBeLessThan(0.06);
    expect(Math.abs(ours[1] - theirs[1]) / width).toBeLessThan(0.06);
  };
  const options = { resamples: 20000 };

  it('gives the interval of SciPy for one stratum', () => {
    agree(
      bootstrapInterval([a], ([x]) => interquartileMean(x!), options),
      scipy.one,
    );
  });

  it('draws every stratum for itself: a ratio of two', () => {
    agree(
      bootstrapInterval([a, b], ([x, y]) => interquartileMean(x!) / interquartileMean(y!), options),
      scipy.ratio,
    );
  });

  it('says that a ratio of runs that never got there has no value', () => {
    const never = [Number.POSITIVE_INFINITY];
    expect(bootstrapInterval([never, never], ([x, y]) => x![0] / y![0])).toEqual([Number.NaN, Number.NaN]);
  });
});
