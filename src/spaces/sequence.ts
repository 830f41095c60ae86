import type { Rng } from '../numeric/rng.js';
import { ListSpace } from './listSpace.js';
import { type BatchOf, type Description, type Flat, type Infer, type Space, SpaceValueError } from './space.js';
import { Tuple } from './tuple.js';

type Value<S extends Space, Stacked extends boolean> = Stacked extends true ? BatchOf<S> : Infer<S>[];

/** Lists of any length of values of one space. If stacked, a value is a batch of that space instead of a list. */
export class Sequence<S extends Space = Space, Stacked extends boolean = false> extends ListSpace<Value<S, Stacked>> {
  readonly type = 'Sequence';
  readonly featureSpace: S;
  readonly stack: Stacked;
  readonly isFlattenable = false;

  constructor(featureSpace: S, stack: Stacked = false as Stacked) {
    super();
    this.featureSpace = featureSpace;
    this.stack = stack;
  }

  /** The number of entries is geometric with parameter 1/4, as in Gymnasium. */
  sample(rng: Rng): Value<S, Stacked> {
    let length = 0;
    while (rng.next() >= 0.25) length++;
    return this.fromItems(Array.from({ length }, () => this.featureSpace.sample(rng)));
  }

  contains(x: unknown): x is Value<S, Stacked> {
    const items = this.itemsOrNone(x);
    return items?.every((item) => this.featureSpace.contains(item)) ?? false;
  }

  coerce(x: unknown): Value<S, Stacked> {
    const items = this.itemsOrNone(x);
    if (!items) throw new SpaceValueError(this, x, `expected a list of values of ${this.featureSpace}`);
    return this.fromItems(items.map((item) => this.featureSpace.coerce(item)));
  }

  /** The entries of a value. */
  items(x: Value<S, Stacked>): Infer<S>[] {
    return this.stack ? this.featureSpace.batchItems(x) : (x as Infer<S>[]);
  }

  /** A value of these entries. */
  fromItems(items: readonly Infer<S>[]): Value<S, Stacked> {
    return (this.stack ? this.featureSpace.batchOf(items) : items) as Value<S, Stacked>;
  }

  equals(other: Space): boolean {
    return other instanceof Sequence && this.stack === other.stack && this.featureSpace.equals(other.featureSpace);
  }

  describe(): Description {
    return { type: 'Sequence', space: this.featureSpace.describe(), stack: this.stack };
  }

  /** A list of flattened entries (Gymnasium stacks these if the space does). */
  protected override flattenNested(x: Value<S, Stacked>): Flat {
    return this.items(x).map((item) => this.featureSpace.flatten(item));
  }

  protected override unflattenNested(flat: Flat): Value<S, Stacked> {
    return this.fromItems((flat as Flat[]).map((item) => this.featureSpace.unflatten(item)));
  }

  valueToJSON(x: Value<S, Stacked>): unknown {
    return this.items(x).map((item) => this.featureSpace.valueToJSON(item));
  }

  valueFromJSON(json: unknown): Value<S, Stacked> {
    if (!Array.isArray(json)) throw new SpaceValueError(this, json, 'expected a list');
    return this.fromItems(json.map((item) => this.featureSpace.valueFromJSON(item)));
  }

  override toString(): string {
    return `Sequence(${this.featureSpace}, stack=${this.stack})`;
  }

  private itemsOrNone(x: unknown): unknown[] | undefined {
    if (Array.isArray(x) && !(this.stack && this.featureSpace instanceof Tuple)) return x;
    return this.stack ? this.featureSpace.itemsOf(x) : undefined;
  }
}
