import { Discrete, MultiBinary, MultiDiscrete, type NDArray, type Space } from '../spaces/index.js';
import { partsOf } from './flatObservations.js';
import type { Observations } from './observations.js';

/** A finite set of values, numbered 0 … size−1. */
interface Numbering {
  readonly size: number;
  /** The number of environment e's value in a batch. */
  number(batch: unknown, e: number): number;
}

/**
 * Rows of one number, which numbers the values of a finite space: those of a Discrete as they are less its start, those of
 * MultiDiscrete, MultiBinary, and of Dict and Tuple of such in the mixed radix in which the last entry runs fastest.
 * @returns null where the space is not finite
 */
export function finiteObservations(space: Space): (Observations & { readonly size: number }) | null {
  const numbering = numberingOf(space);
  if (numbering === null) return null;
  const { size, number } = numbering;
  return {
    size,
    inputs: 1,
    bounds: { low: [0], high: [size - 1] },
    write(observations, out, at) {
      const E = space.batchLength(observations);
      for (let e = 0; e < E; e++) out[at + e] = number(observations, e);
    },
  };
}

function numberingOf(space: Space): Numbering | null {
  if (space instanceof Discrete) {
    return { size: space.n, number: (batch, e) => Number((batch as NDArray).data[e]) - space.start };
  }
  if (space instanceof MultiDiscrete || space instanceof MultiBinary) {
    const bounds = Array.from({ length: space.size }, (_, i) => space.bounds(i));
    const sizes = bounds.map(([low, high]) => high - low + 1);
    return {
      size: sizes.reduce((a, b) => a * b, 1),
      number(batch, e) {
        const { data } = batch as NDArray;
        let n = 0;
        for (let i = 0; i < sizes.length; i++) {
          n = n * sizes[i] + Number(data[e * sizes.length + i]) - bounds[i][0];
        }
        return n;
      },
    };
  }
  const parts = partsOf(space)?.map(([key, part]) => [key, numberingOf(part)] as const);
  if (!parts || parts.some(([, part]) => part === null)) return null;
  const known = parts as (readonly [string, Numbering])[];
  return {
    size: known.reduce((product, [, part]) => product * part.size, 1),
    number: (batch, e) =>
      known.reduce((n, [key, part]) => n * part.size + part.number((batch as Record<string, unknown>)[key], e), 0),
  };
}
