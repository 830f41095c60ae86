import { Box, type NDArray, type Space } from '../spaces/index.js';
import { checkRows, numbers, type Observations } from './observations.js';

/**
 * Images as a grid of n×n grey values: each is the mean over a rectangle of pixels and over the channels, in the units of the space.
 * @param space a Box of shape [height, width] or [height, width, channels]
 * @param n at most the height and the width
 * @throws RangeError where the space is no such Box
 */
export function imageObservations(space: Space, n: number): Observations {
  if (!(space instanceof Box && (space.shape.length === 2 || space.shape.length === 3))) {
    throw new RangeError(
      `observations.image is ${n}, but the observation space is ${space}; expected a Box of shape [h,w] or [h,w,c]`,
    );
  }
  const [height, width, channels = 1] = space.shape as [number, number, number?];
  if (n > height || n > width) {
    throw new RangeError(`observations.image is ${n}; expected at most the ${height}×${width} pixels of ${space}`);
  }
  const inputs = n * n;
  const { size } = space;
  const cellOf = Int32Array.from({ length: size }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const row = Math.floor((Math.floor(pixel / width) * n) / height);
    return row * n + Math.floor(((pixel % width) * n) / width);
  });
  const share = new Float64Array(inputs);
  for (const cell of cellOf) share[cell] = share[cell]! + 1;
  for (let cell = 0; cell < inputs; cell++) share[cell] = 1 / share[cell]!;

  /** The grid of the image whose first entry is data[from]. */
  function pool(data: ArrayLike<number>, from: number, out: Float64Array | number[], at: number): void {
    for (let cell = 0; cell < inputs; cell++) out[at + cell] = 0;
    for (let i = 0; i < size; i++) out[at + cellOf[i]!] = out[at + cellOf[i]!]! + Number(data[from + i]);
    for (let cell = 0; cell < inputs; cell++) out[at + cell] = out[at + cell]! * share[cell]!;
  }

  const bounds = { low: [] as number[], high: [] as number[] };
  pool(numbers(space.low), 0, bounds.low, 0);
  pool(numbers(space.high), 0, bounds.high, 0);
  return {
    inputs,
    bounds,
    write(observations, out, at, step) {
      const data = (observations as NDArray).data as ArrayLike<number>;
      const E = data.length / size;
      for (let e = 0; e < E; e++) pool(data, e * size, out, at + e * inputs);
      checkRows(out, at, E * inputs, inputs, step);
    },
  };
}
