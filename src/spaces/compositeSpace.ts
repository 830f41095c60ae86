import type { Rng } from '../numeric/rng.js';
import { coerceList, type Flat, Space } from './space.js';

/** A key and the space of what is there. */
export type Entry = readonly [key: string | number, space: Space];

/** What has one thing for each key: an object's entries, a list's items. */
// biome-ignore lint/suspicious/noExplicitAny: what is there is of the space with that key
type Parts<V = any> = { readonly [key: string | number]: V };

/**
 * What Dict and Tuple share: values, batches and flattened values have one part for each key, in a space of its own, and the order of the
 * keys is that of the flattened numbers.
 */
export abstract class CompositeSpace<T, B> extends Space<T, B> {
  /** The keys and their spaces, in order: a Dict's keys (one that is a number in Python is one here, too), the numbers 0, 1, … of a Tuple. */
  readonly entries: readonly Entry[];
  readonly isFlattenable: boolean;

  constructor(entries: readonly Entry[]) {
    super();
    this.entries = entries;
    this.isFlattenable = entries.every(([, space]) => space.isFlattenable);
  }

  /** An object or a list of these parts, which are in the order of the keys. */
  protected abstract gather(parts: readonly unknown[]): unknown;

  /** Whether there is one part for each key, and no more. */
  protected abstract isGathered(x: unknown): x is Parts;

  /** @throws SpaceValueError unless `isGathered` */
  protected abstract checkGathered(x: unknown): asserts x is Parts;

  /** Whether what is given for a batch of n is a list of one value an environment. */
  protected abstract isListOfValues(x: unknown, n: number): boolean;

  sample(rng: Rng): T {
    return this.map((space) => space.sample(rng)) as T;
  }

  contains(x: unknown): x is T {
    return this.isGathered(x) && this.entries.every(([key, space]) => space.contains(x[key]));
  }

  coerce(x: unknown): T {
    this.checkGathered(x);
    return this.map((space, key) => space.coerce(x[key])) as T;
  }

  equals(other: Space): boolean {
    if (!(other instanceof CompositeSpace) || other.type !== this.type) return false;
    const others = new Map(other.entries.map(([key, space]) => [String(key), space]));
    return (
      this.entries.length === others.size &&
      this.entries.every(([key, space]) => {
        const theirs = others.get(String(key));
        return theirs !== undefined && space.equals(theirs);
      })
    );
  }

  override get flatDim(): number {
    return this.entries.reduce((sum, [, space]) => sum + space.flatDim, 0);
  }

  override writeFlat(x: T, out: Float64Array, at: number): void {
    for (const [key, space] of this.entries) {
      space.writeFlat((x as Parts)[key], out, at);
      at += space.flatDim;
    }
  }

  override readFlat(flat: Float64Array, at: number): T {
    return this.map((space) => {
      const value = space.readFlat(flat, at);
      at += space.flatDim;
      return value;
    }) as T;
  }

  protected override flattenNested(x: T): Flat {
    return this.map((space, key) => space.flatten((x as Parts)[key])) as Flat;
  }

  protected override unflattenNested(flat: Flat): T {
    return this.map((space, key) => space.unflatten((flat as Parts<Flat>)[key])) as T;
  }

  valueToJSON(x: T): unknown {
    return this.map((space, key) => space.valueToJSON((x as Parts)[key]));
  }

  valueFromJSON(json: unknown): T {
    this.checkGathered(json);
    return this.map((space, key) => space.valueFromJSON(json[key])) as T;
  }

  coerceBatch(x: unknown, n: number): B {
    if (this.isListOfValues(x, n)) return this.batchOf(coerceList<T>(this, x, n));
    this.checkGathered(x);
    return this.map((space, key) => space.coerceBatch(x[key], n)) as B;
  }

  batchLength(batch: B): number {
    const [first] = this.entries;
    return first ? first[1].batchLength((batch as Parts)[first[0]]) : 0;
  }

  batchItem(batch: B, i: number): T {
    return this.map((space, key) => space.batchItem((batch as Parts)[key], i)) as T;
  }

  batchSlice(batch: B, from: number, to: number): B {
    return this.map((space, key) => space.batchSlice((batch as Parts)[key], from, to)) as B;
  }

  batchConcat(batches: readonly B[]): B {
    return this.map((space, key) => space.batchConcat(batches.map((batch) => (batch as Parts)[key]))) as B;
  }

  batchOf(values: readonly T[]): B {
    return this.map((space, key) => space.batchOf(values.map((value) => (value as Parts)[key]))) as B;
  }

  private map(part: (space: Space, key: string | number) => unknown): unknown {
    return this.gather(this.entries.map(([key, space]) => part(space, key)));
  }
}
