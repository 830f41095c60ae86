import type { DType } from './dtype.js';
import { MultiDiscrete } from './multiDiscrete.js';
import { concatenate, NDArray } from './ndarray.js';
import type { Rng } from './rng.js';
import { type Description, Space, SpaceValueError } from './space.js';

/** The integers start … start + n - 1. A value is a number; a batch is an array [n] of int32 (int64 if the bounds need it). */
export class Discrete extends Space<number> {
  readonly type = 'Discrete';
  readonly n: number;
  readonly start: number;
  /** The dtype that Gymnasium's space has. */
  readonly dtype: DType;
  readonly isFlattenable = true;
  private readonly asArray: MultiDiscrete;

  /** @throws RangeError unless n ≥ 1 and all values are within ±(2⁵³-1) */
  constructor(n: number, start = 0, dtype: DType = 'int64') {
    super();
    // Serves the batches: they are one-dimensional, so an entry of a batch is a value of MultiDiscrete([n]).
    this.asArray = new MultiDiscrete([n], [start], dtype);
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

  get flatDim(): number {
    return this.n;
  }

  /** One-hot. */
  writeFlat(x: number, out: Float64Array, at: number): void {
    out.fill(0, at, at + this.n);
    out[at + x - this.start] = 1;
  }

  readFlat(flat: Float64Array, at: number): number {
    for (let i = 0; i < this.n; i++) if (flat[at + i] !== 0) return this.start + i;
    throw new RangeError(`no entry of the one-hot vector for ${this} is set`);
  }

  valueToJSON(x: number): number {
    return x;
  }

  valueFromJSON(json: unknown): number {
    return this.coerce(json);
  }

  override coerceBatch(x: unknown, n: number): NDArray {
    try {
      const flat = x instanceof NDArray && x.shape.length === 1 ? new NDArray(x.data, [x.size, 1], x.dtype) : x;
      const { data, dtype } = this.asArray.coerceBatch(flat, n);
      return new NDArray(data, [n], dtype);
    } catch (error) {
      if (!(error instanceof SpaceValueError)) throw error;
      const value = error.index === undefined ? x : Number((error.value as NDArray).data[0]);
      const reason =
        error.index === undefined
          ? `${error.message} (one integer an environment)`
          : `${value} is no integer from ${this.start} to ${this.start + this.n - 1}`;
      throw new SpaceValueError(this, value, reason, error.index);
    }
  }

  override batchLength(batch: unknown): number {
    return (batch as NDArray).size;
  }

  override batchItem(batch: unknown, i: number): number {
    return Number((batch as NDArray).data[i]);
  }

  override batchSlice(batch: unknown, from: number, to: number): NDArray {
    return (batch as NDArray).slice(from, to);
  }

  override batchConcat(batches: readonly unknown[]): NDArray {
    return concatenate(batches as NDArray[]);
  }

  override batchOf(values: readonly number[]): NDArray {
    return NDArray.from(values, this.asArray.valueDtype, [values.length]);
  }

  override toString(): string {
    return `Discrete(${this.n}${this.start ? `, start=${this.start}` : ''})`;
  }
}
