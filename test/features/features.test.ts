import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  concatenate,
  fourier,
  hat,
  integerVectors,
  oneHot,
  polynomial,
  product,
  radial,
  randomFourier,
  type StateFeatures,
  select,
  tileCoding,
} from '../../src/features/index.js';
import { dense } from '../support/dense.js';

const low = [-1, -2, 0];
const high = [1, 2, 5];
const maps: [string, StateFeatures][] = [
  ['fourier', fourier({ order: 3, maxNonZero: 2, low, high })],
  ['tileCoding', tileCoding({ tilings: 8, tiles: [4, 6, 3], low, high })],
  ['hashed tileCoding', tileCoding({ tilings: 8, tiles: 20, memory: 100, low, high })],
  ['hat', hat({ knots: [3, 4, 2], low, high })],
  ['radial on a grid', radial({ grid: [3, 4, 1], low, high })],
  [
    'radial at given centres',
    radial({
      centres: [
        [0, 0, 0],
        [1, 2, 5],
        [0, 1, 2],
      ],
      width: 0.01,
      low,
      high,
    }),
  ],
  ['randomFourier', randomFourier({ features: 40, width: 0.3, seed: 1, low, high })],
  ['polynomial', polynomial({ degree: 3, low, high })],
  ['polynomial of few dimensions', polynomial({ degree: 4, maxNonZero: 1, low, high })],
  ['select', select(fourier({ order: 2, low: [0, -1], high: [5, 1] }), [2, 0], 3)],
  ['concatenate of dense maps', concatenate([polynomial({ degree: 2, low, high }), fourier({ order: 1, low, high })])],
  [
    'concatenate of a sparse and a dense map',
    concatenate([polynomial({ degree: 2, low, high }), tileCoding({ tilings: 4, tiles: 3, low, high })]),
  ],
  ['product of dense maps', product(fourier({ order: 1, low, high }), polynomial({ degree: 1, low, high }))],
  [
    'product of a dense and a sparse map in a concatenation',
    concatenate([
      product(radial({ grid: 2, low, high }), tileCoding({ tilings: 4, tiles: 3, low, high })),
      fourier({ order: 1, low, high }),
    ]),
  ],
];
const observation = fc.tuple(...low.map(() => fc.double({ min: -10, max: 10, noNaN: true })));

describe.each(maps)('%s', (_, map) => {
  test('keeps ‖ψ(s)‖ ≤ 1 for every observation, those out of bounds included (A1)', () => {
    fc.assert(fc.property(observation, (s) => Math.hypot(...dense(map, s)) <= 1 + 1e-12));
  });

  test('its constant vector gives 1 in every state', () => {
    fc.assert(
      fc.property(observation, (s) => {
        const sum = dense(map, s).reduce((total, x, i) => total + x * map.constant[i], 0);
        expect(sum).toBeCloseTo(1, 12);
      }),
    );
  });

  test('writes different places, as many as it says, inside its size', () => {
    fc.assert(
      fc.property(observation, (s) => {
        const indices = new Int32Array(map.active);
        map.encode(s, 0, new Float64Array(map.active), indices, 0);
        if (map.dense) return map.active === map.size;
        return new Set(indices).size === map.active && indices.every((i) => i >= 0 && i < map.size);
      }),
    );
  });

  test('reads an observation at an offset and writes at a place', () => {
    const values = new Float64Array(2 * map.active);
    const indices = new Int32Array(2 * map.active);
    map.encode([9, 9, 0.1, 0.2, 0.3], 2, values, indices, map.active);
    const alone = new Float64Array(map.active);
    map.encode([0.1, 0.2, 0.3], 0, alone, new Int32Array(map.active), 0);
    expect([...values.subarray(map.active)]).toEqual([...alone]);
    expect(values.subarray(0, map.active).every((v) => v === 0)).toBe(true);
  });
});

test('Fourier features are cos(π⟨c,x⟩)/√d', () => {
  const map = fourier({ order: 2, low: [0, -1], high: [2, 1] });
  const frequencies = integerVectors(2, 2, 2);
  const s = [0.7, 0.3];
  const x = [0.35, 0.65];
  const expected = frequencies.map((c) => Math.cos(Math.PI * (c[0] * x[0] + c[1] * x[1])) / 3);
  dense(map, s).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 13);
  });
});

test('there are Σ C(n,j)·orderʲ Fourier features with at most k dimensions combined', () => {
  expect(integerVectors(6, 2, 3)).toHaveLength(1 + 6 * 2 + 15 * 4 + 20 * 8);
  expect(integerVectors(4, 2, 4)).toHaveLength(81);
});

test('tile coding: one tile of each tiling is active, and states further apart than a tile share none', () => {
  const map = tileCoding({ tilings: 8, tiles: 8, low: [0, 0], high: [1, 1] });
  const active = (s: number[]) => new Set(dense(map, s).flatMap((v, i) => (v > 0 ? [i] : [])));
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.85, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (x, y) => {
      const here = active([x, y]);
      expect(here.size).toBe(8);
      expect(new Set([...here].map((i) => Math.floor(i / 81))).size).toBe(8);
      const there = active([x + 0.13, y]);
      expect([...there].some((i) => here.has(i))).toBe(false);
    }),
  );
});

test('tile coding: moving by 1/T of a tile changes one tiling', () => {
  const map = tileCoding({ tilings: 4, tiles: 5, low: [0], high: [1] });
  const active = (x: number) => dense(map, [x]).flatMap((v, i) => (v > 0 ? [i] : []));
  const here = active(0.51);
  const there = active(0.51 + 0.05);
  expect(here.filter((i) => !there.includes(i))).toHaveLength(1);
});

test('one-hot features respect the start of a Discrete space', () => {
  const map = oneHot(4, 10);
  expect(dense(map, [12])).toEqual([0, 0, 1, 0]);
  expect(() => dense(map, [3])).toThrow(/state 3 is not in Discrete\(4, start=10\)/);
  expect(() => dense(map, [10.5])).toThrow(/state 10.5/);
});

test('unbounded dimensions are refused by name', () => {
  expect(() => fourier({ order: 1, low: [0, -1], high: [1, Number.POSITIVE_INFINITY] })).toThrow(
    /dimension 1 is \[-1, Infinity\]/,
  );
  expect(() => tileCoding({ tilings: 2, tiles: [2], low: [0, 0], high: [1, 1] })).toThrow(
    /tiles has 1 entries; expected one for each of the 2/,
  );
});
