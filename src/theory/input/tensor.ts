import { LARGEST, MdpError, show } from '../errors.js';

/** Numbers with a shape, row by row. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * What numbers with a shape may be given as: a number, an array or typed array, nested arrays, or an object with a shape and its entries row
 * by row, as the bridge's `NDArray`.
 */
export type TensorLike =
  | number
  | ArrayLike<number>
  | ArrayLike<bigint>
  | readonly TensorLike[]
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> | ArrayLike<bigint> };

/**
 * Copies numbers and finds their shape.
 * @param where names them in the messages
 * @throws MdpError where an entry is no finite number, or rows differ in shape
 */
export function tensor(value: unknown, where: string): Tensor {
  if (isShaped(value)) return shaped(value, where);
  const shape: number[] = [];
  for (let at = value; isList(at); at = at[0]) {
    shape.push(at.length);
    if (at.length === 0) break;
  }
  const data: number[] = [];
  collect(value, where, shape, 0, data);
  return { shape, data: Float64Array.from(data) };
}

/** A tensor of a shape. @param meaning of the axes, for the message: `[states, actions]` */
export function tensorOf(value: unknown, shape: readonly number[], where: string, meaning: string): Tensor {
  const found = tensor(value, where);
  if (found.shape.length === shape.length && found.shape.every((n, i) => n === shape[i])) return found;
  throw new MdpError(`${where} has the shape ${showShape(found.shape)}; expected ${showShape(shape)}, ${meaning}`);
}

/** A shape as text. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

function collect(value: unknown, where: string, shape: readonly number[], axis: number, out: number[]): void {
  if (axis === shape.length) {
    out.push(finite(value, where));
    return;
  }
  const found = isList(value) ? value.length : undefined;
  if (found !== shape[axis]) {
    const is = found === undefined ? `is ${show(value)}` : `has ${found} entries`;
    throw new MdpError(`${where} ${is}; expected ${shape[axis]} entries, as the first of its kind has`);
  }
  for (let i = 0; i < shape[axis]; i++) {
    collect((value as ArrayLike<unknown>)[i], `${where}[${i}]`, shape, axis + 1, out);
  }
}

function shaped(value: { shape: readonly number[]; data: ArrayLike<unknown> }, where: string): Tensor {
  const shape = [...value.shape];
  const size = shape.reduce((product, n) => product * n, 1);
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || value.data.length !== size) {
    throw new MdpError(
      `${where} has ${value.data.length} entries; expected ${size}, for its shape ${showShape(shape)}`,
    );
  }
  const data = Float64Array.from({ length: size }, (_, i) => finite(value.data[i], () => where + index(shape, i)));
  return { shape, data };
}

function finite(value: unknown, where: string | (() => string)): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Math.abs(number) <= LARGEST) return number;
  const expected = Number.isFinite(number) ? `a number from -${LARGEST} to ${LARGEST}. Scale it` : 'a finite number';
  throw new MdpError(`${typeof where === 'string' ? where : where()} is ${show(value)}; expected ${expected}`);
}

/** `[i][j]` of entry n. */
function index(shape: readonly number[], n: number): string {
  let rest = n;
  let text = '';
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    text = `[${rest % shape[axis]}]${text}`;
    rest = Math.floor(rest / shape[axis]);
  }
  return text;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isShaped(value: unknown): value is { shape: readonly number[]; data: ArrayLike<unknown> } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shape' in value &&
    isList(value.shape) &&
    'data' in value &&
    isList(value.data)
  );
}
