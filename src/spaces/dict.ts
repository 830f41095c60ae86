import { CompositeSpace, type Entry } from './compositeSpace.js';
import { type BatchOf, type Description, type Infer, type Space, SpaceValueError } from './space.js';

type Spaces = { readonly [key: string]: Space };
type Values<S extends Spaces> = { -readonly [K in keyof S]: Infer<S[K]> };
type Batches<S extends Spaces> = { -readonly [K in keyof S]: BatchOf<S[K]> };

/** Objects with fixed keys, each value in a space of its own. */
export class Dict<S extends Spaces = Spaces> extends CompositeSpace<Values<S>, Batches<S>> {
  readonly type = 'Dict';

  /** @param spaces an object, whose keys are sorted as Gymnasium does, or a list of entries, whose order is kept */
  constructor(spaces: S | readonly Entry[]) {
    super(
      Array.isArray(spaces) ? spaces : Object.entries(spaces as S).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  }

  /** The spaces by key. */
  get spaces(): S {
    return Object.fromEntries(this.entries) as S;
  }

  describe(): Description {
    return { type: 'Dict', spaces: this.entries.map(([key, space]) => [key, space.describe()]) };
  }

  batch(n: number): Dict {
    return new Dict(this.entries.map(([key, space]) => [key, space.batch(n)] as const));
  }

  override toString(): string {
    return `Dict(${this.entries.map(([key, space]) => `'${key}': ${space}`).join(', ')})`;
  }

  // Not by assignment: that would lose a key __proto__.
  protected gather(parts: readonly unknown[]): unknown {
    return Object.fromEntries(this.entries.map(([key], i) => [key, parts[i]]));
  }

  protected isGathered(x: unknown): x is Record<string | number, unknown> {
    return (
      typeof x === 'object' &&
      x !== null &&
      Object.keys(x).length === this.entries.length &&
      this.entries.every(([key]) => Object.hasOwn(x, key))
    );
  }

  protected checkGathered(x: unknown): asserts x is Record<string | number, unknown> {
    if (this.isGathered(x)) return;
    const got = typeof x === 'object' && x !== null ? `the keys ${Object.keys(x).join(', ')}` : typeof x;
    throw new SpaceValueError(
      this,
      x,
      `expected an object with the keys ${this.entries.map(([key]) => key).join(', ')}; got ${got}`,
    );
  }

  protected isListOfValues(x: unknown): boolean {
    return Array.isArray(x);
  }
}
