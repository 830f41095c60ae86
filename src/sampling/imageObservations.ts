import { Box, type NDArray, type Space } from '../spaces/index.js';
import { checkRows, numbers, type Observations } from './observations.js';

/** How an array of pixels is laid out in C order: frames of rows of pixels of channels. */
export interface ImageLayout {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * The layout of images of a shape: [h,w], [h,w,c], or with frames first: [f,h,w] (a stack of grey images, or the channels of one, where the first
 * axis is the shortest), [f,h,w,c], [f,c,h,w].
 * @returns null for another number of axes
 */
export function imageLayout(shape: readonly number[]): ImageLayout | null {
  const [a = 1, b = 1, c = 1] = shape;
  switch (shape.length) {
    case 2:
      return { frames: 1, height: a, width: b, channels: 1 };
    case 3:
      if (a < b && a < c) return { frames: a, height: b, width: c, channels: 1 };
      return { frames: 1, height: a, width: b, channels: c };
    case 4: {
      const inner = imageLayout(shape.slice(1))!;
      return { ...inner, frames: a * inner.frames };
    }
    default:
      return null;
  }
}

/**
 * Images as a grid of n×n grey values a frame, one frame after the other: each value is the mean over a rectangle of pixels and over the channels, in
 * the units of the space. Frames are kept apart, since what moves is seen only from one to the next.
 * @param space a Box of a shape that `imageLayout` knows
 * @param n at most the height and the width
 * @throws RangeError where the space is no such Box
 */
export function imageObservations(space: Space, n: number): Observations {
  const layout = space instanceof Box ? imageLayout(space.shape) : null;
  if (!(space instanceof Box) || layout === null) {
    throw new RangeError(
      `observations.image is ${n}, but the observation space is ${space}; expected a Box of shape [h,w] or [h,w,c], or with frames before: [f,h,w], [f,h,w,c], [f,c,h,w]`,
    );
  }
  const { frames, height, width, channels } = layout;
  if (n > height || n > width) {
    throw new RangeError(`observations.image is ${n}; expected at most the ${height}×${width} pixels of ${space}`);
  }
  const inputs = frames * n * n;
  const { size } = space;
  const cellOf = Int32Array.from({ length: size }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const line = Math.floor(pixel / width);
    const row = Math.floor(((line % height) * n) / height);
    return (Math.floor(line / height) * n + row) * n + Math.floor(((pixel % width) * n) / width);
  });
  const share = new Float64Array(inputs);
  for (const cell of cellOf) share[cell] = share[cell] + 1;
  for (let cell = 0; cell < inputs; cell++) share[cell] = 1 / share[cell];

  /** The grid of the image whose first entry is data[from]. */
  function pool(data: ArrayLike<number>, from: number, out: Float64Array | number[], at: number): void {
    for (let cell = 0; cell < inputs; cell++) out[at + cell] = 0;
    for (let i = 0; i < size; i++) out[at + cellOf[i]] = out[at + cellOf[i]] + Number(data[from + i]);
    for (let cell = 0; cell < inputs; cell++) out[at + cell] = out[at + cell] * share[cell];
  }

  const bounds = { low: [] as number[], high: [] as number[] };
  pool(numbers(space.low), 0, bounds.low, 0);
  pool(numbers(space.high), 0, bounds.high, 0);
  return {
    inputs,
    bounds,
    write(observations, out, at, step, first) {
      const data = (observations as NDArray).data as ArrayLike<number>;
      const E = data.length / size;
      for (let e = 0; e < E; e++) pool(data, e * size, out, at + e * inputs);
      checkRows(out, at, E * inputs, inputs, step, first);
    },
  };
}
