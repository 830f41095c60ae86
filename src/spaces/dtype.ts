/** The element types of arrays, by NumPy's names. */
export type DType =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64';

/** What holds an array's elements. `bool` is held as 0 and 1 in a Uint8Array, `float16` in a Float32Array. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The constructors of {@link TypedArray}, as one type that can be called. */
export interface TypedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

type Kind = 'b' | 'i' | 'u' | 'f';

/** What is known of a dtype: NumPy's kind, the bytes of an element, how the protocol writes it, and what holds it here. */
export interface DTypeInfo {
  readonly kind: Kind;
  readonly bytes: number;
  readonly code: string;
  readonly array: TypedArrayConstructor;
}

function info(kind: Kind, bytes: number, array: unknown): DTypeInfo {
  return { kind, bytes, code: `${bytes === 1 ? '|' : '<'}${kind}${bytes}`, array: array as TypedArrayConstructor };
}

/** Every dtype of the protocol. */
export const DTYPES: Readonly<Record<DType, DTypeInfo>> = {
  bool: info('b', 1, Uint8Array),
  int8: info('i', 1, Int8Array),
  uint8: info('u', 1, Uint8Array),
  int16: info('i', 2, Int16Array),
  uint16: info('u', 2, Uint16Array),
  int32: info('i', 4, Int32Array),
  uint32: info('u', 4, Uint32Array),
  int64: info('i', 8, BigInt64Array),
  uint64: info('u', 8, BigUint64Array),
  float16: info('f', 2, Float32Array),
  float32: info('f', 4, Float32Array),
  float64: info('f', 8, Float64Array),
};

/** The dtype of a protocol code such as `<f4`. */
export const DTYPE_OF_CODE: ReadonlyMap<string, DType> = new Map(
  (Object.keys(DTYPES) as DType[]).map((dtype) => [DTYPES[dtype].code, dtype]),
);

/** Whether elements are whole numbers (or truth values). */
export function isInteger(dtype: DType): boolean {
  return DTYPES[dtype].kind !== 'f';
}

/** Whether elements are bigints here. */
export function isBig(dtype: DType): boolean {
  return dtype === 'int64' || dtype === 'uint64';
}

/** The least and greatest value of an integer dtype; -Infinity and Infinity of a floating one. */
export function range(dtype: DType): [number | bigint, number | bigint] {
  const { kind, bytes } = DTYPES[dtype];
  if (kind === 'f') return [-Infinity, Infinity];
  if (kind === 'b') return [0, 1];
  if (bytes === 8) return kind === 'i' ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  return kind === 'i' ? [-(2 ** (8 * bytes - 1)), 2 ** (8 * bytes - 1) - 1] : [0, 2 ** (8 * bytes) - 1];
}

/** NumPy's `can_cast(from, to)` with casting "safe": whether every value of `from` is one of `to`. */
export function canCast(from: DType, to: DType): boolean {
  if (from === to || from === 'bool') return true;
  const a = DTYPES[from];
  const b = DTYPES[to];
  if (a.kind === b.kind) return a.bytes <= b.bytes;
  if (b.kind === 'i' && a.kind === 'u') return a.bytes < b.bytes;
  // A float of 8 bytes takes every integer (NumPy counts int64 among them); a smaller one must be wider than the integer.
  if (b.kind === 'f' && a.kind !== 'f') return b.bytes === 8 || a.bytes < b.bytes;
  return false;
}

/** The number of entries of an array of this shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

const halfScratch = new Float32Array(1);
const halfBits = new Uint32Array(halfScratch.buffer);

/** A half-precision float's 16 bits as a number. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A number as a half-precision float's 16 bits, rounded to nearest, ties to even. */
export function toHalf(x: number): number {
  halfScratch[0] = x;
  const sign = (halfBits[0] >>> 16) & 0x8000;
  if (Number.isNaN(x)) return sign | 0x7e00;
  const magnitude = Math.abs(x);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  // Rounding may carry into the exponent; adding instead of or-ing lets it.
  return sign | (((exponent + 15) << 10) + roundToEven((magnitude / 2 ** exponent - 1) * 1024));
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
