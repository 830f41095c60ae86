import type { Box, Discrete, MultiBinary, MultiDiscrete } from '../spaces/index.js';

/** Actions of E environments as the bridge takes them: E integers, or E × entries integers or floats. */
export type ActionArray = Int32Array | Float32Array | Float64Array;

/** How codes (src/policy/family.ts) become actions of the environment. */
export interface Actions {
  /** Room for the actions of E environments. */
  buffer(numEnvs: number): ActionArray;
  /** Writes the action whose code is in row `row` as environment e's. */
  write(codes: Float64Array, row: number, out: ActionArray, e: number): void;
  /** Inverse of `write`, but for what `ActionFamily.complete` completes. */
  read(actions: ArrayLike<number | bigint>, e: number, codes: Float64Array, row: number): void;
}

/** Code j is the action start + j. */
export function discreteActionsOf({ start }: Discrete): Actions {
  return {
    buffer: (E) => new Int32Array(E),
    write(codes, row, out, e) {
      out[e] = codes[row] + start;
    },
    read(actions, e, codes, row) {
      codes[row] = Number(actions[e]) - start;
    },
  };
}

/** Combinations of a MultiDiscrete, a MultiBinary or a Box of integers at most. */
export const MAX_COMBINATIONS = 10_000;

/**
 * A code is the number of a combination of the entries' values, the last entry fastest. The uniform measure on the combinations is the product
 * of the uniform measures on the entries.
 * @returns the number of combinations, and the actions
 * @throws RangeError where there are too many combinations
 */
export function productActionsOf(space: MultiDiscrete | MultiBinary | Box): { count: number; actions: Actions } {
  const { size } = space;
  const bounds = Array.from({ length: size }, (_, i) => space.bounds(i).map(Number) as [number, number]);
  const counts = bounds.map(([low, high]) => high - low + 1);
  const count = counts.reduce((a, b) => a * b, 1);
  if (count > MAX_COMBINATIONS) {
    throw new RangeError(
      `the action space ${space} has ${count} combinations; expected at most ${MAX_COMBINATIONS}. ` +
        'Put a wrapper around the environment that offers fewer actions, and name it in env.wrappers.',
    );
  }
  const actions: Actions = {
    buffer: (E) => new Int32Array(E * size),
    write(codes, row, out, e) {
      for (let i = size - 1, rest = codes[row]; i >= 0; i--) {
        out[e * size + i] = bounds[i][0] + (rest % counts[i]);
        rest = Math.floor(rest / counts[i]);
      }
    },
    read(actions, e, codes, row) {
      codes[row] = counts.reduce((code, n, i) => code * n + Number(actions[e * size + i]) - bounds[i][0], 0);
    },
  };
  return { count, actions };
}

/**
 * The action of a Box is the last entries of its code, one a dimension that is free; the others are as their bounds say.
 * @param width numbers of a code
 * @param free the dimensions whose bounds differ; default all
 */
export function boxActionsOf(
  { low, size, dtype }: Box,
  width: number,
  free: readonly number[] = Array.from({ length: size }, (_, i) => i),
): Actions {
  const skip = width - free.length;
  const fixed = free.length === size ? null : Float64Array.from(low.data as ArrayLike<number>);
  return {
    buffer: (E) => (dtype === 'float64' ? new Float64Array(E * size) : new Float32Array(E * size)),
    write(codes, row, out, e) {
      if (fixed !== null) out.set(fixed, e * size);
      for (let i = 0; i < free.length; i++) out[e * size + free[i]] = codes[row * width + skip + i];
    },
    read(actions, e, codes, row) {
      for (let i = 0; i < free.length; i++) codes[row * width + skip + i] = Number(actions[e * size + free[i]]);
    },
  };
}
