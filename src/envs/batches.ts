import { ArraySpace } from '../spaces/arraySpace.js';
import { Dict, Discrete, type Space, SpaceValueError, Tuple } from '../spaces/index.js';
import { detached } from './infos.js';

/** A batch of actions, from the forms that `coerceBatch` takes. @throws SpaceValueError naming the environment whose action is not in the space */
export function actionBatch(space: Space, actions: unknown, n: number): unknown {
  try {
    return space.coerceBatch(actions, n);
  } catch (error) {
    if (!(error instanceof SpaceValueError)) throw error;
    const where = error.index === undefined ? '' : ` for environment ${error.index}`;
    const text = `the action${where}: ${error.message}.\nExpected: a value of ${String(space).slice(0, 300)}`;
    throw new SpaceValueError(error.space, error.value, text, error.index);
  }
}

/** `space.batchOf` that shares no memory with the values. */
export function copyingBatch(space: Space): (values: readonly unknown[]) => unknown {
  if (stacks(space)) return (values) => space.batchOf(values);
  return (values) => space.batchOf(values.map(detached));
}

/** Whether `batchOf` copies everything: arrays it stacks; the values of other spaces it only lists. */
function stacks(space: Space): boolean {
  if (space instanceof Dict) return space.entries.every(([, entry]) => stacks(entry));
  if (space instanceof Tuple) return space.spaces.every(stacks);
  return space instanceof ArraySpace || space instanceof Discrete;
}
