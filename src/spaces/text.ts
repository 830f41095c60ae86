import type { Rng } from './rng.js';
import { type Description, Space, SpaceValueError } from './space.js';
import { Tuple } from './tuple.js';

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Strings of some length over a set of characters. */
export class Text extends Space<string> {
  readonly type = 'Text';
  readonly maxLength: number;
  readonly minLength: number;
  /** The characters, sorted by code point: a character's index here is its number in a flattened text. */
  readonly charset: readonly string[];
  readonly isFlattenable = true;
  private readonly indexOf: ReadonlyMap<string, number>;

  /** @throws RangeError unless 0 ≤ minLength ≤ maxLength */
  constructor(maxLength: number, minLength = 1, charset: string = ALPHANUMERIC) {
    super();
    if (
      !Number.isSafeInteger(minLength) ||
      !Number.isSafeInteger(maxLength) ||
      minLength < 0 ||
      minLength > maxLength
    ) {
      throw new RangeError(`Text of length ${minLength} to ${maxLength}`);
    }
    this.maxLength = maxLength;
    this.minLength = minLength;
    this.charset = [...new Set(charset)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
    this.indexOf = new Map(this.charset.map((char, i) => [char, i]));
  }

  sample(rng: Rng): string {
    const length = this.minLength + rng.integer(this.maxLength - this.minLength + 1);
    return Array.from({ length }, () => this.charset[rng.integer(this.charset.length)]).join('');
  }

  contains(x: unknown): x is string {
    if (typeof x !== 'string') return false;
    const chars = [...x];
    return (
      chars.length >= this.minLength && chars.length <= this.maxLength && chars.every((char) => this.indexOf.has(char))
    );
  }

  coerce(x: unknown): string {
    if (this.contains(x)) return x;
    const got = typeof x === 'string' ? `'${x}'` : typeof x;
    throw new SpaceValueError(
      this,
      x,
      `${got} is no text of ${this.minLength} to ${this.maxLength} of the characters ${this.charset.join('')}`,
    );
  }

  equals(other: Space): boolean {
    return (
      other instanceof Text &&
      this.minLength === other.minLength &&
      this.maxLength === other.maxLength &&
      this.charset.join('') === other.charset.join('')
    );
  }

  describe(): Description {
    return {
      type: 'Text',
      min_length: this.minLength,
      max_length: this.maxLength,
      charset: this.charset.join(''),
    };
  }

  batch(n: number): Tuple {
    return new Tuple(Array.from({ length: n }, () => this));
  }

  get flatDim(): number {
    return this.maxLength;
  }

  /** Each character's index; past the end, the number of characters. */
  writeFlat(x: string, out: Float64Array, at: number): void {
    out.fill(this.charset.length, at, at + this.maxLength);
    [...x].forEach((char, i) => {
      out[at + i] = this.indexOf.get(char)!;
    });
  }

  readFlat(flat: Float64Array, at: number): string {
    let text = '';
    for (let i = 0; i < this.maxLength; i++) text += this.charset[flat[at + i]!] ?? '';
    return text;
  }

  valueToJSON(x: string): string {
    return x;
  }

  valueFromJSON(json: unknown): string {
    return this.coerce(json);
  }

  override toString(): string {
    return `Text(${this.minLength}, ${this.maxLength}, charset=${this.charset.join('')})`;
  }
}
