import { expect, test } from 'vitest';
import { finiteObservations } from '../../src/sampling/finiteObservations.js';
import { flatObservations } from '../../src/sampling/flatObservations.js';
import { imageObservations } from '../../src/sampling/imageObservations.js';
import { NonFiniteError } from '../../src/sampling/observations.js';
import { RunningStatistics } from '../../src/sampling/warmUp.js';
import {
  Box,
  createRng,
  Dict,
  Discrete,
  MultiBinary,
  MultiDiscrete,
  NDArray,
  Sequence,
  type Space,
  Text,
  Tuple,
} from '../../src/spaces/index.js';

const nested = new Dict({
  position: new Box(-1, [[2, 3]], [1, 2], 'float64'),
  count: new Box(0, 9, [2], 'int64'),
  mode: new Tuple([new Discrete(3, 5), new MultiDiscrete([2, 4]), new MultiBinary(3)]),
  word: new Text(4),
});

function batchOf(space: Space, n: number) {
  const rng = createRng(1);
  const values = Array.from({ length: n }, () => space.sample(rng));
  return { values, batch: space.batchOf(values) };
}

test('rows of nested observations are their flat form, one after the other, between the bounds', () => {
  const rows = flatObservations(nested);
  const { values, batch } = batchOf(nested, 5);
  const out = new Float64Array(2 + 5 * rows.inputs).fill(-7);
  rows.write(batch, out, 2, 0);
  expect([...out]).toEqual([-7, -7, ...values.flatMap((v) => [...(nested.flatten(v) as Float64Array)])]);
  for (let i = 0; i < out.length - 2; i++) {
    const k = i % rows.inputs;
    expect(out[2 + i]).toBeGreaterThanOrEqual(rows.bounds.low[k]);
    expect(out[2 + i]).toBeLessThanOrEqual(rows.bounds.high[k]);
  }
  expect(rows.bounds.low).toHaveLength(rows.inputs);
});

test('NaN deep in an observation is named by environment and entry of the flat form', () => {
  const space = new Dict({ a: new Discrete(2), b: new Box(-1, 1, [2], 'float64') });
  const batch = { a: NDArray.from([0, 1], 'int32'), b: NDArray.from([0, 0, 0, Number.NaN], 'float64', [2, 2]) };
  const write = () => flatObservations(space).write(batch, new Float64Array(8), 0, 12);
  expect(write).toThrow(NonFiniteError);
  expect(write).toThrow(/environment 1 gave observation\[3\] = NaN at step 12/);
});

test('a space without a fixed flat size is refused by name', () => {
  expect(() => flatObservations(new Sequence(new Discrete(2)))).toThrow(/Sequence.*has no fixed flat size/);
});

test('the values of a finite space have different numbers from 0 on', () => {
  // Blackjack's observations, smaller: 4·3·2 values; the last entry runs fastest.
  const space = new Tuple([new Discrete(4), new Discrete(3, 1), new Discrete(2)]);
  const rows = finiteObservations(space)!;
  expect(rows.size).toBe(24);
  const values = [0, 1, 2, 3].flatMap((a) => [1, 2, 3].flatMap((b) => [0, 1].map((c) => [a, b, c])));
  const out = new Float64Array(24);
  rows.write(space.batchOf(values as [number, number, number][]), out, 0, 0);
  expect([...out]).toEqual(Array.from({ length: 24 }, (_, i) => i));
});

test('MultiDiscrete and MultiBinary values are numbered in mixed radix', () => {
  const space = new Dict({ a: new MultiDiscrete([3, 5], [1, 0]), b: new MultiBinary(2) });
  const rows = finiteObservations(space)!;
  expect(rows.size).toBe(3 * 5 * 4);
  const out = new Float64Array(1);
  rows.write(space.batchOf([{ a: NDArray.from([3, 4], 'int32'), b: NDArray.from([1, 0], 'int8') }]), out, 0, 0);
  expect(out[0]).toBe((2 * 5 + 4) * 4 + 2);
  expect(finiteObservations(new Tuple([new Discrete(2), new Box(0, 1, [1])]))).toBeNull();
});

test('an image becomes the means of its rectangles over pixels and channels', () => {
  const space = new Box(0, 255, [4, 6, 3], 'uint8');
  const rows = imageObservations(space, 2);
  const { values, batch } = batchOf(space, 3);
  const out = new Float64Array(12);
  rows.write(batch, out, 0, 0);
  values.forEach((image, e) => {
    for (const [cell, [top, left]] of [
      [0, 0],
      [0, 3],
      [2, 0],
      [2, 3],
    ].entries()) {
      let sum = 0;
      for (let y = top!; y < top! + 2; y++) {
        for (let x = left!; x < left! + 3; x++) {
          for (let c = 0; c < 3; c++) sum += image.at((y * 6 + x) * 3 + c);
        }
      }
      expect(out[e * 4 + cell]).toBeCloseTo(sum / 18, 10);
    }
  });
  expect(rows.bounds.high).toEqual([255, 255, 255, 255].map((x) => expect.closeTo(x, 10)));
});

test('of a stack of images each frame has its own means, whichever axis the channels are', () => {
  const values = (shape: number[], at: (i: number) => number) => {
    const space = new Box(0, 1000, shape, 'float64');
    const observations = imageObservations(space, 1);
    const out = new Float64Array(observations.inputs);
    observations.write(
      space.coerceBatch(
        Float64Array.from({ length: space.size }, (_, i) => at(i)),
        1,
      ),
      out,
      0,
      0,
    );
    return [...out];
  };
  // [2,4,4]: 16 pixels of a frame after the other; [2,4,4,3]: 48 entries of a frame; [2,3,4,4]: 6 planes of 16.
  expect(values([2, 4, 4], (i) => (i < 16 ? 10 : 20))).toEqual([10, 20]);
  expect(values([2, 4, 4, 3], (i) => (i < 48 ? i % 3 : 100 + (i % 3)))).toEqual([1, 101]);
  expect(values([2, 3, 4, 4], (i) => Math.floor(i / 16))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(values([4, 4, 3], (i) => i % 3)).toEqual([1]);
});

test('a text of any characters has no numbers, and the others stand as if it were not there', () => {
  const space = new Dict({ a: new Box(0, 1, [1]), m: new Text(9, 0, null), z: new Discrete(2) });
  const observations = flatObservations(space);
  const out = new Float64Array(6);
  observations.write(
    { a: NDArray.from([[0.25], [0.5]], 'float32'), m: ['x', 'yz'], z: NDArray.from([0, 1], 'int32') },
    out,
    0,
    0,
  );
  expect([...out]).toEqual([0.25, 1, 0, 0.5, 0, 1]);
  expect(observations.bounds).toEqual({ low: [0, 0, 0], high: [1, 1, 1] });
});

test('a grid that does not divide the image gives every pixel to one cell: a constant image stays constant', () => {
  const space = new Box(0, 255, [7, 10], 'uint8');
  const out = new Float64Array(9);
  imageObservations(space, 3).write(NDArray.full([1, 7, 10], 80, 'uint8'), out, 0, 0);
  out.forEach((x) => {
    expect(x).toBeCloseTo(80, 10);
  });
  expect(() => imageObservations(space, 8)).toThrow(/observations.image is 8; expected at most the 7×10 pixels/);
  expect(() => imageObservations(new Box(0, 1, [5]), 2)).toThrow(/expected a Box of shape \[h,w\] or \[h,w,c\]/);
});

test('running statistics are mean ± 3 standard deviations, ± 1 of what never changed', () => {
  const rng = createRng(2);
  const rows = Array.from({ length: 500 }, () => [1e6 + rng.normal(), 4, rng.next()]);
  const statistics = new RunningStatistics(3);
  for (const row of rows) statistics.add(row, 0);
  const { low, high } = statistics.bounds();
  [0, 2].forEach((i) => {
    const column = rows.map((row) => row[i]);
    const mean = column.reduce((a, b) => a + b) / 500;
    const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 500);
    expect(low[i]).toBeCloseTo(mean - 3 * deviation, 6);
    expect(high[i]).toBeCloseTo(mean + 3 * deviation, 6);
  });
  expect([low[1], high[1]]).toEqual([3, 5]);
});
