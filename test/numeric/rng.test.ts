import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/spaces/index.js';

describe('createRng', () => {
  it('goes on to the bit from a state that went through JSON', () => {
    const rng = createRng(5);
    for (let i = 0; i < 100; i++) rng.normal();
    const copy = createRng(JSON.parse(JSON.stringify(rng.state())));
    const draw = (r: typeof rng) => Array.from({ length: 50 }, (_, i) => [r.next(), r.normal(), r.integer(i + 1)]);
    expect(draw(copy)).toEqual(draw(rng));
  });

  it('gives seeds that are neighbours numbers that are not alike', () => {
    const first = Array.from({ length: 1_000 }, (_, seed) => createRng(seed).next());
    const mean = first.reduce((a, b) => a + b) / 1_000;
    // The mean of 1,000 uniform numbers has standard deviation 0.0091.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.04);
    expect(new Set(first).size).toBe(1_000);
    expect(createRng(2 ** 40).next()).not.toBe(createRng(0).next());
  });

  it('gives integers of equal frequency', () => {
    const rng = createRng(3);
    const counts = new Array(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[rng.integer(7)]++;
    const chiSquare = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    // 99.9 % of a chi-square of 6 degrees of freedom is below 22.46.
    expect(chiSquare).toBeLessThan(22.46);
  });

  it('gives normal numbers of mean 0, variance 1 and kurtosis 3', () => {
    const rng = createRng(4);
    const n = 100_000;
    let [m1, m2, m4] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = rng.normal();
      m1 += x / n;
      m2 += x ** 2 / n;
      m4 += x ** 4 / n;
    }
    // Four standard errors each.
    expect(Math.abs(m1)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(m2 - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(m4 - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  it('refuses what is no seed and no state', () => {
    for (const seed of [-1, 0.5, NaN, 2 ** 53, [1, 2, 3], [0, 0, 0, 0], [1, 2, 3, 0.5]]) {
      expect(() => createRng(seed)).toThrow(RangeError);
    }
    expect(() => createRng(1).integer(0)).toThrow(RangeError);
  });
});
