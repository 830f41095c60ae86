import { DTYPES, type DType, fromHalf, isBig, isInteger, range, sizeOf, type TypedArray, toHalf } from './dtype.js';

/** Numbers in lists in lists, as deep as the array has dimensions. */
export type NestedNumbers = number | bigint | boolean | string | readonly NestedNumbers[];

/** An array of numbers: its elements in C order, its shape, its dtype. Nothing here copies unless it says so. */
export class NDArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;

  /** @throws RangeError if `data` has not as many elements as `shape` says */
  constructor(data: TypedArray, shape: readonly number[], dtype: DType) {
    if (data.length !== sizeOf(shape)) {
      throw new RangeError(`an array of shape [${shape}] has ${sizeOf(shape)} elements; got ${data.length}`);
    }
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
  }

  /** An array of zeros. */
  static zeros(shape: readonly number[], dtype: DType): NDArray {
    return new NDArray(new DTYPES[dtype].array(sizeOf(shape)), shape, dtype);
  }

  /** An array of which every element is `value`. */
  static full(shape: readonly number[], value: number | bigint, dtype: DType): NDArray {
    const array = NDArray.zeros(shape, dtype);
    (array.data as Float64Array).fill(cast(value, dtype) as number);
    return array;
  }

  /**
   * An array from nested lists (also of arrays), a number, a typed array or another array (copied only if the dtype changes).
   * @param shape if given, what the values must have; a flat list or typed array of the right length is taken in C order
   * @throws TypeError if something is no number, or no integer where the dtype wants one, or out of the dtype's range;
   *   RangeError if the shape is another
   */
  static from(values: unknown, dtype: DType, shape?: readonly number[]): NDArray {
    if (values instanceof NDArray) {
      if (shape && !sameShape(values.shape, shape)) throw shapeError(values.shape, shape);
      return values.dtype === dtype ? values : new NDArray(castAll(values.data, dtype), values.shape, dtype);
    }
    if (isTypedArray(values)) {
      const own = shape ?? [values.length];
      if (values.length !== sizeOf(own)) throw shapeError([values.length], own);
      return new NDArray(castAll(values, dtype), own, dtype);
    }
    const found = nestedShape(values);
    const own = shape ?? found;
    // Lists with nothing in them cannot tell the axes after the empty one.
    if (sizeOf(own) === 0 && sizeOf(found) === 0) return NDArray.zeros(own, dtype);
    const isFlat = found.length === 1 && found[0] === sizeOf(own);
    if (!sameShape(found, own) && !isFlat) throw shapeError(found, own);
    const array = NDArray.zeros(own, dtype);
    fill(array.data, values, 0, found, 0, dtype);
    return array;
  }

  /** The number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The i-th entry along the first axis, as a view on the same memory. @throws RangeError if there is none */
  row(i: number): NDArray {
    return this.slice(i, i + 1, this.shape.slice(1));
  }

  /** Entries from…to-1 along the first axis, as a view on the same memory. @throws RangeError if they are not all there */
  slice(from: number, to: number, shape: readonly number[] = [to - from, ...this.shape.slice(1)]): NDArray {
    const length = this.shape[0];
    if (length === undefined || from < 0 || to > length || from > to) {
      throw new RangeError(`rows ${from} to ${to} of an array of shape [${this.shape}]`);
    }
    const stride = sizeOf(this.shape.slice(1));
    return new NDArray(this.data.subarray(from * stride, to * stride), shape, this.dtype);
  }

  /** The element at `index` of the data as a number (bigints beyond 2⁵³ lose their last digits). */
  at(index: number): number {
    return Number(this.data[index]);
  }

  /** The one number of a zero-dimensional or one-element array. @throws RangeError if there are more */
  item(): number {
    if (this.data.length !== 1) throw new RangeError(`item() of an array of shape [${this.shape}]`);
    return Number(this.data[0]);
  }

  /** A copy. */
  clone(): NDArray {
    return new NDArray(this.data.slice(), this.shape, this.dtype);
  }

  /** Whether shape, dtype and every element are the same (NaN equals NaN). */
  equals(other: NDArray): boolean {
    if (this.dtype !== other.dtype || !sameShape(this.shape, other.shape)) return false;
    for (let i = 0; i < this.data.length; i++) {
      if (this.data[i] !== other.data[i] && !(Number.isNaN(this.data[i]) && Number.isNaN(other.data[i]))) return false;
    }
    return true;
  }

  /** Nested lists; what JSON has no number for (infinities, NaN, integers beyond 2⁵³) is written as a string. */
  toJSON(): NestedNumbers {
    const list = (axis: number, at: number, stride: number): NestedNumbers => {
      if (axis === this.shape.length) return numberToJson(this.data[at]);
      const n = this.shape[axis];
      return Array.from({ length: n }, (_, i) => list(axis + 1, at + (i * stride) / n, stride / n));
    };
    return list(0, 0, this.size);
  }

  /** The entries, shape and dtype. */
  toString(): string {
    return `NDArray(${JSON.stringify(this)}, [${this.shape}], ${this.dtype})`;
  }
}

/** Joins arrays along the first axis into a new array. @throws RangeError if their dtypes or other axes differ */
export function concatenate(arrays: readonly NDArray[]): NDArray {
  const first = arrays[0];
  const rest = first.shape.slice(1);
  let length = 0;
  for (const array of arrays) {
    if (array.dtype !== first.dtype || !sameShape(array.shape.slice(1), rest)) {
      throw new RangeError(`cannot join ${array.dtype} [${array.shape}] to ${first.dtype} [${first.shape}]`);
    }
    length += array.shape[0];
  }
  const out = NDArray.zeros([length, ...rest], first.dtype);
  let at = 0;
  for (const array of arrays) {
    (out.data as Float64Array).set(array.data as Float64Array, at);
    at += array.size;
  }
  return out;
}

/** Makes one array of arrays of one shape, along a new first axis. */
export function stack(arrays: readonly NDArray[], shape: readonly number[], dtype: DType): NDArray {
  const out = NDArray.zeros([arrays.length, ...shape], dtype);
  const size = sizeOf(shape);
  arrays.forEach((array, i) => {
    (out.data as Float64Array).set(castAll(array.data, dtype) as Float64Array, i * size);
  });
  return out;
}

/** Whether two shapes are equal, size by size. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function isTypedArray(x: unknown): x is TypedArray {
  return ArrayBuffer.isView(x) && !(x instanceof DataView);
}

/** One number as an element of `dtype`. @throws TypeError if it is no such number */
export function cast(x: unknown, dtype: DType): number | bigint {
  const value = typeof x === 'string' ? parse(x, dtype) : typeof x === 'boolean' ? Number(x) : x;
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new TypeError(`${describe(x)} is no number`);
  if (!isInteger(dtype)) return dtype === 'float16' ? fromHalf(toHalf(Number(value))) : Number(value);
  if (typeof value === 'number' && !Number.isInteger(value)) throw new TypeError(`${value} is no integer`);
  const [low, high] = range(dtype);
  if (value < low || value > high) throw new TypeError(`${value} is out of the range of ${dtype}`);
  return isBig(dtype) ? BigInt(value) : Number(value);
}

/** Elements in the container of another dtype; the same array if that is what holds them already. */
function castAll(data: TypedArray, dtype: DType): TypedArray {
  const Container = DTYPES[dtype].array;
  // What holds a bool or a float16 holds other values, too.
  if (data instanceof (Container as unknown as typeof Uint8Array) && dtype !== 'bool' && dtype !== 'float16')
    return data;
  const out = new Container(data.length);
  for (let i = 0; i < out.length; i++) (out as Float64Array)[i] = cast(data[i], dtype) as number;
  return out;
}

function parse(text: string, dtype: DType): number | bigint {
  if (isBig(dtype)) return BigInt(text);
  const value = Number(text);
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw new TypeError(`'${text}' is no number`);
  return value;
}

function numberToJson(x: number | bigint): NestedNumbers {
  if (typeof x === 'number') return Number.isFinite(x) ? x : String(x);
  return Number.isSafeInteger(Number(x)) ? Number(x) : String(x);
}

function nestedShape(values: unknown): number[] {
  const shape: number[] = [];
  let level = values;
  for (; Array.isArray(level); level = level[0]) shape.push(level.length);
  if (level instanceof NDArray) shape.push(...level.shape);
  else if (isTypedArray(level)) shape.push(level.length);
  return shape;
}

function fill(out: TypedArray, values: unknown, axis: number, shape: number[], at: number, dtype: DType): number {
  if (values instanceof NDArray || isTypedArray(values)) return fillArray(out, values, shape.slice(axis), at, dtype);
  if (axis === shape.length) {
    (out as Float64Array)[at] = cast(values, dtype) as number;
    return at + 1;
  }
  if (!Array.isArray(values) || values.length !== shape[axis]) throw new TypeError('the lists are not of one length');
  for (const value of values) at = fill(out, value, axis + 1, shape, at, dtype);
  return at;
}

/** As `fill`, for an array within lists. */
function fillArray(out: TypedArray, values: NDArray | TypedArray, shape: number[], at: number, dtype: DType): number {
  const [data, own] = values instanceof NDArray ? [values.data, values.shape] : [values, [values.length]];
  if (!sameShape(own, shape)) throw new TypeError('the lists are not of one length');
  (out as Float64Array).set(castAll(data, dtype) as Float64Array, at);
  return at + data.length;
}

function shapeError(actual: readonly number[], expected: readonly number[]): RangeError {
  return new RangeError(`shape [${actual}], expected [${expected}]`);
}

function describe(x: unknown): string {
  return x === null ? 'null' : typeof x === 'object' ? 'an object' : `${typeof x} ${String(x)}`;
}
