import { endianness } from 'node:os';
import { Packr } from 'msgpackr';
import { toHalf } from '../../spaces/dtype.js';
import { DTYPES, type DType, NDArray, type TypedArray } from '../../spaces/index.js';
import { BridgeError } from '../errors.js';
import { LIMITS, type Limits } from './limits.js';
import { ALIGNMENT, exceeded, type Header, INTEGER, LENGTHS, padded } from './message.js';

const packr = new Packr({ useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true });

if (endianness() !== 'LE') throw new Error('array frames are little-endian, as this machine is not');

/** Arrays of a message up to so many bytes together share a frame: one frame costs more than copying them. */
const JOIN_UP_TO = 32_768;

/**
 * Writes a message for ZeroMQ: the header's frame, then the arrays' (small ones together in one frame; a large one as a view on the
 * array's memory: do not change it before the request is answered).
 * @throws BridgeError BadArgument for a value that has no form on the wire; LimitExceeded
 */
export function encode(header: Header, limits: Limits = LIMITS): Uint8Array[] {
  const message = collect(header, limits);
  const { arrays, forms, bytes } = message;
  const isJoined = arrays.length > 1 && bytes <= JOIN_UP_TO;
  if (!isJoined) forms.forEach(standAlone);
  const packed = pack(message, isJoined ? arrays.length : 0);
  if (isJoined) {
    const frame = new Uint8Array(bytes);
    writeArrays(message, frame, 0);
    return [packed, frame];
  }
  if (arrays.length > limits.max_frames) throw exceeded('max_frames', arrays.length, limits.max_frames);
  return [packed, ...arrays];
}

/**
 * Writes a message for the lane (docs/protocol.md): lengths, header and body in one piece, with a copy of each array.
 * @returns null where the arrays are larger than a body may be: ZeroMQ has to carry them
 * @throws BridgeError as `encode`
 */
export function encodeForLane(header: Header, limits: Limits = LIMITS): Uint8Array | null {
  const message = collect(header, limits);
  // A frame that is referred to has at least 8 bytes, also where all arrays are empty.
  const body = message.arrays.length > 0 ? Math.max(message.bytes, ALIGNMENT) : 0;
  if (body > limits.max_frame_bytes) return null;
  const packed = pack(message, message.arrays.length);
  const at = LENGTHS + padded(packed.length);
  const bytes = Buffer.allocUnsafe(at + body);
  bytes.writeUInt32LE(packed.length, 0);
  bytes.writeUInt32LE(body, 4);
  bytes.set(packed, LENGTHS);
  bytes.fill(0, LENGTHS + packed.length, at);
  if (body > message.bytes) bytes.fill(0, at);
  writeArrays(message, bytes, at);
  return bytes;
}

/** A message that is being written. */
interface Message {
  readonly fields: Header;
  /** The arrays' bytes, and what stands for each in the header, as if they shared one frame. */
  readonly arrays: Uint8Array[];
  readonly forms: Form[];
  /** Of a frame that all arrays share. */
  bytes: number;
  /** Entries of the header's arrays and maps so far, of all of them together. */
  items: number;
  readonly limits: Limits;
}

interface Form {
  $nd: number;
  readonly dtype: string;
  readonly shape: readonly number[];
  at?: number;
}

function collect(header: Header, limits: Limits): Message {
  const message: Message = { fields: {}, arrays: [], forms: [], bytes: 0, items: 0, limits };
  for (const key in header) {
    const value = header[key];
    if (value === undefined) continue;
    count(message, 1);
    message.fields[key] = encodeValue(value, message, 1);
  }
  return message;
}

/** The header's bytes. @param places how many arrays say where in a frame they begin */
function pack(message: Message, places: number): Uint8Array {
  count(message, places);
  const packed = packr.pack(message.fields);
  const { max_header_bytes } = message.limits;
  if (packed.length > max_header_bytes) throw exceeded('max_header_bytes', packed.length, max_header_bytes);
  return packed;
}

/** A form of an array that has a frame of its own. */
function standAlone(form: Form, k: number): void {
  form.$nd = k;
  delete form.at;
}

function writeArrays({ arrays, forms }: Message, out: Uint8Array, from: number): void {
  for (let k = 0; k < arrays.length; k++) {
    const at = from + forms[k].at!;
    const end = at + arrays[k].length;
    out.set(arrays[k], at);
    if (end % ALIGNMENT !== 0) out.fill(0, end, end + ALIGNMENT - (end % ALIGNMENT));
  }
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

function encodeArray(array: NDArray, message: Message): Form {
  const { arrays, forms, limits } = message;
  if (array.shape.length > limits.max_ndim) throw exceeded('max_ndim', array.shape.length, limits.max_ndim);
  const data = array.dtype === 'float16' ? Uint16Array.from(array.data as Float32Array, toHalf) : array.data;
  if (data.byteLength > limits.max_frame_bytes) {
    throw exceeded('max_frame_bytes', data.byteLength, limits.max_frame_bytes);
  }
  // $nd, dtype and shape, and the shape's numbers.
  count(message, 3 + array.shape.length);
  const form: Form = { $nd: 0, dtype: DTYPES[array.dtype].code, shape: array.shape, at: message.bytes };
  arrays.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  forms.push(form);
  message.bytes += padded(data.byteLength);
  return form;
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
