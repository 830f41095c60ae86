import { CompositeSpace } from './compositeSpace.js';
import { type BatchOf, type Description, type Infer, type Space, SpaceValueError } from './space.js';

type Values<S extends readonly Space[]> = { -readonly [I in keyof S]: Infer<S[I]> };
type Batches<S extends readonly Space[]> = { -readonly [I in keyof S]: BatchOf<S[I]> };

/** Lists of fixed length, each entry in a space of its own. */
export class Tuple<const S extends readonly Space[] = readonly Space[]> extends CompositeSpace<Values<S>, Batches<S>> {
  readonly type = 'Tuple';
  readonly spaces: S;

  constructor(spaces: S) {
    super(spaces.map((space, i) => [i, space] as const));
    this.spaces = spaces;
  }

  describe(): Description {
    return { type: 'Tuple', spaces: this.spaces.map((space) => space.describe()) };
  }

  batch(n: number): Tuple {
    return new Tuple(this.spaces.map((space) => space.batch(n)));
  }

  override toString(): string {
    return `Tuple(${this.spaces.join(', ')})`;
  }

  protected gather(parts: readonly unknown[]): unknown {
    return parts;
  }

  protected isGathered(x: unknown): x is unknown[] {
    return Array.isArray(x) && x.length === this.spaces.length;
  }

  protected checkGathered(x: unknown): asserts x is unknown[] {
    if (this.isGathered(x)) return;
    const got = Array.isArray(x) ? `a list of ${x.length}` : typeof x;
    throw new SpaceValueError(this, x, `expected a list of ${this.spaces.length} values; got ${got}`);
  }

  /** Not if there are as many environments as spaces, so that it could be a batch as well. */
  protected isListOfValues(x: unknown, n: number): boolean {
    return Array.isArray(x) && x.length === n && n !== this.spaces.length;
  }
}
