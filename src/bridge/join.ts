import { concatenate, NDArray, type Space } from '../spaces/index.js';
import type { Info } from './options.js';
import type { StepResult } from './part.js';

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

/** Joins what `get_attr` or `call` gave of each part's environments into one list. */
export function joinLists(lists: readonly unknown[]): unknown[] {
  return lists.flatMap((list) => {
    if (list instanceof NDArray) return Array.from({ length: list.shape[0] ?? 1 }, (_, i) => list.data[i]);
    return list as unknown[];
  });
}

/**
 * Joins the infos of parts of a vector of environments into one of Gymnasium's form: arrays of one entry an environment,
 * with masks `_key`; a part that does not have a key gets zeros (or null) and a mask of zeros.
 * @param sizes the number of environments of each part
 */
export function joinInfos(infos: readonly Info[], sizes: readonly number[]): Info {
  const joined: Info = {};
  for (const key of new Set(infos.flatMap((info) => Object.keys(info)))) {
    joined[key] = joinValues(
      infos.map((info) => info[key]),
      sizes,
    );
  }
  return joined;
}

function joinValues(values: readonly unknown[], sizes: readonly number[]): unknown {
  const present = values.filter((value) => value !== undefined);
  const first = present[0];
  const isBatch = (value: unknown, i: number) =>
    value === undefined ||
    (value instanceof NDArray && value.shape[0] === sizes[i]) ||
    (value instanceof Uint8Array && value.length === sizes[i]) ||
    (Array.isArray(value) && value.length === sizes[i]);
  if (present.every(isPlainObject)) return joinInfos(values.map((value) => value ?? {}) as Info[], sizes);
  // What is not one entry an environment is the same for all of them.
  if (!values.every(isBatch)) return first;
  if (first instanceof Uint8Array) {
    return Uint8Array.from(values.flatMap((mask, i) => [...((mask as Uint8Array) ?? new Uint8Array(sizes[i]!))]));
  }
  if (first instanceof NDArray) {
    const arrays = values.map(
      (array, i) => (array as NDArray) ?? NDArray.zeros([sizes[i]!, ...first.shape.slice(1)], first.dtype),
    );
    if (arrays.every((array) => array instanceof NDArray && isAlike(array, first))) return concatenate(arrays);
  }
  return values.flatMap((value, i) => entries(value, sizes[i]!));
}

/** One entry an environment, whatever form they came in. */
function entries(batch: unknown, size: number): unknown[] {
  if (Array.isArray(batch)) return batch;
  if (!(batch instanceof NDArray)) return new Array(size).fill(null);
  return Array.from({ length: size }, (_, i) => (batch.shape.length === 1 ? batch.data[i] : batch.row(i)));
}

function isAlike(a: NDArray, b: NDArray): boolean {
  return a.dtype === b.dtype && String(a.shape.slice(1)) === String(b.shape.slice(1));
}

function isPlainObject(x: unknown): boolean {
  return typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype;
}
