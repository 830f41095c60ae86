import { Unpackr } from 'msgpackr';
import { fromHalf } from '../../spaces/dtype.js';
import { DTYPE_OF_CODE, DTYPES, type DType, NDArray, type TypedArray } from '../../spaces/index.js';
import { BridgeError } from '../errors.js';
import { LIMITS, type Limits } from './limits.js';
import { ALIGNMENT, exceeded, type Header, INTEGER, Repr } from './message.js';
import { checkHeader } from './msgpackCheck.js';

// 'auto' (a number where a number is exact) is missing in msgpackr's types.
const OPTIONS = { useRecords: false, int64AsType: 'auto' as 'number' } as const;
const unpackr = new Unpackr({ ...OPTIONS, mapsAsObjects: true });
const mapUnpackr = new Unpackr({ ...OPTIONS, mapsAsObjects: false });
const PROTO = Buffer.from('__proto__');

/**
 * Reads a message. Arrays are views on the frames (copied only where a frame's memory is not aligned for its dtype).
 * @throws BridgeError BadMessage if it breaks the protocol; LimitExceeded
 */
export function decode(frames: readonly Uint8Array[], limits: Limits = LIMITS): Header {
  return resolve(readHeader(frames, limits), frames, limits);
}

/**
 * Reads a message's header alone: what stands for an array is still a map with `$nd`, so that a receiver can refuse a message by its
 * envelope before anything is made of its values.
 * @throws BridgeError BadMessage, LimitExceeded
 */
export function readHeader(frames: readonly Uint8Array[], limits: Limits): Header {
  if (frames.length === 0) throw bad('it has no header');
  checkHeader(frames[0], limits);
  let header: Header;
  try {
    header = unpack(frames[0]) as Header;
  } catch (error) {
    throw bad((error as Error).message);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw bad('the header is no map');
  return header;
}

/**
 * Puts arrays and the other set-apart forms into their places in a header of `readHeader`, which it changes.
 * @throws BridgeError BadMessage, LimitExceeded
 */
export function resolve(header: Header, frames: readonly Uint8Array[], limits: Limits): Header {
  if (frames.length - 1 > limits.max_frames) throw exceeded('max_frames', frames.length - 1, limits.max_frames);
  const reader = new Reader(frames, limits);
  for (const key in header) {
    const value = header[key];
    if (isForm(value)) header[key] = reader.value(value);
  }
  reader.checkAllUsed();
  return header;
}

/** The id in the header of a message that `decode` refused, if it can be read. */
export function idOf(frames: readonly Uint8Array[], limits: Limits = LIMITS): number | undefined {
  try {
    return Number(readHeader(frames, limits).id);
  } catch {
    return undefined;
  }
}

/** The value in a frame. msgpackr gives an object a key `__proto_` in place of `__proto__`, but leaves the keys of a Map as they are. */
function unpack(frame: Uint8Array): unknown {
  const bytes = Buffer.isBuffer(frame) ? frame : Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  return bytes.includes(PROTO) ? asObjects(mapUnpackr.unpack(bytes)) : unpackr.unpack(bytes);
}

function asObjects(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(asObjects);
  return x instanceof Map ? Object.fromEntries(Array.from(x, ([key, value]) => [key, asObjects(value)])) : x;
}

class Reader {
  private readonly used: Uint8Array;
  /** Frames that had to be copied: once, however often and as whatever dtype a message refers to them. */
  private readonly copies = new Map<number, ArrayBuffer>();
  /** Frames of half floats as floats. */
  private readonly halves = new Map<number, Float32Array>();
  private readonly frames: readonly Uint8Array[];
  private readonly limits: Limits;

  constructor(frames: readonly Uint8Array[], limits: Limits) {
    this.frames = frames;
    this.limits = limits;
    this.used = new Uint8Array(frames.length - 1);
  }

  /** Puts arrays and the other set-apart forms into their places, in the decoded objects themselves. */
  value(x: object): unknown {
    if (Array.isArray(x)) {
      for (let i = 0; i < x.length; i++) {
        if (isForm(x[i])) x[i] = this.value(x[i]);
      }
      return x;
    }
    const map = x as Record<string, unknown>;
    for (const key in map) {
      if (key.charCodeAt(0) === 36) return this.special(map);
      const inner = map[key];
      if (isForm(inner)) map[key] = this.value(inner);
    }
    return map;
  }

  checkAllUsed(): void {
    const unused = this.used.indexOf(0);
    if (unused >= 0) throw bad(`nothing refers to array frame ${unused}`);
  }

  /** The forms set apart by a `$` key. */
  private special(map: Record<string, unknown>): unknown {
    if ('$nd' in map) return this.array(map);
    const keys = Object.keys(map);
    const inner = map[keys[0]];
    if (keys.length === 1) {
      if (keys[0] === '$repr' && typeof inner === 'string') return new Repr(inner);
      if (keys[0] === '$int' && typeof inner === 'string' && INTEGER.test(inner)) return BigInt(inner);
      if (keys[0] === '$map' && Array.isArray(inner)) return this.entries(inner);
    }
    throw bad(`a map with the keys ${shown(keys.join(', '))}`);
  }

  private entries(list: unknown[]): unknown {
    for (const entry of list) {
      const isEntry = Array.isArray(entry) && entry.length === 2;
      if (!isEntry || !['string', 'number'].includes(typeof entry[0]))
        throw bad('a $map entry that is no [key, value]');
    }
    return Object.fromEntries((list as [string, unknown][]).map(([key, x]) => [key, isForm(x) ? this.value(x) : x]));
  }

  private array({ $nd, dtype, shape, at, ...rest }: Record<string, unknown>): NDArray {
    const index = $nd as number;
    const name = DTYPE_OF_CODE.get(dtype as string);
    const frame = Number.isInteger(index) && index >= 0 ? this.frames[index + 1] : undefined;
    if (!frame) throw bad(`there is no array frame ${shown(index)}`);
    if (!name) throw bad(`dtype ${shown(dtype)}`);
    if (!Array.isArray(shape)) throw bad('an array without a shape');
    if (Object.keys(rest).length) throw bad(`an array with the fields ${shown(Object.keys(rest).join(', '))}`);
    if (shape.length > this.limits.max_ndim) throw exceeded('max_ndim', shape.length, this.limits.max_ndim);
    let size = 1;
    for (const n of shape) {
      if (!Number.isSafeInteger(n) || n < 0) throw bad(`a shape with the entry ${shown(n)}`);
      size *= n;
    }
    const { bytes } = DTYPES[name];
    if (frame.length > this.limits.max_frame_bytes) {
      throw exceeded('max_frame_bytes', frame.length, this.limits.max_frame_bytes);
    }
    if (at === undefined && frame.length !== size * bytes) {
      throw bad(`array frame ${index} has ${frame.length} bytes; shape [${shape}] of ${name} needs ${size * bytes}`);
    }
    const from = (at ?? 0) as number;
    if (!Number.isSafeInteger(from) || from < 0 || from % ALIGNMENT !== 0 || from + size * bytes > frame.length) {
      throw bad(`an array of ${size * bytes} bytes at ${shown(at)} of a frame of ${frame.length}`);
    }
    this.used[index] = 1;
    return new NDArray(this.elements(index, name, from, size), shape, name);
  }

  private elements(index: number, dtype: DType, from: number, size: number): TypedArray {
    const frame = this.frames[index + 1];
    const { bytes, array: Container } = DTYPES[dtype];
    if (dtype !== 'float16' && frame.byteOffset % bytes === 0) {
      return new Container(frame.buffer, frame.byteOffset + from, size);
    }
    let copy = this.copies.get(index);
    if (!copy) {
      copy = new Uint8Array(frame).buffer;
      this.copies.set(index, copy);
    }
    if (dtype === 'float16') return this.floats(index, copy).subarray(from / bytes, from / bytes + size);
    return new Container(copy, from, size);
  }

  private floats(index: number, copy: ArrayBuffer): Float32Array {
    let floats = this.halves.get(index);
    if (!floats) {
      floats = Float32Array.from(new Uint16Array(copy, 0, copy.byteLength >> 1), fromHalf);
      this.halves.set(index, floats);
    }
    return floats;
  }
}

/** Whether there is something to look into. A plain integer beyond 2⁵³, which msgpackr gives as a bigint, is refused. */
function isForm(x: unknown): x is object {
  if (typeof x === 'bigint') throw bad(`the integer ${x}, which must be written as $int`);
  return typeof x === 'object' && x !== null;
}

/** What a message has, in an error: not an object's text, which it could have chosen so that there is none. */
function shown(x: unknown): string {
  return typeof x === 'object' && x !== null ? 'that is no number or text' : String(x).slice(0, 100);
}

function bad(what: string): BridgeError {
  return new BridgeError('BadMessage', `a message breaks the protocol: ${what}`);
}
