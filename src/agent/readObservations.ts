import { partsOf } from '../sampling/flatObservations.js';
import { NonFiniteError, type Observations } from '../sampling/observations.js';
import { ArraySpace } from '../spaces/arraySpace.js';
import { Discrete, NDArray, type Space, SpaceValueError } from '../spaces/index.js';

/** An observation that is not of the observation space's form. The agent is as it was. */
export class ObservationError extends Error {
  override name = 'ObservationError';
}

/** Observations in the form of a batch. */
export interface ReadObservations {
  readonly batch: unknown;
  /** How many there are; null: one observation, which was no batch. */
  readonly n: number | null;
}

/** Observations as numbers. */
export interface Numbers {
  /** Shape [n, inputs], or [1, inputs] of one observation. */
  readonly rows: Float64Array;
  /** How many there are; null: one observation, which was no batch. */
  readonly n: number | null;
}

/** `readObservations`, as numbers. @throws ObservationError, also where a number is not finite */
export function readNumbers(space: Space, observations: Observations, given: unknown, where: string): Numbers {
  const { batch, n } = readObservations(space, given, where);
  const rows = new Float64Array((n ?? 1) * observations.inputs);
  try {
    observations.write(batch, rows, 0, 0);
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const place = error.message.slice(0, error.message.indexOf(' at step'));
    throw new ObservationError(`${where}: ${place}; expected finite numbers. Clip or repair the observation.`);
  }
  return { rows, n };
}

/**
 * Reads one observation or a batch of them. Of an array only shape and dtype are checked, not its bounds: normalised observations leave them, and
 * features clip.
 * @param where named in the error
 * @throws ObservationError naming the part that is of another form, and what was expected
 */
export function readObservations(space: Space, given: unknown, where: string): ReadObservations {
  if (space instanceof ArraySpace) return readArray(space, given, where);
  if (space instanceof Discrete) {
    const isBatch = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
    const count = given instanceof NDArray && given.shape.length === 1 ? given.shape[0] : null;
    return coerced(space, given, isBatch ? (given as ArrayLike<unknown>).length : count, where);
  }
  const parts = partsOf(space);
  if (parts !== null) return readParts(space, parts, given, where);
  const isOne = !Array.isArray(given) || attempt(() => space.coerce(given)) === null;
  return coerced(space, given, isOne ? null : given.length, where);
}

/** An array of the space's shape, or with one axis more in front. */
function readArray(space: ArraySpace, given: unknown, where: string): ReadObservations {
  const { shape, valueDtype: dtype } = space;
  const array = arrayOf(space, given, where);
  const isOne = array.shape.length === shape.length;
  const own = isOne ? array.shape : array.shape.slice(1);
  const fits = own.length === shape.length && own.every((size, i) => size === shape[i]);
  if (array.dtype !== dtype || !fits) {
    const what = array.dtype === dtype ? `shape [${array.shape}]` : `dtype ${array.dtype}`;
    throw new ObservationError(
      `${where} has ${what}; expected dtype ${dtype} and shape [${shape}], or [n,${shape}] for a batch, of the observation space ${space}. ` +
        `Convert it: NDArray.from(obs, '${dtype}', [${shape}])`,
    );
  }
  const n = isOne ? null : array.shape[0];
  const batch = isOne ? new NDArray(array.data, [1, ...shape], dtype) : array;
  // Only a Box may be left.
  return space.type === 'Box' ? { batch, n } : coerced(space, isOne ? array : batch, n, where);
}

function arrayOf(space: ArraySpace, given: unknown, where: string): NDArray {
  if (given instanceof NDArray) return given;
  const { shape, size, valueDtype: dtype } = space;
  // A flat typed array is one observation by its length, or several, one after the other.
  const length = ArrayBuffer.isView(given) ? (given as Float64Array).length : Number.NaN;
  const form = length === size ? shape : size > 0 && length % size === 0 ? [length / size, ...shape] : undefined;
  try {
    return NDArray.from(given as number[], dtype, typeof given === 'number' && size === 1 ? shape : form);
  } catch (error) {
    throw new ObservationError(
      `${where}: ${(error as Error).message}; expected a value of the observation space ${space}, or a batch of them`,
    );
  }
}

function readParts(space: Space, parts: [string, Space][], given: unknown, where: string): ReadObservations {
  const isMap = typeof given === 'object' && given !== null && !(given instanceof NDArray);
  const keys = isMap ? Object.keys(given) : [];
  if (keys.length !== parts.length || !parts.every(([key]) => keys.includes(key))) {
    throw new ObservationError(
      `${where} has the parts ${keys.join(', ').slice(0, 200) || 'none'}; expected ${parts.map(([key]) => key).join(', ')}, ` +
        `those of the observation space ${space}`,
    );
  }
  const values = given as Record<string, unknown>;
  const read = parts.map(([key, part]) => [key, readObservations(part, values[key], `${where}[${key}]`)] as const);
  const [first, { n } = { n: null }] = read[0] ?? [''];
  const other = read.find(([, part]) => part.n !== n);
  if (other !== undefined) {
    const tell = (count: number | null) => (count === null ? 'one value' : `a batch of ${count}`);
    throw new ObservationError(
      `${where}[${other[0]}] is ${tell(other[1].n)}, but ${where}[${first}] is ${tell(n)}; expected parts of one observation, or batches of one length`,
    );
  }
  const batch = Object.fromEntries(read.map(([key, part]) => [key, part.batch]));
  return { batch: space.type === 'Tuple' ? Object.values(batch) : batch, n };
}

/** A value of a space that is checked whole. */
function coerced(space: Space, given: unknown, n: number | null, where: string): ReadObservations {
  try {
    return { batch: n === null ? space.batchOf([space.coerce(given)]) : space.coerceBatch(given, n), n };
  } catch (error) {
    if (!(error instanceof SpaceValueError)) throw error;
    throw new ObservationError(
      `${where}${error.index === undefined ? '' : `[${error.index}]`}: ${error.message}; ` +
        `expected a value of the observation space ${space}, or a batch of them`,
    );
  }
}

function attempt(f: () => unknown): SpaceValueError | null {
  try {
    f();
    return null;
  } catch (error) {
    if (error instanceof SpaceValueError) return error;
    throw error;
  }
}
