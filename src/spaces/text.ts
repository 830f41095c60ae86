import type { Rng } from '../numeric/rng.js';
import { ListSpace } from './listSpace.js';
import { type Description, type Flat, type Space, SpaceValueError } from './space.js';

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Letters of a sample where any character is allowed, at most: the longest text may be as long as a message. */
const SAMPLE_LENGTH = 32;

/** Strings of some length over a set of characters, or of any characters. */
export class Text extends ListSpace<string> {
  readonly type = 'Text';
  readonly maxLength: number;
  readonly minLength: number;
  /** The characters, sorted by code point: a character's index here is its number in a flattened text. null: any. */
  readonly charset: readonly string[] | null;
  /** Whether the charset is known: a text of any characters flattens to its code points, as many as it has. */
  readonly isFlattenable: boolean;
  private readonly indexOf: ReadonlyMap<string, number>;

  /**
   * @param charset null: any characters, as in a space of another package whose values are strings
   * @throws RangeError unless 0 ≤ minLength ≤ maxLength
   */
  constructor(maxLength: number, minLength = 1, charset: string | null = ALPHANUMERIC) {
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
    this.charset =
      charset === null ? null : [...new Set(charset)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
    this.isFlattenable = charset !== null;
    this.indexOf = new Map(this.charset?.map((char, i) => [char, i]));
  }

  /** Of any characters: letters and digits, 32 at most where `minLength` lets it. */
  sample(rng: Rng): string {
    const chars = this.charset ?? [...ALPHANUMERIC];
    const longest = this.charset ? this.maxLength : Math.max(this.minLength, Math.min(this.maxLength, SAMPLE_LENGTH));
    const length = this.minLength + rng.integer(longest - this.minLength + 1);
    return Array.from({ length }, () => chars[rng.integer(chars.length)]).join('');
  }

  contains(x: unknown): x is string {
    if (typeof x !== 'string') return false;
    const chars = [...x];
    if (chars.length < this.minLength || chars.length > this.maxLength) return false;
    return this.charset === null || chars.every((char) => this.indexOf.has(char));
  }

  coerce(x: unknown): string {
    if (this.contains(x)) return x;
    const got = typeof x === 'string' ? `'${x}'` : typeof x;
    throw new SpaceValueError(
      this,
      x,
      `${got} is no text of ${this.minLength} to ${this.maxLength} of ${this.charset ? `the characters ${this.chars}` : 'any characters'}`,
    );
  }

  equals(other: Space): boolean {
    return (
      other instanceof Text &&
      this.minLength === other.minLength &&
      this.maxLength === other.maxLength &&
      this.chars === other.chars
    );
  }

  private get chars(): string | null {
    return this.charset?.join('') ?? null;
  }

  describe(): Description {
    return {
      type: 'Text',
      min_length: this.minLength,
      max_length: this.maxLength,
      charset: this.chars,
    };
  }

  override get flatDim(): number {
    return this.charset === null ? super.flatDim : this.maxLength;
  }

  /** Each character's index; past the end, the number of characters. */
  override writeFlat(x: string, out: Float64Array, at: number): void {
    out.fill(this.indexOf.size, at, at + this.maxLength);
    [...x].forEach((char, i) => {
      out[at + i] = this.indexOf.get(char)!;
    });
  }

  override readFlat(flat: Float64Array, at: number): string {
    let text = '';
    for (let i = 0; i < this.maxLength; i++) text += this.charset?.[flat[at + i]] ?? '';
    return text;
  }

  protected override flattenNested(x: string): Flat {
    return Float64Array.from([...x], (char) => char.codePointAt(0)!);
  }

  protected override unflattenNested(flat: Flat): string {
    return Array.from(flat as Float64Array, (code) => String.fromCodePoint(code)).join('');
  }

  valueToJSON(x: string): string {
    return x;
  }

  valueFromJSON(json: unknown): string {
    return this.coerce(json);
  }

  override toString(): string {
    return `Text(${this.minLength}, ${this.maxLength}, charset=${this.chars ?? 'any'})`;
  }
}
