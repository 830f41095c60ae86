import type { Rng } from '../numeric/rng.js';
import { type Description, type Flat, type Infer, Space, SpaceValueError } from './space.js';

type Values<S extends readonly Space[]> = { -readonly [I in keyof S]: Infer<S[I]> };

/** Lists of fixed length, each entry in a space of its own. */
export class Tuple<S extends readonly Space[] = readonly Space[]> extends Space<Values<S>> {
  readonly type = 'Tuple';
  readonly spaces: S;
  readonly isFlattenable: boolean;

  constructor(spaces: S) {
    super();
    this.spaces = spaces;
    this.isFlattenable = spaces.every((space) => space.isFlattenable);
  }

  sample(rng: Rng): Values<S> {
    return this.map((space) => space.sample(rng)) as Values<S>;
  }

  contains(x: unknown): x is Values<S> {
    return Array.isArray(x) && x.length === this.spaces.length && this.spaces.every((space, i) => space.contains(x[i]));
  }

  coerce(x: unknown): Values<S> {
    this.checkList(x);
    return this.map((space, i) => space.coerce(x[i])) as Values<S>;
  }

  equals(other: Space): boolean {
    return (
      other instanceof Tuple &&
      this.spaces.length === other.spaces.length &&
      this.spaces.every((space, i) => space.equals(other.spaces[i]))
    );
  }

  describe(): Description {
    return { type: 'Tuple', spaces: this.map((space) => space.describe()) };
  }

  batch(n: number): Tuple {
    return new Tuple(this.map((space) => space.batch(n)));
  }

  get flatDim(): number {
    return this.spaces.reduce((sum, space) => sum + space.flatDim, 0);
  }

  writeFlat(x: Values<S>, out: Float64Array, at: number): void {
    this.spaces.forEach((space, i) => {
      space.writeFlat(x[i], out, at);
      at += space.flatDim;
    });
  }

  readFlat(flat: Float64Array, at: number): Values<S> {
    return this.map((space) => {
      const value = space.readFlat(flat, at);
      at += space.flatDim;
      return value;
    }) as Values<S>;
  }

  protected override flattenNested(x: Values<S>): Flat {
    return this.map((space, i) => space.flatten(x[i]));
  }

  protected override unflattenNested(flat: Flat): Values<S> {
    return this.map((space, i) => space.unflatten((flat as Flat[])[i])) as Values<S>;
  }

  valueToJSON(x: Values<S>): unknown {
    return this.map((space, i) => space.valueToJSON(x[i]));
  }

  valueFromJSON(json: unknown): Values<S> {
    this.checkList(json);
    return this.map((space, i) => space.valueFromJSON(json[i])) as Values<S>;
  }

  /** Takes a batch; and a list of one value an environment unless there are as many as spaces, so that it could be either. */
  override coerceBatch(x: unknown, n: number): unknown {
    const isValues = Array.isArray(x) && x.length === n && n !== this.spaces.length;
    if (isValues) return this.batchOf(super.coerceBatch(x, n) as Values<S>[]);
    this.checkList(x);
    return this.map((space, i) => space.coerceBatch(x[i], n));
  }

  override batchLength(batch: unknown): number {
    return this.spaces.length ? this.spaces[0].batchLength((batch as unknown[])[0]) : 0;
  }

  override batchItem(batch: unknown, index: number): Values<S> {
    return this.map((space, i) => space.batchItem((batch as unknown[])[i], index)) as Values<S>;
  }

  override batchSlice(batch: unknown, from: number, to: number): unknown {
    return this.map((space, i) => space.batchSlice((batch as unknown[])[i], from, to));
  }

  override batchConcat(batches: readonly unknown[]): unknown {
    return this.map((space, i) => space.batchConcat(batches.map((batch) => (batch as unknown[])[i])));
  }

  override batchOf(values: readonly Values<S>[]): unknown {
    return this.map((space, i) => space.batchOf(values.map((value) => value[i])));
  }

  override toString(): string {
    return `Tuple(${this.spaces.join(', ')})`;
  }

  private map<T>(f: (space: Space, i: number) => T): T[] {
    return this.spaces.map(f);
  }

  private checkList(x: unknown): asserts x is unknown[] {
    if (Array.isArray(x) && x.length === this.spaces.length) return;
    const got = Array.isArray(x) ? `a list of ${x.length}` : typeof x;
    throw new SpaceValueError(this, x, `expected a list of ${this.spaces.length} values; got ${got}`);
  }
}
