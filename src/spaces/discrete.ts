import type { Rng } from '../numeric/rng.js';
import type { DType } from './dtype.js';
import { MultiDiscrete } from './multiDiscrete.js';
import { concatenate, NDArray } from './ndarray.js';
import { type Description, Space, SpaceValueError } from './space.js';

/** The integers start … start + n - 1. A value is a number; a batch is an array [n] of MultiDiscrete's dtype. */
export class Discrete extends Space<number, NDArray> {
  readonly type = 'Discrete';
  readonly n: number;
  readonly start: number;
  /** The dtype that Gymnasium's space has. */
  readonly dtype: DType;
  readonly isFlattenable = true;
  /** The dtype that batches have here. */
  readonly valueDtype: DType;

  /** @throws RangeError unless n ≥ 1 and all values are within ±(2⁵³-1) */
  constructor(n: number, start = 0, dtype: DType = 'int64') {
    super();
    // The batch space checks the bounds, and knows the dtype in which batches travel.
    this.valueDtype = new MultiDiscrete([n], [start], dtype).valueDtype;
    this.n = n;
    this.start = start;
    this.dtype = dtype;
  }

  sample(rng: Rng): number {
    return this.start + rng.integer(this.n);
  }

  contains(x: unknown): x is number {
    return Number.isInteger(x) && (x as number) >= this.start && (x as number) < this.start + this.n;
  }

  coerce(x: unknown): number {
    const value = x instanceof NDArray && x.size === 1 ? x.item() : typeof x === 'bigint' ? Number(x) : x;
    if (this.contains(value)) return value;
    const got = typeof x === 'number' || typeof x === 'string' ? x : x instanceof NDArray ? `${x}` : typeof x;
    throw new SpaceValueError(this, x, `${got} is no integer from ${this.start} to ${this.start + this.n - 1}`);
  }

  equals(other: Space): boolean {
    return other instanceof Discrete && this.n === other.n && this.start === other.start && this.dtype === other.dtype;
  }

  describe(): Description {
    return { type: 'Discrete', n: this.n, start: this.start, dtype: this.dtype };
  }

  batch(n: number): MultiDiscrete {
    const fill = (value: number) => Array.from({ length: n }, () => value);
    return new MultiDiscrete(fill(this.n), fill(this.start), this.dtype);
  }

  override get flatDim(): number {
    return this.n;
  }

  /** One-hot. */
  override writeFlat(x: number, out: Float64Array, at: number): void {
    out.fill(0, at, at + this.n);
    out[at + x - this.start] = 1;
  }

  override readFlat(flat: Float64Array, at: number): number {
    for (let i = 0; i < this.n; i++) if (flat[at + i] !== 0) return this.start + i;
    throw new RangeError(`no entry of the one-hot vector for ${this} is set`);
  }

  valueToJSON(x: number): number {
    return x;
  }

  valueFromJSON(json: unknown): number {
    return this.coerce(json);
  }

  coerceBatch(x: unknown, n: number): NDArray {
    let array: NDArray;
    try {
      array = NDArray.from(x, this.valueDtype, [n]);
    } catch (error) {
      throw new SpaceValueError(this, x, `${(error as Error).message} (one integer an environment)`);
    }
    const { data } = array;
    const last = this.start + this.n - 1;
    for (let i = 0; i < n; i++) {
      if (data[i] < this.start || data[i] > last) {
        throw new SpaceValueError(this, Number(data[i]), `${data[i]} is no integer from ${this.start} to ${last}`, i);
      }
    }
    return array;
  }

  batchLength(batch: NDArray): number {
    return batch.size;
  }

  batchItem(batch: NDArray, i: number): number {
    return Number(batch.data[i]);
  }

  batchSlice(batch: NDArray, from: number, to: number): NDArray {
    return batch.slice(from, to);
  }

  batchConcat(batches: readonly NDArray[]): NDArray {
    return concatenate(batches);
  }

  batchOf(values: readonly number[]): NDArray {
    return NDArray.from(values, this.valueDtype, [values.length]);
  }

  override toString(): string {
    return `Discrete(${this.n}${this.start ? `, start=${this.start}` : ''})`;
  }
}
