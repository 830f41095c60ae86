import { isDeepStrictEqual } from 'node:util';
import type { Info, StepResult } from '../../envs/environment.js';
import { canCast, concatenate, DTYPES, type DType, isBig, NDArray, type Space, sameShape } from '../../spaces/index.js';

/**
 * Joins the resets of parts of a vector of environments into one of all.
 * @param space of one environment's observations
 * @param sizes the number of environments of each part
 */
export function joinResets(
  results: readonly [obs: unknown, info: Info][],
  space: Space,
  sizes: readonly number[],
): [obs: unknown, info: Info] {
  const obs = results.map((result) => result[0]);
  const infos = results.map((result) => result[1]);
  return [space.batchConcat(obs), joinInfos(infos, sizes)];
}

/** Joins the steps of parts; parameters as for `joinResets`. */
export function joinSteps(
  results: readonly StepResult<unknown>[],
  space: Space,
  sizes: readonly number[],
): StepResult<unknown> {
  const numEnvs = sizes.reduce((sum, size) => sum + size, 0);
  const reward = new Float64Array(numEnvs);
  const terminated = new Uint8Array(numEnvs);
  const truncated = new Uint8Array(numEnvs);
  let at = 0;
  for (const result of results) {
    reward.set(result[1], at);
    terminated.set(result[2], at);
    truncated.set(result[3], at);
    at += result[1].length;
  }
  const [obs, info] = joinResets(
    results.map((result) => [result[0], result[4]]),
    space,
    sizes,
  );
  return [obs, reward, terminated, truncated, info];
}

/**
 * Joins what `get_attr` or `call` gave of each part into a list of one entry an environment. What a native vector environment gave as a
 * whole is the entry of each of its environments.
 */
export function joinLists(values: readonly unknown[], sizes: readonly number[]): unknown[] {
  return values.flatMap((value, i) => entries(value, sizes[i], undefined));
}

/**
 * Joins the infos of parts of a vector of environments into one of Gymnasium's form: arrays of one entry an environment,
 * with masks `_key`; a part that does not have a key gets zeros (or null) and a mask of zeros.
 *
 * No value is changed: arrays of several dtypes get NumPy's common dtype, and what has no common form is a list of one entry an
 * environment. (Within one server Gymnasium gives all environments the dtype of the first one that has the key.)
 * @param sizes the number of environments of each part
 */
export function joinInfos(infos: readonly Info[], sizes: readonly number[]): Info {
  const keys = new Set(infos.flatMap((info) => Object.keys(info)));
  // Not by assignment: that would lose a key __proto__.
  return Object.fromEntries(
    Array.from(keys, (key) => [
      key,
      joinValues(
        infos.map((info) => own(info, key)),
        infos.map((info) => own(info, `_${key}`)),
        sizes,
      ),
    ]),
  );
}

function joinValues(values: readonly unknown[], masks: readonly unknown[], sizes: readonly number[]): unknown {
  const present = values.filter((value) => value !== undefined);
  const first = present[0];
  if (present.every(isPlainObject)) return joinInfos(values.map((value) => value ?? {}) as Info[], sizes);
  if (present.every((value) => value instanceof Uint8Array)) {
    return Uint8Array.from(values.flatMap((mask, i) => [...((mask as Uint8Array) ?? new Uint8Array(sizes[i]))]));
  }
  const isBatch = (value: unknown, i: number) => value === undefined || lengthOf(value) === sizes[i];
  // What a native vector environment says as a whole, and every part says the same.
  if (
    !values.every(isBatch) &&
    present.length === values.length &&
    present.every((value) => isDeepStrictEqual(value, first))
  ) {
    return first;
  }
  if (first instanceof NDArray && values.every(isBatch)) {
    const joined = joinArrays(values, first, sizes);
    if (joined) return joined;
  }
  return values.flatMap((value, i) => entries(value, sizes[i], masks[i]));
}

/** One array of all parts' arrays; undefined if there is none that holds every value as it is. */
function joinArrays(values: readonly unknown[], first: NDArray, sizes: readonly number[]): NDArray | undefined {
  const present = values.filter((value) => value !== undefined);
  const rest = first.shape.slice(1);
  if (!present.every((x): x is NDArray => x instanceof NDArray && sameShape(x.shape.slice(1), rest))) return undefined;
  const dtype = commonDtype(present.map((array) => array.dtype));
  if (!present.every((array) => isExactIn(array, dtype))) return undefined;
  return concatenate(
    values.map((array, i) => (array ? NDArray.from(array, dtype) : NDArray.zeros([sizes[i], ...rest], dtype))),
  );
}

/** NumPy's `result_type`: the first, in NumPy's order, to which all can be cast safely. */
function commonDtype(dtypes: readonly DType[]): DType {
  const all = Object.keys(DTYPES) as DType[];
  return all.find((to) => dtypes.every((from) => canCast(from, to))) ?? 'float64';
}

/** Whether a cast keeps every element: NumPy calls int64 safe in float64, which it is within ±2⁵³ only. */
function isExactIn(array: NDArray, dtype: DType): boolean {
  if (!isBig(array.dtype) || isBig(dtype)) return true;
  return (array.data as BigInt64Array).every((x) => BigInt(Number(x)) === x);
}

/**
 * One entry an environment, whatever form they came in; entries of arrays as they travel by themselves.
 * @param mask which environments have an entry; undefined: all of them
 */
function entries(batch: unknown, size: number, mask: unknown): unknown[] {
  if (batch === undefined) return new Array(size).fill(null);
  const entry = entryOf(batch, size);
  // A list has null where there is no entry; an array has zeros, which a list must not take for values.
  const isMissing = (i: number) => !Array.isArray(batch) && mask instanceof NDArray && mask.data[i] === 0;
  return Array.from({ length: size }, (_, i) => (isMissing(i) ? null : entry(i)));
}

function entryOf(batch: unknown, size: number): (i: number) => unknown {
  if (isPlainObject(batch)) {
    const keys = Object.keys(batch).filter((key) => own(batch, `_${key}`) instanceof NDArray);
    return (i) =>
      Object.fromEntries(keys.filter((key) => isSet(batch, key, i)).map((key) => [key, entryOf(batch[key], size)(i)]));
  }
  if (lengthOf(batch) !== size) return () => batch;
  if (!(batch instanceof NDArray)) return (i) => (batch as unknown[])[i];
  return (i) => (batch.shape.length > 1 ? batch.row(i) : scalar(batch.data[i], batch.dtype));
}

function isSet(infos: Info, key: string, i: number): boolean {
  return (own(infos, `_${key}`) as NDArray).data[i] === 1;
}

/** An element as one that travels alone. */
function scalar(x: number | bigint, dtype: DType): number | bigint | boolean {
  if (dtype === 'bool') return x === 1;
  return typeof x === 'bigint' && Number.isSafeInteger(Number(x)) ? Number(x) : x;
}

/** The number of entries along the first axis; undefined for what has none. */
function lengthOf(x: unknown): number | undefined {
  if (x instanceof NDArray) return x.shape[0];
  return Array.isArray(x) || x instanceof Uint8Array ? x.length : undefined;
}

/** A map's own value: `constructor` is also a name of every object. */
function own(map: Info, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isPlainObject(x: unknown): x is Info {
  return typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype;
}
