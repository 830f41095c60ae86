import type { Rng } from '../numeric/rng.js';
import { NDArray } from './ndarray.js';

/** The names of the spaces, Gymnasium's. */
export type SpaceType =
  | 'Box'
  | 'Discrete'
  | 'MultiBinary'
  | 'MultiDiscrete'
  | 'Text'
  | 'Dict'
  | 'Tuple'
  | 'Sequence'
  | 'Graph'
  | 'OneOf';

/** A space's description: `type` and the fields that docs/protocol.md lists for it. */
export interface Description {
  readonly type: SpaceType;
  readonly [field: string]: unknown;
}

/** What `flatten` gives: numbers where the size is fixed, else the same structure with numbers at its leaves. */
export type Flat = Float64Array | readonly Flat[] | { readonly [key: string]: Flat | unknown };

/** The type of a space's values: `Infer<typeof space>`. */
export type Infer<S> = S extends Space<infer T, infer _B> ? T : never;

/** The type of a space's batches, as `batchOf` makes them: an NDArray, a list, or objects and lists of these. */
export type BatchOf<S> = S extends Space<infer _T, infer B> ? B : never;

/** A value is not in its space. */
export class SpaceValueError extends Error {
  override name = 'SpaceValueError';
  /** The environment whose value it is, in a batch. */
  readonly index: number | undefined;
  readonly value: unknown;
  readonly space: Space;

  /** @param reason what is wrong with the value, in words */
  constructor(space: Space, value: unknown, reason: string, index?: number) {
    super(reason);
    this.space = space;
    this.value = value;
    this.index = index;
  }
}

/**
 * A set of values, as in Gymnasium.
 *
 * A *batch* holds one value for each of n environments in the form of Gymnasium's `batch_space`: arrays get a leading
 * axis, Dict and Tuple keep their structure around batches, and every other space has a list of n values.
 * @typeParam T values
 * @typeParam B batches
 */
// `any`: code for any space reads the values of the one that it has checked for.
// biome-ignore lint/suspicious/noExplicitAny: see above
export abstract class Space<T = any, B = unknown> {
  abstract readonly type: SpaceType;

  /** A random value, from the distributions that Gymnasium uses (the numbers are not NumPy's). */
  abstract sample(rng: Rng): T;

  /**
   * The value in the form in which it travels, from the forms a caller may write (numbers, lists, typed arrays).
   * @throws SpaceValueError if it is not in the space
   */
  abstract coerce(x: unknown): T;

  /** Whether `x` is in the space. Like Gymnasium's, it takes lists of numbers for arrays, but no dtype that might lose something. */
  abstract contains(x: unknown): x is T;

  /** Whether the other space has the same values. */
  abstract equals(other: Space): boolean;

  /** The protocol's description. */
  abstract describe(): Description;

  /** The space of batches of n: Gymnasium's `batch_space`. */
  abstract batch(n: number): Space;

  /** Whether `flatten` gives an array of fixed size (false if there is a Graph or a Sequence inside). */
  abstract readonly isFlattenable: boolean;

  /** The length of a flattened value. @throws RangeError where it is not fixed */
  get flatDim(): number {
    return this.noFlatSize();
  }

  /** Gymnasium's `flatten`: the same layout, as doubles. (An int64 beyond 2⁵³ loses its last digits.) */
  flatten(x: T): Flat {
    if (!this.isFlattenable) return this.flattenNested(x);
    const out = new Float64Array(this.flatDim);
    this.writeFlat(x, out, 0);
    return out;
  }

  /** Inverse of `flatten`. @throws RangeError if the numbers are no flattened value */
  unflatten(flat: Flat): T {
    if (!this.isFlattenable) return this.unflattenNested(flat);
    const numbers = flat as Float64Array;
    if (numbers.length !== this.flatDim) {
      throw new RangeError(`${this} flattens to ${this.flatDim} numbers; got ${numbers.length}`);
    }
    return this.readFlat(numbers, 0);
  }

  // Spaces of fixed flat size implement `writeFlat` and `readFlat`, others the nested pair.

  /** Writes the flattened value to out[at …]. @throws RangeError unless `isFlattenable` */
  writeFlat(_x: T, _out: Float64Array, _at: number): void {
    this.noFlatSize();
  }

  /** Reads a value from flat[at …]. @throws RangeError unless `isFlattenable` */
  readFlat(_flat: Float64Array, _at: number): T {
    return this.noFlatSize();
  }

  protected flattenNested(_x: T): Flat {
    return this.noFlatSize();
  }

  protected unflattenNested(_flat: Flat): T {
    return this.noFlatSize();
  }

  private noFlatSize(): never {
    throw new RangeError(
      `${this} has no fixed flat size, which a Graph, a Sequence or a Text of any characters has not; \`flatten\` keeps its structure`,
    );
  }

  /** A value as JSON. */
  abstract valueToJSON(x: T): unknown;

  /** Inverse of `valueToJSON`. @throws SpaceValueError if the value is not in the space */
  abstract valueFromJSON(json: unknown): T;

  /** The description as JSON; `fromJSON` makes a space of it. */
  toJSON(): Description {
    return JSON.parse(
      JSON.stringify(this.describe(), (_key, x) =>
        typeof x === 'bigint' || (typeof x === 'number' && !Number.isFinite(x)) ? String(x) : x,
      ),
    );
  }

  /** `coerce` for a batch of n. @throws SpaceValueError with the index of the value that is not in the space */
  abstract coerceBatch(x: unknown, n: number): B;

  /** The number of values in a batch. */
  abstract batchLength(batch: B): number;

  /** The i-th value of a batch (arrays are views). */
  abstract batchItem(batch: B, i: number): T;

  /** The values from…to-1 of a batch, as a batch (arrays are views). */
  abstract batchSlice(batch: B, from: number, to: number): B;

  /** Joins batches. Arrays are copied. */
  abstract batchConcat(batches: readonly B[]): B;

  /** A batch of these values. Arrays are copied. */
  abstract batchOf(values: readonly T[]): B;

  /** All values of a batch (arrays are views). */
  batchItems(batch: B): T[] {
    return Array.from({ length: this.batchLength(batch) }, (_, i) => this.batchItem(batch, i));
  }

  /** The values of what has the form of a batch, whether or not they are in the space; undefined if it has another form. */
  itemsOf(x: unknown): T[] | undefined {
    if (typeof x !== 'object' || x === null || (x instanceof NDArray && x.shape.length === 0)) return undefined;
    try {
      return this.batchItems(x as B);
    } catch {
      return undefined;
    }
  }
}

/** The values of a list of one value an environment, coerced. @throws SpaceValueError as `coerceBatch` */
export function coerceList<T>(space: Space<T>, x: unknown, n: number): T[] {
  if (!Array.isArray(x)) throw new SpaceValueError(space, x, `expected a list of ${n} values, one an environment`);
  if (x.length !== n) throw new SpaceValueError(space, x, `expected ${n} values, one an environment; got ${x.length}`);
  return x.map((value, i) => atIndex(i, () => space.coerce(value)));
}

/** Runs `coerce` for one environment of a batch and puts its index into the error. */
function atIndex<T>(index: number, coerce: () => T): T {
  try {
    return coerce();
  } catch (error) {
    if (!(error instanceof SpaceValueError)) throw error;
    throw new SpaceValueError(error.space, error.value, error.message, index);
  }
}
