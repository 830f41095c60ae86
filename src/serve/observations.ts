import { partsOf } from '../sampling/flatObservations.js';
import { Box, NDArray, type Space, SpaceValueError } from '../spaces/index.js';
import { bad, what } from './arguments.js';

/**
 * Checks a batch of observations. Only the form of a Box is checked, not its bounds: normalised observations leave them, and features clip.
 * @param n observations
 * @throws BridgeError BadArgument naming the part that is wrong
 */
export function checkObservations(space: Space, batch: unknown, n: number, where = 'obs'): void {
  if (space instanceof Box) {
    const shape = [n, ...space.shape];
    if (batch instanceof NDArray && batch.dtype === space.dtype && String(batch.shape) === String(shape)) return;
    throw bad(`${where} is ${what(batch)}`, `an array of dtype ${space.dtype} and shape [${shape}]`);
  }
  const parts = partsOf(space);
  if (parts !== null) {
    const values = batch as Record<string, unknown> | null;
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
    space.coerceBatch(batch, n);
  } catch (error) {
    if (error instanceof SpaceValueError) throw bad(`${where}: ${error.message}`, `${n} values of ${space}`);
    throw error;
  }
}
