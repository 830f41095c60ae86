import { Box, Discrete, type NDArray, type Space } from '../spaces/index.js';
import { nonFinite, numbers, type Observations } from './observations.js';

/**
 * Rows that are the batch's numbers as they stand: the entries of a Box, the number of a Discrete. The loop is the one that every step of
 * the usual environments goes through.
 * @returns null for another space, and for a Box of 64-bit integers
 */
export function arrayObservations(space: Space): Observations | null {
  const bounds = boundsOf(space);
  if (bounds === null) return null;
  const inputs = bounds.low.length;
  return {
    inputs,
    bounds,
    write(observations, out, at, step, first) {
      const data = (observations as NDArray).data as ArrayLike<number>;
      for (let i = 0; i < data.length; i++) {
        const x = data[i];
        if (!Number.isFinite(x)) throw nonFinite(x, i, inputs, step, first);
        out[at + i] = x;
      }
    },
  };
}

function boundsOf(space: Space): { low: number[]; high: number[] } | null {
  if (space instanceof Discrete) return { low: [space.start], high: [space.start + space.n - 1] };
  if (!(space instanceof Box) || space.dtype === 'int64' || space.dtype === 'uint64') return null;
  return { low: numbers(space.low), high: numbers(space.high) };
}
