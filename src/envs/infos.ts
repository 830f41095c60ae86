import { NDArray, sameShape } from '../spaces/index.js';
import type { Info } from './environment.js';

/**
 * The infos of n environments in Gymnasium's vector form: each key has one entry an environment and a mask `_key` (bool array [n])
 * of those that gave it.
 *
 * Numbers are a float64 array, truth values a bool array, bigints an int64 array, arrays of one shape and dtype an array with a
 * leading axis (zeros where there is none), maps a map of the same form. Everything else, and `final_obs`, is a list (null where
 * there is none). Arrays are copied.
 */
export function vectorInfo(infos: readonly (Info | undefined)[]): Info {
  const keys = new Set<string>();
  for (const info of infos) for (const key in info) keys.add(key);
  if (keys.size === 0) return {};
  const entries: [string, unknown][] = [];
  for (const key of keys) {
    const values = infos.map((info) => (info && Object.hasOwn(info, key) ? info[key] : undefined));
    const mask = Uint8Array.from(values, (value) => (value === undefined ? 0 : 1));
    if (!mask.includes(1)) continue;
    entries.push([key, key === 'final_obs' ? list(values) : batch(values)]);
    entries.push([`_${key}`, new NDArray(mask, [infos.length], 'bool')]);
  }
  // Not by assignment: that would lose a key __proto__.
  return Object.fromEntries(entries);
}

/** An environment's info without the keys that are the vector's in mode `same_step`. */
export function withoutFinal(info: Info): Info {
  if (!('final_obs' in info || 'final_info' in info)) return info;
  return Object.fromEntries(Object.entries(info).filter(([key]) => key !== 'final_obs' && key !== 'final_info'));
}

function batch(values: readonly unknown[]): unknown {
  const present = values.filter((value) => value !== undefined);
  const [first] = present;
  const isAll = (type: string) => present.every((value) => typeof value === type);
  if (isAll('number')) return NDArray.from(fill(values, 0), 'float64');
  if (isAll('boolean')) return NDArray.from(fill(values, false), 'bool');
  if (isAll('bigint') && present.every((value) => BigInt.asIntN(64, value as bigint) === value)) {
    return NDArray.from(fill(values, 0n), 'int64');
  }
  if (present.every(isMap)) return vectorInfo(values as (Info | undefined)[]);
  if (first instanceof NDArray && present.every((value) => value instanceof NDArray && isAlike(value, first))) {
    const out = NDArray.zeros([values.length, ...first.shape], first.dtype);
    values.forEach((value, i) => {
      if (value) (out.data as Float64Array).set((value as NDArray).data as Float64Array, i * first.size);
    });
    return out;
  }
  return list(values);
}

function list(values: readonly unknown[]): unknown[] {
  return values.map((value) => (value === undefined ? null : detached(value)));
}

function fill(values: readonly unknown[], missing: unknown): unknown[] {
  return values.map((value) => value ?? missing);
}

function isAlike(a: NDArray, b: NDArray): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function isMap(x: unknown): x is Info {
  if (typeof x !== 'object' || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
}

/** A copy of the arrays, lists and maps in a value, so that an environment may go on writing to its own. */
export function detached<T>(value: T): T {
  const copy = (x: unknown): unknown => {
    if (x instanceof NDArray) return x.clone();
    if (ArrayBuffer.isView(x) && !(x instanceof DataView)) return (x as Uint8Array).slice();
    if (Array.isArray(x)) return x.map(copy);
    return isMap(x) ? Object.fromEntries(Object.entries(x).map(([key, entry]) => [key, copy(entry)])) : x;
  };
  return copy(value) as T;
}
