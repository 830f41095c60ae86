import type { Rng } from '../numeric/rng.js';
import { type Description, type Flat, type Infer, Space, SpaceValueError } from './space.js';

type Spaces = { readonly [key: string]: Space };
type Values<S extends Spaces> = { -readonly [K in keyof S]: Infer<S[K]> };
type Entry = readonly [key: string | number, space: Space];

/** Objects with fixed keys, each value in a space of its own. */
export class Dict<S extends Spaces = Spaces> extends Space<Values<S>> {
  readonly type = 'Dict';
  /** The keys and their spaces, in order. A key that is a number in Python is one here, too. */
  readonly entries: readonly Entry[];
  readonly isFlattenable: boolean;

  /** @param spaces an object, whose keys are sorted as Gymnasium does, or a list of entries, whose order is kept */
  constructor(spaces: S | readonly Entry[]) {
    super();
    this.entries = Array.isArray(spaces)
      ? spaces
      : Object.entries(spaces as S).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.isFlattenable = this.entries.every(([, space]) => space.isFlattenable);
  }

  /** The spaces by key. */
  get spaces(): S {
    return Object.fromEntries(this.entries) as S;
  }

  sample(rng: Rng): Values<S> {
    return this.map((space) => space.sample(rng)) as Values<S>;
  }

  contains(x: unknown): x is Values<S> {
    return this.hasKeys(x) && this.entries.every(([key, space]) => space.contains(x[key]));
  }

  coerce(x: unknown): Values<S> {
    this.checkKeys(x);
    return this.map((space, key) => space.coerce(x[key])) as Values<S>;
  }

  equals(other: Space): boolean {
    return (
      other instanceof Dict &&
      this.entries.length === other.entries.length &&
      this.entries.every(([key, space]) => Object.hasOwn(other.spaces, key) && space.equals(other.spaces[key]))
    );
  }

  describe(): Description {
    return { type: 'Dict', spaces: this.entries.map(([key, space]) => [key, space.describe()]) };
  }

  batch(n: number): Dict {
    return new Dict(this.entries.map(([key, space]) => [key, space.batch(n)] as const));
  }

  get flatDim(): number {
    return this.entries.reduce((sum, [, space]) => sum + space.flatDim, 0);
  }

  writeFlat(x: Values<S>, out: Float64Array, at: number): void {
    for (const [key, space] of this.entries) {
      space.writeFlat(x[key], out, at);
      at += space.flatDim;
    }
  }

  readFlat(flat: Float64Array, at: number): Values<S> {
    return this.map((space) => {
      const value = space.readFlat(flat, at);
      at += space.flatDim;
      return value;
    }) as Values<S>;
  }

  protected override flattenNested(x: Values<S>): Flat {
    return this.map((space, key) => space.flatten(x[key]));
  }

  protected override unflattenNested(flat: Flat): Values<S> {
    return this.map((space, key) => space.unflatten((flat as Record<string, Flat>)[key])) as Values<S>;
  }

  valueToJSON(x: Values<S>): unknown {
    return this.map((space, key) => space.valueToJSON(x[key]));
  }

  valueFromJSON(json: unknown): Values<S> {
    this.checkKeys(json);
    return this.map((space, key) => space.valueFromJSON(json[key])) as Values<S>;
  }

  /** Takes a batch, or a list of one value an environment. */
  override coerceBatch(x: unknown, n: number): unknown {
    if (Array.isArray(x)) return this.batchOf(super.coerceBatch(x, n) as Values<S>[]);
    this.checkKeys(x);
    return this.map((space, key) => space.coerceBatch(x[key], n));
  }

  override batchLength(batch: unknown): number {
    const [first] = this.entries;
    return first ? first[1].batchLength((batch as Record<string, unknown>)[first[0]]) : 0;
  }

  override batchItem(batch: unknown, i: number): Values<S> {
    return this.map((space, key) => space.batchItem((batch as Record<string, unknown>)[key], i)) as Values<S>;
  }

  override batchSlice(batch: unknown, from: number, to: number): unknown {
    return this.map((space, key) => space.batchSlice((batch as Record<string, unknown>)[key], from, to));
  }

  override batchConcat(batches: readonly unknown[]): unknown {
    const records = batches as Record<string, unknown>[];
    return this.map((space, key) => space.batchConcat(records.map((batch) => batch[key])));
  }

  override batchOf(values: readonly Values<S>[]): unknown {
    return this.map((space, key) => space.batchOf(values.map((value) => value[key])));
  }

  override toString(): string {
    return `Dict(${this.entries.map(([key, space]) => `'${key}': ${space}`).join(', ')})`;
  }

  private map<T>(f: (space: Space, key: string) => T): Record<string, T> {
    return Object.fromEntries(this.entries.map(([key, space]) => [key, f(space, String(key))]));
  }

  private hasKeys(x: unknown): x is Record<string | number, unknown> {
    return (
      typeof x === 'object' &&
      x !== null &&
      Object.keys(x).length === this.entries.length &&
      this.entries.every(([key]) => Object.hasOwn(x, key))
    );
  }

  private checkKeys(x: unknown): asserts x is Record<string | number, unknown> {
    if (this.hasKeys(x)) return;
    const got = typeof x === 'object' && x !== null ? `the keys ${Object.keys(x).join(', ')}` : typeof x;
    throw new SpaceValueError(
      this,
      x,
      `expected an object with the keys ${this.entries.map(([key]) => key).join(', ')}; got ${got}`,
    );
  }
}
