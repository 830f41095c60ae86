import { endianness } from 'node:os';
import { Packr } from 'msgpackr';
import { toHalf } from '../../spaces/dtype.js';
import { DTYPES, type DType, NDArray, type TypedArray } from '../../spaces/index.js';
import { BridgeError } from '../errors.js';
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
  const message: Message = { frames: [new Uint8Array()], items: 0, limits };
  const { frames } = message;
  const fields: Header = {};
  for (const key in header) {
    const value = header[key];
    if (value === undefined) continue;
    count(message, 1);
    fields[key] = encodeValue(value, message, 1);
  }
  const packed = packr.pack(fields);
  if (packed.length > limits.max_header_bytes) {
    throw exceeded('max_header_bytes', packed.length, limits.max_header_bytes);
  }
  if (frames.length - 1 > limits.max_frames) throw exceeded('max_frames', frames.length - 1, limits.max_frames);
  frames[0] = packed;
  return frames;
}

/** A message that is being written. */
interface Message {
  readonly frames: Uint8Array[];
  /** Entries of the header's arrays and maps so far, of all of them together. */
  items: number;
  readonly limits: Limits;
}

/** n more entries of arrays and maps. @throws BridgeError LimitExceeded */
function count(message: Message, n: number): void {
  message.items += n;
  const { items, limits } = message;
  if (items > limits.max_items) throw exceeded('max_items', items, limits.max_items);
}

function encodeValue(value: unknown, message: Message, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // msgpackr writes whole numbers beyond 32 bits as floats unless they are bigints.
      return Number.isSafeInteger(value) && Math.abs(value) > 0x7fffffff ? BigInt(value) : value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? value : bigForm(value, message);
    case 'undefined':
      return null;
    case 'object':
      break;
    default:
      throw unsendable(value);
  }
  if (value === null) return null;
  if (value instanceof NDArray) return encodeArray(value, message);
  if (ArrayBuffer.isView(value)) return encodeArray(arrayOfView(value), message);
  const { limits } = message;
  if (depth > limits.max_depth) throw exceeded('max_depth', depth, limits.max_depth);
  const inner = (x: unknown) => encodeValue(x, message, depth + 1);
  if (Array.isArray(value)) {
    count(message, value.length);
    return value.map(inner);
  }
  if (value instanceof Map) return encodeEntries([...value], inner, message);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unsendable(value);
  return encodeEntries(Object.entries(value), inner, message);
}

function encodeEntries(entries: [unknown, unknown][], inner: (x: unknown) => unknown, message: Message): unknown {
  const kept = entries.filter(([, x]) => x !== undefined);
  count(message, kept.length);
  for (const [key] of kept) {
    if (typeof key !== 'string' && !Number.isSafeInteger(key)) throw unsendable(key);
  }
  if (kept.some(([key]) => typeof key === 'string' && key.startsWith('$'))) {
    // The map with `$map`, and two for each [key, value].
    count(message, 1 + 2 * kept.length);
    return { $map: kept.map(([key, x]) => [key, inner(x)]) };
  }
  // A Map keeps integer keys integers, and a key named __proto__ a key.
  return new Map(kept.map(([key, x]) => [key, inner(x)]));
}

function encodeArray(array: NDArray, message: Message): unknown {
  const { frames, limits } = message;
  if (array.shape.length > limits.max_ndim) throw exceeded('max_ndim', array.shape.length, limits.max_ndim);
  const data = array.dtype === 'float16' ? Uint16Array.from(array.data as Float32Array, toHalf) : array.data;
  if (data.byteLength > limits.max_frame_bytes) {
    throw exceeded('max_frame_bytes', data.byteLength, limits.max_frame_bytes);
  }
  // $nd, dtype and shape, and the shape's numbers.
  count(message, 3 + array.shape.length);
  frames.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { $nd: frames.length - 2, dtype: DTYPES[array.dtype].code, shape: array.shape };
}

function bigForm(value: bigint, message: Message): unknown {
  count(message, 1);
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
