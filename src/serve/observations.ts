import { partsOf } from '../sampling/flatObservations.js';
import { Box, NDArray, type Space, SpaceValueError } from '../spaces/index.js';
import { sameShape } from '../spaces/ndarray.js';
import { bad, what } from './arguments.js';

/**
 * Checks observations. Only the form of a Box is checked, not its bounds: normalised observations leave them, and features clip.
 * @param n how many there are in a batch; null: one observation, no batch
 * @throws BridgeError BadArgument naming the part that is wrong
 */
export function checkObservations(space: Space, given: unknown, n: number | null, where = 'obs'): void {
  if (space instanceof Box) {
    const shape = n === null ? space.shape : [n, ...space.shape];
    if (given instanceof NDArray && given.dtype === space.dtype && sameShape(given.shape, shape)) return;
    throw bad(`${where} is ${what(given)}`, `an array of dtype ${space.dtype} and shape [${shape}]`);
  }
  const parts = partsOf(space);
  if (parts !== null) {
    const values = given as Record<string, unknown> | null;
    const keys =
      typeof values === 'object' && values !== null && !(values instanceof NDArray) ? Object.keys(values) : [];
    if (keys.length !== parts.length || !parts.every(([key]) => keys.includes(key))) {
      throw bad(
        `${where} has the parts ${keys.join(', ').slice(0, 200) || 'none'}`,
        parts.map(([key]) => key).join(', '),
      );
    }
    for (const [key, part] of parts) checkObservations(part, values![key], n, `${where}[${key}]`);
    return;
  }
  try {
    if (n === null) space.coerce(given);
    else space.coerceBatch(given, n);
  } catch (error) {
    if (error instanceof SpaceValueError)
      throw bad(`${where}: ${error.message}`, n === null ? `a value of ${space}` : `${n} values of ${space}`);
    throw error;
  }
}

/** An observation that was checked as a batch of one; a Box's is not copied. */
export function batchOfOne(space: Space, obs: unknown): unknown {
  if (space instanceof Box) {
    const { data, shape, dtype } = obs as NDArray;
    return new NDArray(data, [1, ...shape], dtype);
  }
  return space.batchOf([obs]);
}
