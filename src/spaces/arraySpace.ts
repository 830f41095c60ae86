import { canCast, type DType, isBig, type TypedArray } from './dtype.js';
import { concatenate, NDArray, sameShape, stack } from './ndarray.js';
import { Space, SpaceValueError } from './space.js';

/** What Box, MultiBinary and MultiDiscrete share: values that are arrays of one shape, within bounds. */
export abstract class ArraySpace extends Space<NDArray, NDArray> {
  readonly shape: readonly number[];
  /** The dtype that Gymnasium's space has. */
  readonly dtype: DType;
  /** The dtype that values have here; another than `dtype` only in MultiDiscrete. */
  readonly valueDtype: DType;
  /** The number of entries of one value. */
  readonly size: number;
  readonly isFlattenable = true;

  constructor(shape: readonly number[], dtype: DType, valueDtype: DType = dtype) {
    super();
    for (const n of shape) {
      if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`shape [${shape}]: expected sizes from 0 on`);
    }
    this.shape = shape;
    this.dtype = dtype;
    this.valueDtype = valueDtype;
    this.size = shape.reduce((a, b) => a * b, 1);
  }

  /** The bounds of entry i, both inclusive. */
  abstract bounds(i: number): readonly [number | bigint, number | bigint];

  /** The first of the `size` entries from `at` on that is out of its bounds, or -1. */
  protected abstract firstOutside(data: TypedArray, at: number): number;

  coerce(x: unknown): NDArray {
    const array = this.toArray(
      x,
      (typeof x === 'number' || typeof x === 'bigint') && this.size === 1 ? [x] : x,
      this.shape,
    );
    this.check(array.data, 0, undefined);
    return array;
  }

  coerceBatch(x: unknown, n: number): NDArray {
    const array = this.toArray(x, x, [n, ...this.shape]);
    for (let i = 0; i < n; i++) this.check(array.data, i * this.size, i);
    return array;
  }

  contains(x: unknown): x is NDArray {
    let array: NDArray;
    try {
      array = x instanceof NDArray ? x : NDArray.from(x, this.valueDtype);
    } catch {
      return false;
    }
    return (
      canCast(array.dtype, this.dtype) && sameShape(array.shape, this.shape) && this.firstOutside(array.data, 0) < 0
    );
  }

  override get flatDim(): number {
    return this.size;
  }

  override writeFlat(x: NDArray, out: Float64Array, at: number): void {
    if (isBig(x.dtype)) for (let i = 0; i < x.size; i++) out[at + i] = Number(x.data[i]);
    else out.set(x.data as Float64Array, at);
  }

  override readFlat(flat: Float64Array, at: number): NDArray {
    return NDArray.from(flat.subarray(at, at + this.size), this.valueDtype, this.shape);
  }

  valueToJSON(x: NDArray): unknown {
    return x.toJSON();
  }

  valueFromJSON(json: unknown): NDArray {
    return this.coerce(json);
  }

  batchLength(batch: NDArray): number {
    return batch.shape[0];
  }

  batchItem(batch: NDArray, i: number): NDArray {
    return batch.row(i);
  }

  batchSlice(batch: NDArray, from: number, to: number): NDArray {
    return batch.slice(from, to);
  }

  batchConcat(batches: readonly NDArray[]): NDArray {
    return concatenate(batches);
  }

  batchOf(values: readonly NDArray[]): NDArray {
    return stack(values, this.shape, this.valueDtype);
  }

  private toArray(given: unknown, x: unknown, shape: readonly number[]): NDArray {
    try {
      return NDArray.from(x, this.valueDtype, shape);
    } catch (error) {
      throw new SpaceValueError(this, given, (error as Error).message);
    }
  }

  private check(data: TypedArray, at: number, index: number | undefined): void {
    const bad = this.firstOutside(data, at);
    if (bad < 0) return;
    const value = new NDArray(data.subarray(at, at + this.size), this.shape, this.valueDtype);
    const [low, high] = this.bounds(bad);
    throw new SpaceValueError(
      this,
      value,
      `entry ${bad} is ${data[at + bad]}, expected a value from ${low} to ${high}`,
      index,
    );
  }
}

/** Whether all elements are the same (NaN never occurs in bounds). */
export function isUniform(data: TypedArray): boolean {
  for (let i = 1; i < data.length; i++) if (data[i] !== data[0]) return false;
  return data.length > 0;
}

/** Repeats an array n times along a new first axis. */
export function tile(array: NDArray, n: number, dtype: DType): NDArray {
  return stack(
    Array.from({ length: n }, () => array),
    array.shape,
    dtype,
  );
}

/** An array as its one value where all elements are equal, so that descriptions and names stay short. */
export function shorten(array: NDArray): NDArray | number | bigint {
  return isUniform(array.data) ? array.data[0] : array;
}
