import { endianness } from 'node:os';
import { Packr } from 'msgpackr';
import { toHalf } from '../spaces/dtype.js';
import { DTYPES, type DType, NDArray, type TypedArray } from '../spaces/index.js';
import { BridgeError } from './errors.js';
import { LIMITS, type Limits } from './limits.js';
import { exceeded, type Header, INTEGER } from './message.js';

const packr = new Packr({ useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true });

if (endianness() !== 'LE') throw new Error('array frames are little-endian, as this machine is not');

/**
 * Writes a message: the header's frame, then one frame an array (a view on the array's memory: do not change an array
 * before the request is answered).
 * @throws BridgeError BadArgument for a value that has no form on the wire; LimitExceeded
 */
export function encode(header: Header, limits: Limits = LIMITS): Uint8Array[] {
  const frames: Uint8Array[] = [new Uint8Array()];
  const fields: Header = {};
  for (const key in header) {
    const value = header[key];
    if (value !== undefined) fields[key] = encodeValue(value, frames, 1, limits);
  }
  const packed = packr.pack(fields);
  if (packed.length > limits.max_header_bytes) {
    throw exceeded('max_header_bytes', packed.length, limits.max_header_bytes);
  }
  if (frames.length - 1 > limits.max_frames) throw exceeded('max_frames', frames.length - 1, limits.max_frames);
  frames[0] = packed;
  return frames;
}

function encodeValue(value: unknown, frames: Uint8Array[], depth: number, limits: Limits): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // msgpackr writes whole numbers beyond 32 bits as floats unless they are bigints.
      return Number.isSafeInteger(value) && Math.abs(value) > 0x7fffffff ? BigInt(value) : value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? value : bigForm(value);
    case 'undefined':
      return null;
    case 'object':
      break;
    default:
      throw unsendable(value);
  }
  if (value === null) return null;
  if (value instanceof NDArray) return encodeArray(value, frames, limits);
  if (ArrayBuffer.isView(value)) return encodeArray(arrayOfView(value), frames, limits);
  if (depth > limits.max_depth) throw exceeded('max_depth', depth, limits.max_depth);
  const inner = (x: unknown) => encodeValue(x, frames, depth + 1, limits);
  if (Array.isArray(value)) {
    if (value.length > limits.max_items) throw exceeded('max_items', value.length, limits.max_items);
    return value.map(inner);
  }
  if (value instanceof Map) return encodeEntries([...value], inner, limits);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unsendable(value);
  return encodeEntries(Object.entries(value), inner, limits);
}

function encodeEntries(entries: [unknown, unknown][], inner: (x: unknown) => unknown, limits: Limits): unknown {
  const kept = entries.filter(([, x]) => x !== undefined);
  if (kept.length > limits.max_items) throw exceeded('max_items', kept.length, limits.max_items);
  for (const [key] of kept) {
    if (typeof key !== 'string' && !Number.isSafeInteger(key)) throw unsendable(key);
  }
  if (kept.some(([key]) => typeof key === 'string' && key.startsWith('$'))) {
    return { $map: kept.map(([key, x]) => [key, inner(x)]) };
  }
  // A Map keeps integer keys integers, and a key named __proto__ a key.
  return new Map(kept.map(([key, x]) => [key, inner(x)]));
}

function encodeArray(array: NDArray, frames: Uint8Array[], limits: Limits): unknown {
  if (array.shape.length > limits.max_ndim) throw exceeded('max_ndim', array.shape.length, limits.max_ndim);
  const data = array.dtype === 'float16' ? Uint16Array.from(array.data as Float32Array, toHalf) : array.data;
  if (data.byteLength > limits.max_frame_bytes) {
    throw exceeded('max_frame_bytes', data.byteLength, limits.max_frame_bytes);
  }
  frames.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { $nd: frames.length - 2, dtype: DTYPES[array.dtype].code, shape: array.shape };
}

function bigForm(value: bigint): unknown {
  const text = String(value);
  if (!INTEGER.test(text)) throw unsendable('an integer of more than 1000 digits');
  return { $int: text };
}

/** The dtype of a typed array that came without one. */
function arrayOfView(view: ArrayBufferView): NDArray {
  for (const dtype of Object.keys(DTYPES) as DType[]) {
    const Container = DTYPES[dtype].array as unknown as typeof Uint8Array;
    if (dtype !== 'bool' && dtype !== 'float16' && view instanceof Container) {
      return new NDArray(view as TypedArray, [view.length], dtype);
    }
  }
  throw unsendable(view);
}

function unsendable(value: unknown): BridgeError {
  const what = typeof value === 'object' && value ? `an object of class ${value.constructor?.name}` : String(value);
  return new BridgeError('BadArgument', `${what} cannot be sent to the server`, {
    expected:
      'null, booleans, numbers, bigints, strings, arrays, typed arrays, NDArrays, Maps and plain objects of these',
  });
}
