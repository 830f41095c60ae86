import { Box, Dict, MultiBinary, type NDArray, type Space, Text, Tuple } from '../spaces/index.js';
import { checkRows, numbers, type Observations } from './observations.js';

/** Writes the flat form of environment e's value in a batch. */
type Writer = (batch: unknown, e: number, out: Float64Array, at: number) => void;

/**
 * Rows that are the flat form of the values, as Gymnasium's `flatten` lays it out: a Discrete or an entry of a MultiDiscrete is a one-hot
 * vector, Dict and Tuple are their parts in order. A Text of any characters has no numbers and is left out.
 * @throws RangeError where the space has no fixed flat size
 */
export function flatObservations(space: Space): Observations {
  const inputs = flatSize(space);
  if (inputs === null) {
    throw new RangeError(
      `the observation space ${space} has no fixed flat size; expected one without Graph or Sequence`,
    );
  }
  const bounds = { low: [] as number[], high: [] as number[] };
  addBounds(space, bounds);
  const write = writerOf(space);
  return {
    inputs,
    bounds,
    write(observations, out, at, step, first) {
      const E = space.batchLength(observations);
      for (let e = 0; e < E; e++) write(observations, e, out, at + e * inputs);
      checkRows(out, at, E * inputs, inputs, step, first);
    },
  };
}

/** How many numbers a row has; null where that is not fixed. */
export function flatSize(space: Space): number | null {
  if (isAnyText(space)) return 0;
  const parts = partsOf(space);
  if (parts === null) return space.isFlattenable ? space.flatDim : null;
  return parts.reduce<number | null>((sum, [, part]) => {
    const size = flatSize(part);
    return sum === null || size === null ? null : sum + size;
  }, 0);
}

/** Whether a space is a Text of any characters, as a string of another package is: it cannot be numbered. */
function isAnyText(space: Space): boolean {
  return space instanceof Text && space.charset === null;
}

/** Walks the structure once, so that a step makes no objects of Dict and Tuple values. */
function writerOf(space: Space): Writer {
  if (space instanceof Box || space instanceof MultiBinary) {
    const { size } = space;
    return (batch, e, out, at) => {
      const { data } = batch as NDArray;
      for (let i = 0; i < size; i++) out[at + i] = Number(data[e * size + i]);
    };
  }
  const parts = partsOf(space);
  if (parts === null) return (batch, e, out, at) => space.writeFlat(space.batchItem(batch, e), out, at);
  const writers = parts
    .filter(([, part]) => !isAnyText(part))
    .map(([key, part]) => [key, writerOf(part), flatSize(part)!] as const);
  return (batch, e, out, at) => {
    for (const [key, write, size] of writers) {
      write((batch as Record<string, unknown>)[key], e, out, at);
      at += size;
    }
  };
}

function addBounds(space: Space, bounds: { low: number[]; high: number[] }): void {
  const parts = partsOf(space);
  if (parts !== null) {
    for (const [, part] of parts) addBounds(part, bounds);
  } else if (isAnyText(space)) {
    return;
  } else if (space instanceof Box) {
    // One by one: an image has more numbers than a call may have arguments.
    for (const low of numbers(space.low)) bounds.low.push(low);
    for (const high of numbers(space.high)) bounds.high.push(high);
  } else {
    // One-hot vectors and bits are in [0,1]; of a OneOf's numbers nothing is known.
    const [low, high] =
      space instanceof Text
        ? [0, space.charset!.length]
        : space.type === 'OneOf'
          ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
          : [0, 1];
    for (let i = 0; i < space.flatDim; i++) {
      bounds.low.push(low);
      bounds.high.push(high);
    }
  }
}

/** The parts of a Dict or Tuple with their keys in a batch, in order; null for other spaces. */
export function partsOf(space: Space): [key: string, part: Space][] | null {
  if (space instanceof Dict) return space.entries.map(([key, part]) => [String(key), part]);
  if (space instanceof Tuple) return space.spaces.map((part: Space, i: number) => [String(i), part]);
  return null;
}
