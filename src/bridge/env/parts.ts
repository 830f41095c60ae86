import { BridgeError } from '../errors.js';
import type { Part } from './part.js';

/** As in Gymnasium, the environments of a vector have the same spaces: one's observations are read in the space of another. */
export function checkAlike(id: string, parts: readonly Part[]): void {
  const { observationSpace, actionSpace } = parts[0].handle;
  for (const { handle, from } of parts) {
    const isAlike = handle.observationSpace.equals(observationSpace) && handle.actionSpace.equals(actionSpace);
    if (isAlike) continue;
    throw new BridgeError('SpaceMismatch', `make of ${id}: environment ${from} has other spaces than environment 0`, {
      expected: `observations in ${observationSpace} and actions in ${actionSpace}`.slice(0, 500),
      remedy: 'let the environment have the same spaces whenever it is made',
    });
  }
}

/** Waits for all, so that nothing is on its way any more when the first error is thrown. */
export async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  if (promises.length === 1) return [await promises[0]];
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
