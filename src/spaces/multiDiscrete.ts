import type { Rng } from '../numeric/rng.js';
import { ArraySpace, shorten, tile } from './arraySpace.js';
import { Box } from './box.js';
import { type DType, range, type TypedArray } from './dtype.js';
import { NDArray, type NestedNumbers } from './ndarray.js';
import type { Description, Space } from './space.js';

/**
 * Arrays of integers: entry i is one of start[i] … start[i] + nvec[i] - 1. Values have the space's dtype, but are int32 arrays in
 * place of int64 where the bounds allow it.
 */
export class MultiDiscrete extends ArraySpace {
  readonly type = 'MultiDiscrete';
  /** The number of values of each entry. */
  readonly nvec: NDArray;
  /** The first value of each entry. */
  readonly start: NDArray;
  private readonly low: Float64Array;
  private readonly high: Float64Array;

  /** @throws RangeError unless every nvec is ≥ 1 and all values are within ±(2⁵³-1) */
  constructor(nvec: NDArray | NestedNumbers, start: NDArray | NestedNumbers = 0, dtype: DType = 'int64') {
    const counts = NDArray.from(nvec, 'float64');
    const size = counts.size;
    const first = typeof start === 'number' ? NDArray.full(counts.shape, start, 'float64') : undefined;
    const low = (first ?? NDArray.from(start, 'float64', counts.shape)).data as Float64Array;
    const high = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      const n = counts.at(i);
      high[i] = low[i] + n - 1;
      if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`n = ${n}: expected an integer from 1 on`);
      if (!Number.isSafeInteger(low[i]) || !Number.isSafeInteger(high[i])) {
        throw new RangeError(`values from ${low[i]} to ${high[i]}: expected integers within 2⁵³`);
      }
    }
    super(counts.shape, dtype, valueDtypeOf(dtype, low, high));
    this.low = low;
    this.high = high;
    this.nvec = NDArray.from(counts, 'int64');
    this.start = NDArray.from(low, 'int64', counts.shape);
  }

  bounds(i: number): readonly [number, number] {
    return [this.low[i], this.high[i]];
  }

  protected firstOutside(data: TypedArray, at: number): number {
    for (let i = 0; i < this.size; i++) {
      if (!(data[at + i] >= this.low[i] && data[at + i] <= this.high[i])) return i;
    }
    return -1;
  }

  sample(rng: Rng): NDArray {
    const values = Float64Array.from(this.low, (low, i) => low + rng.integer(this.high[i] - low + 1));
    return NDArray.from(values, this.valueDtype, this.shape);
  }

  equals(other: Space): boolean {
    return (
      other instanceof MultiDiscrete &&
      this.dtype === other.dtype &&
      this.nvec.equals(other.nvec) &&
      this.start.equals(other.start)
    );
  }

  describe(): Description {
    return { type: 'MultiDiscrete', nvec: this.nvec, start: this.start, dtype: this.dtype };
  }

  /** Gymnasium's batch of a MultiDiscrete is a Box. */
  batch(n: number): Box {
    const high = NDArray.from(this.high, 'float64', this.shape);
    return new Box(tile(this.start, n, this.dtype), tile(high, n, this.dtype), [n, ...this.shape], this.dtype);
  }

  /** The lengths of the one-hot vectors together. */
  override get flatDim(): number {
    return this.low.reduce((sum, low, i) => sum + this.high[i] - low + 1, 0);
  }

  /** One one-hot vector after the other. */
  override writeFlat(x: NDArray, out: Float64Array, at: number): void {
    out.fill(0, at, at + this.flatDim);
    for (let i = 0; i < this.size; i++) {
      out[at + x.at(i) - this.low[i]] = 1;
      at += this.high[i] - this.low[i] + 1;
    }
  }

  /** Inverse of `writeFlat`. @throws RangeError where a one-hot vector has no entry that is set */
  override readFlat(flat: Float64Array, at: number): NDArray {
    const values = new Float64Array(this.size);
    for (let i = 0; i < this.size; i++) {
      const n = this.high[i] - this.low[i] + 1;
      const hot = flat.subarray(at, at + n).findIndex((x) => x !== 0);
      if (hot < 0) throw new RangeError(`no entry of the one-hot vector ${i} for ${this} is set`);
      values[i] = this.low[i] + hot;
      at += n;
    }
    return NDArray.from(values, this.valueDtype, this.shape);
  }

  override toString(): string {
    const start = shorten(this.start);
    const rest = start === 0n ? '' : `, start=${JSON.stringify(this.start)}`;
    return `MultiDiscrete(${JSON.stringify(this.nvec)}${rest})`;
  }
}

/** The dtype of values within these bounds. A dtype that cannot hold them all is not taken at its word, as in the protocol. */
function valueDtypeOf(dtype: DType, low: Float64Array, high: Float64Array): DType {
  const isWithin = (of: DType) => {
    const [least, greatest] = range(of);
    return low.every((x) => x >= least) && high.every((x) => x <= greatest);
  };
  if (dtype !== 'int64' && isWithin(dtype)) return dtype;
  return isWithin('int32') ? 'int32' : 'int64';
}
