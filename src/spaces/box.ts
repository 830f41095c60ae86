import type { Rng } from '../numeric/rng.js';
import { ArraySpace, shorten, tile } from './arraySpace.js';
import { type DType, isBig, isInteger, range, type TypedArray } from './dtype.js';
import { cast, NDArray, type NestedNumbers } from './ndarray.js';
import type { Description, Space } from './space.js';

type Bound = number | bigint | NDArray | NestedNumbers;

/** Arrays of one shape and dtype, each entry between its own bounds. */
export class Box extends ArraySpace {
  readonly type = 'Box';
  /** The least value of each entry (-Infinity where there is none), of the space's shape and dtype. */
  readonly low: NDArray;
  /** The greatest value of each entry. */
  readonly high: NDArray;

  /**
   * @param low one number for all entries, or an array
   * @param shape needed only if both bounds are numbers
   * @throws RangeError if the bounds' shapes differ or a low is above its high
   */
  constructor(low: Bound, high: Bound, shape: readonly number[] = shapeOf(low, high), dtype: DType = 'float32') {
    super(shape, dtype);
    this.low = bound(low, shape, dtype);
    this.high = bound(high, shape, dtype);
    for (let i = 0; i < this.size; i++) {
      if (!(this.low.data[i] <= this.high.data[i])) {
        throw new RangeError(`Box: entry ${i} has the bounds ${this.low.data[i]} and ${this.high.data[i]}`);
      }
    }
  }

  bounds(i: number): readonly [number | bigint, number | bigint] {
    return [this.low.data[i], this.high.data[i]];
  }

  protected firstOutside(data: TypedArray, at: number): number {
    const low = this.low.data;
    const high = this.high.data;
    for (let i = 0; i < this.size; i++) {
      // Written so that NaN is outside.
      if (!(data[at + i] >= low[i] && data[at + i] <= high[i])) return i;
    }
    return -1;
  }

  /** Uniform where an entry has two bounds, a shifted exponential where it has one, normal where it has none. */
  sample(rng: Rng): NDArray {
    const out = NDArray.zeros(this.shape, this.dtype);
    for (let i = 0; i < this.size; i++) {
      const [low, high] = this.bounds(i);
      const x = draw(rng, Number(low), Number(high), isInteger(this.dtype));
      const clipped = isBig(this.dtype) ? clip(BigInt(x), low, high) : clip(x, low, high);
      (out.data as Float64Array)[i] = cast(clipped, this.dtype) as number;
    }
    return out;
  }

  equals(other: Space): boolean {
    return (
      other instanceof Box && this.dtype === other.dtype && this.low.equals(other.low) && this.high.equals(other.high)
    );
  }

  describe(): Description {
    return {
      type: 'Box',
      low: shorten(this.low),
      high: shorten(this.high),
      shape: [...this.shape],
      dtype: this.dtype,
    };
  }

  batch(n: number): Box {
    return new Box(tile(this.low, n, this.dtype), tile(this.high, n, this.dtype), [n, ...this.shape], this.dtype);
  }

  override toString(): string {
    const text = (array: NDArray) => {
      const short = shorten(array);
      return short instanceof NDArray ? JSON.stringify(short).replaceAll('"', '') : String(short);
    };
    return `Box(${text(this.low)}, ${text(this.high)}, [${this.shape}], ${this.dtype})`;
  }
}

function draw(rng: Rng, low: number, high: number, whole: boolean): number {
  if (Number.isFinite(low) && Number.isFinite(high)) {
    const u = rng.next();
    // Not low + (high − low)·u, which overflows for the widest boxes.
    return whole ? Math.floor(low * (1 - u) + (high + 1) * u) : low * (1 - u) + high * u;
  }
  const exponential = () => -Math.log(1 - rng.next());
  if (Number.isFinite(low)) return low + exponential();
  return Number.isFinite(high) ? high - exponential() : rng.normal();
}

function clip<T extends number | bigint>(x: T, low: number | bigint, high: number | bigint): number | bigint {
  return x < low ? low : x > high ? high : x;
}

function bound(given: Bound, shape: readonly number[], dtype: DType): NDArray {
  if (given instanceof NDArray || Array.isArray(given)) return NDArray.from(given, dtype, shape);
  const [least, greatest] = range(dtype);
  // As in Gymnasium, no bound on an integer is the dtype's own.
  const value = Number(given);
  if (isInteger(dtype) && !Number.isFinite(value)) return NDArray.full(shape, value < 0 ? least : greatest, dtype);
  return NDArray.full(shape, typeof given === 'bigint' ? given : value, dtype);
}

function shapeOf(low: Bound, high: Bound): readonly number[] {
  for (const given of [low, high]) {
    if (given instanceof NDArray) return given.shape;
    if (Array.isArray(given)) return NDArray.from(given, 'float64').shape;
  }
  return [];
}
