import type { Rng } from '../numeric/rng.js';
import { NDArray } from './ndarray.js';
import { type Description, type Flat, Space, SpaceValueError } from './space.js';
import { Tuple } from './tuple.js';

/** Lists of any length of values of one space. If stacked, a value is a batch of that space instead of a list. */
export class Sequence<T = unknown> extends Space<unknown> {
  readonly type = 'Sequence';
  readonly featureSpace: Space<T>;
  readonly stack: boolean;
  readonly isFlattenable = false;

  constructor(featureSpace: Space<T>, stack = false) {
    super();
    this.featureSpace = featureSpace;
    this.stack = stack;
  }

  /** The number of entries is geometric with parameter 1/4, as in Gymnasium. */
  sample(rng: Rng): unknown {
    let length = 0;
    while (rng.next() >= 0.25) length++;
    return this.fromItems(Array.from({ length }, () => this.featureSpace.sample(rng)));
  }

  contains(x: unknown): x is unknown {
    const items = this.itemsOrNone(x);
    return items?.every((item) => this.featureSpace.contains(item)) ?? false;
  }

  coerce(x: unknown): unknown {
    const items = this.itemsOrNone(x);
    if (!items) throw new SpaceValueError(this, x, `expected a list of values of ${this.featureSpace}`);
    return this.fromItems(items.map((item) => this.featureSpace.coerce(item)));
  }

  /** The entries of a value. */
  items(x: unknown): T[] {
    if (!this.stack) return x as T[];
    return Array.from({ length: this.featureSpace.batchLength(x) }, (_, i) => this.featureSpace.batchItem(x, i));
  }

  /** A value of these entries. */
  fromItems(items: readonly T[]): unknown {
    return this.stack ? this.featureSpace.batchOf(items) : items;
  }

  equals(other: Space): boolean {
    return other instanceof Sequence && this.stack === other.stack && this.featureSpace.equals(other.featureSpace);
  }

  describe(): Description {
    return { type: 'Sequence', space: this.featureSpace.describe(), stack: this.stack };
  }

  batch(n: number): Tuple {
    return new Tuple(Array.from({ length: n }, () => this));
  }

  get flatDim(): number {
    throw new RangeError(`${this} has no fixed flat size`);
  }

  writeFlat(): void {
    throw new RangeError(`${this} has no fixed flat size`);
  }

  readFlat(): unknown {
    throw new RangeError(`${this} has no fixed flat size`);
  }

  /** A list of flattened entries (Gymnasium stacks these if the space does). */
  protected override flattenNested(x: unknown): Flat {
    return this.items(x).map((item) => this.featureSpace.flatten(item));
  }

  protected override unflattenNested(flat: Flat): unknown {
    return this.fromItems((flat as Flat[]).map((item) => this.featureSpace.unflatten(item)));
  }

  valueToJSON(x: unknown): unknown {
    return this.items(x).map((item) => this.featureSpace.valueToJSON(item));
  }

  valueFromJSON(json: unknown): unknown {
    if (!Array.isArray(json)) throw new SpaceValueError(this, json, 'expected a list');
    return this.fromItems(json.map((item) => this.featureSpace.valueFromJSON(item)));
  }

  override toString(): string {
    return `Sequence(${this.featureSpace}, stack=${this.stack})`;
  }

  private itemsOrNone(x: unknown): unknown[] | undefined {
    if (Array.isArray(x) && !(this.stack && this.featureSpace instanceof Tuple)) return x;
    if (!this.stack || typeof x !== 'object' || x === null) return undefined;
    if (x instanceof NDArray && x.shape.length === 0) return undefined;
    try {
      return this.items(x);
    } catch {
      return undefined;
    }
  }
}
