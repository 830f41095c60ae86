import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  concatenate,
  fourier,
  hat,
  polynomial,
  product,
  radial,
  randomFourier,
  select,
  tileCoding,
} from '../../src/features/index.js';
import { dense } from '../support/dense.js';

const unit = fc.double({ min: 0, max: 1, noNaN: true });

test('radial features are the shares of Gaussians around the points of the grid', () => {
  // Two centres a dimension at 0 and 1, σ = 0.5 in the scaled observation.
  const map = radial({ grid: 2, width: 0.5, low: [0, -1], high: [2, 1] });
  const x = [0.25, 0.9];
  const corners = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  const gaussians = corners.map(([a, b]) => Math.exp(-((x[0] - a!) ** 2 + (x[1] - b!) ** 2) / (2 * 0.25)));
  const sum = gaussians.reduce((a, b) => a + b);
  dense(map, [0.5, 0.8]).forEach((value, i) => {
    expect(value).toBeCloseTo(gaussians[i] / sum, 13);
  });
});

test('radial features far narrower than the distance between centres do not become 0/0', () => {
  const map = radial({ centres: [[0], [1]], width: 1e-4, low: [0], high: [1] });
  expect(dense(map, [0.4])).toEqual([1, 0]);
});

test('radial wants a grid or centres, and a width with centres', () => {
  const bounds = { low: [0, 0], high: [1, 1] };
  expect(() => radial(bounds)).toThrow(/neither of `grid` and `centres`; expected one/);
  expect(() => radial({ ...bounds, grid: 2, centres: [[0, 0]] })).toThrow(/both of `grid` and `centres`/);
  expect(() => radial({ ...bounds, centres: [[0, 0]] })).toThrow(/`width` is missing/);
  expect(() => radial({ ...bounds, centres: [[0, 0], [1]], width: 1 })).toThrow(
    /centres 1 has 1 entries; expected one for each of the 2/,
  );
  expect(() => radial({ ...bounds, grid: 5000 })).toThrow(/radial: 25000000 features; expected at most 16777216/);
});

test('the inner products of random Fourier features approximate half the Gaussian kernel', () => {
  const width = 0.4;
  const map = randomFourier({ features: 20_000, width, seed: 3, low: [0, 0], high: [1, 1] });
  for (const [a, b] of [
    [
      [0.1, 0.2],
      [0.3, 0.1],
    ],
    [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
    [
      [0, 0],
      [1, 1],
    ],
  ] as const) {
    const [one, two] = [dense(map, [...a]), dense(map, [...b])];
    const kernel = Math.exp(-((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / (2 * width ** 2));
    // E cos(u)cos(v) = cos(u − v)/2 for uniform phases; the standard error of 20 000 terms is below 0.004.
    expect(Math.abs(one.reduce((sum, x, i) => sum + x * two[i], 0) - kernel / 2)).toBeLessThan(0.015);
  }
});

test('random Fourier features of one seed are the same, of another seed others', () => {
  const make = (seed: number) => dense(randomFourier({ features: 5, width: 1, seed, low: [0], high: [1] }), [0.3]);
  expect(make(1)).toEqual(make(1));
  expect(make(1)).not.toEqual(make(2));
});

test('polynomial features are all monomials of the observation scaled to [−1,1], divided by √d', () => {
  const map = polynomial({ degree: 2, low: [0, 0], high: [1, 4] });
  const [x, y] = [0.5, -0.5]; // of the observation [0.75, 1]
  const expected = [1, y, y * y, x, x * y, x * x].map((v) => v / Math.sqrt(6));
  dense(map, [0.75, 1]).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 14);
  });
});

test('of n dimensions there are C(n + degree, degree) monomials', () => {
  const zeros = new Array<number>(24).fill(0);
  const ones = new Array<number>(24).fill(1);
  expect(polynomial({ degree: 2, low: zeros, high: ones }).size).toBe((26 * 25) / 2);
});

test('concatenated parts stand one after the other, divided by the root of their number', () => {
  const parts = [
    select(polynomial({ degree: 1, low: [0], high: [1] }), [1], 2),
    select(tileCoding({ tilings: 2, tiles: 2, low: [0], high: [1] }), [0], 2),
  ];
  const whole = dense(concatenate(parts), [0.1, 0.9]);
  const expected = parts.flatMap((part) => dense(part, [0.1, 0.9]).map((x) => x / Math.SQRT2));
  expect(whole).toEqual(expected.map((x) => expect.closeTo(x, 14)));
});

test('the product has every feature of one part times every feature of the other', () => {
  const one = select(polynomial({ degree: 2, low: [0], high: [1] }), [0], 2);
  const two = select(tileCoding({ tilings: 2, tiles: 3, low: [0], high: [1] }), [1], 2);
  const s = [0.2, 0.7];
  const expected = dense(one, s).flatMap((x) => dense(two, s).map((y) => x * y));
  dense(product(one, two), s).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 14);
  });
});

describe('hashed tile coding', () => {
  const zeros = new Array<number>(8).fill(0);
  const ones = new Array<number>(8).fill(1);
  const map = tileCoding({ tilings: 8, tiles: 10, memory: 8 * 1009, low: zeros, high: ones });
  const state = fc.array(unit, { minLength: 8, maxLength: 8 });

  test('keeps as many features as it is given, however large the grid', () => {
    expect(map.size).toBe(8 * 1009);
    expect(() => tileCoding({ tilings: 8, tiles: 10, low: zeros, high: ones })).toThrow(/Give `memory`/);
    expect(() => tileCoding({ tilings: 8, tiles: 10, memory: 7, low: zeros, high: ones })).toThrow(/memory is 7/);
  });

  test('is the plain one where its tiles fit into the memory', () => {
    const options = { tilings: 4, tiles: 3, low: [0, 0], high: [1, 1] };
    fc.assert(
      fc.property(unit, unit, (x, y) => {
        expect(dense(tileCoding({ ...options, memory: 64 }), [x, y])).toEqual(dense(tileCoding(options), [x, y]));
      }),
    );
  });

  test('states in the same tiles have the same features', () => {
    fc.assert(
      fc.property(state, (s) => {
        // 10 tiles and 8 tilings cut each dimension at multiples of 1/80.
        const moved = s.map((x) => (Math.floor(x * 79) + 0.5) / 80);
        const other = moved.map((x) => x + 0.001);
        expect(dense(map, other)).toEqual(dense(map, moved));
      }),
      { numRuns: 20 },
    );
  });

  test('spreads neighbouring tiles evenly over its features', () => {
    // All tiles of a 30×30 grid on a memory of 97: Pearson's χ² has mean 96 and standard deviation 14.
    const small = tileCoding({ tilings: 1, tiles: 30, memory: 97, low: [0, 0], high: [1, 1] });
    const counts = new Float64Array(97);
    for (let i = 0; i < 30; i++) {
      for (let j = 0; j < 30; j++) counts[dense(small, [(i + 0.5) / 30, (j + 0.5) / 30]).indexOf(1)]++;
    }
    const chi = counts.reduce((sum, c) => sum + (c - 900 / 97) ** 2 / (900 / 97), 0);
    expect(chi).toBeLessThan(96 + 4 * 14);
    expect(chi).toBeGreaterThan(96 - 4 * 14);
  });
});

test('hat functions interpolate multilinearly: knots give their own values, a bilinear function is met exactly, others are clipped', () => {
  const map = hat({ knots: [3, 2], low: [0, -1], high: [2, 1] });
  const bilinear = (x: number, y: number) => 1 - 2 * x + 3 * y + 0.5 * x * y;
  const atKnots = [0, 1, 2].flatMap((x) => [-1, 1].map((y) => bilinear(x, y)));
  const interpolated = (x: number, y: number) => dense(map, [x, y]).reduce((sum, psi, i) => sum + psi * atKnots[i], 0);
  expect(interpolated(0.3, 0.4)).toBeCloseTo(bilinear(0.3, 0.4), 13);
  expect(interpolated(1.9, -0.7)).toBeCloseTo(bilinear(1.9, -0.7), 13);
  expect(dense(map, [2, 1])).toEqual([0, 0, 0, 0, 0, 1]);
  expect(interpolated(5, -3)).toBeCloseTo(bilinear(2, -1), 13);
  expect(() => hat({ knots: [3], low: [0, -1], high: [2, 1] })).toThrow(
    /knots has 1 entries; expected one for each of the 2/,
  );
});

test('maps whose features grow like a power of the observation are refused before they are made, by their number', () => {
  const bounds = { low: new Float64Array(2835), high: new Float64Array(2835).fill(1) };
  // 1 + 2835·3 + C(2835, 2)·9; and C(2835 + 2, 2).
  expect(() => fourier({ ...bounds, order: 3, maxNonZero: 2 })).toThrow(
    /^fourier: 36163261 features of .* 2835 numbers/,
  );
  expect(() => polynomial({ ...bounds, degree: 2 })).toThrow(/^polynomial: 4022866 features/);
  expect(() => fourier({ ...bounds, order: 3 })).toThrow(/more than 10¹⁵ features.*Lower `order` or `maxNonZero`/);
  expect(fourier({ ...bounds, order: 1, maxNonZero: 1 }).size).toBe(2836);
});
