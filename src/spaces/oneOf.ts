import type { Rng } from '../numeric/rng.js';
import { ListSpace } from './listSpace.js';
import { type Description, type Infer, type Space, SpaceValueError } from './space.js';

/** The number that a key of a tuple type stands for; a list's keys are any. */
type IndexOf<K> = K extends `${infer N extends number}` ? N : number;
type Value<S extends readonly Space[]> = { [K in keyof S]: [index: IndexOf<K>, value: Infer<S[K]>] }[number];

/** A value of one of several spaces, with the number of that space: [index, value]. */
export class OneOf<const S extends readonly Space[] = readonly Space[]> extends ListSpace<Value<S>> {
  readonly type = 'OneOf';
  readonly spaces: S;
  readonly isFlattenable: boolean;

  /** @throws RangeError if there is no space */
  constructor(spaces: S) {
    super();
    if (spaces.length === 0) throw new RangeError('OneOf needs at least one space');
    this.spaces = spaces;
    this.isFlattenable = spaces.every((space) => space.isFlattenable);
  }

  sample(rng: Rng): Value<S> {
    const index = rng.integer(this.spaces.length);
    return [index, this.spaces[index].sample(rng)];
  }

  contains(x: unknown): x is Value<S> {
    return Array.isArray(x) && x.length === 2 && (this.spaces[x[0] as number]?.contains(x[1]) ?? false);
  }

  coerce(x: unknown): Value<S> {
    const space = Array.isArray(x) && x.length === 2 ? this.spaces[x[0] as number] : undefined;
    if (space) return [(x as Value<S>)[0], space.coerce((x as Value<S>)[1])];
    throw new SpaceValueError(this, x, `expected [index, value] with an index from 0 to ${this.spaces.length - 1}`);
  }

  equals(other: Space): boolean {
    return (
      other instanceof OneOf &&
      this.spaces.length === other.spaces.length &&
      this.spaces.every((space, i) => space.equals(other.spaces[i]))
    );
  }

  describe(): Description {
    return { type: 'OneOf', spaces: this.spaces.map((space) => space.describe()) };
  }

  override get flatDim(): number {
    return 1 + Math.max(...this.spaces.map((space) => space.flatDim));
  }

  /** The index, the flattened value, and its first number again up to the length of the longest. */
  override writeFlat([index, value]: Value<S>, out: Float64Array, at: number): void {
    const space = this.spaces[index];
    out[at] = index;
    space.writeFlat(value, out, at + 1);
    out.fill(out[at + 1], at + 1 + space.flatDim, at + this.flatDim);
  }

  override readFlat(flat: Float64Array, at: number): Value<S> {
    const index = flat[at];
    const space = this.spaces[index];
    if (!space) throw new RangeError(`${this} has no space ${index}`);
    return [index, space.readFlat(flat, at + 1)];
  }

  protected override flattenNested([index, value]: Value<S>) {
    return { index, value: this.spaces[index].flatten(value) };
  }

  protected override unflattenNested(flat: unknown): Value<S> {
    const { index, value } = flat as { index: number; value: Float64Array };
    return [index, this.spaces[index].unflatten(value)];
  }

  valueToJSON([index, value]: Value<S>): unknown {
    return [index, this.spaces[index].valueToJSON(value)];
  }

  valueFromJSON(json: unknown): Value<S> {
    const space = Array.isArray(json) ? this.spaces[json[0] as number] : undefined;
    if (!space) throw new SpaceValueError(this, json, 'expected [index, value]');
    return [(json as Value<S>)[0], space.valueFromJSON((json as Value<S>)[1])];
  }

  override toString(): string {
    return `OneOf(${this.spaces.join(', ')})`;
  }
}
