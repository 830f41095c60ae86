import { productModule } from './matrixKernel.js';

const bytes = Uint8Array.from(atob(productModule), (character) => character.charCodeAt(0));
const { memory, multiply } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as {
  memory: WebAssembly.Memory;
  multiply(a: number, b: number, out: number, n: number, m: number, rowBytes: number): void;
};
const PAGE = 2 ** 16;
const NUMBER = Float64Array.BYTES_PER_ELEMENT;
/** Rows of A, rows of B and columns that the kernel takes at a time. */
const BLOCK = { a: 4, b: 2, k: 2 };
let scratch = new Float64Array(memory.buffer);

/**
 * out = A Bᵀ + bias: out[r, c] = Σ_i a[r, i] b[c, i] + bias[c], by the kernel of matrixKernel.wat. It is the only product that the network needs, everything
 * else being a transpose of it. The operands are copied to the kernel's memory, which costs little beside the product, and rows
 * and columns that fill up its blocks are left out of the result.
 * @param a shape [n, k]
 * @param b shape [m, k]
 * @param bias shape [m], or null for none
 * @param out shape [n, m]
 */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  bias: Float64Array | null,
  out: Float64Array,
  n: number,
  m: number,
  k: number,
): void {
  const rows = upTo(n, BLOCK.a);
  const columns = upTo(m, BLOCK.b);
  const width = upTo(k, BLOCK.k);
  const bAt = rows * width;
  const outAt = bAt + columns * width;
  reserve(outAt + rows * columns);
  place(a, n, k, width, 0);
  place(b, m, k, width, bAt);
  multiply(0, bAt * NUMBER, outAt * NUMBER, rows, columns, width * NUMBER);
  for (let r = 0; r < n; r++) {
    const from = outAt + r * columns;
    const to = r * m;
    if (bias === null) for (let c = 0; c < m; c++) out[to + c] = scratch[from + c];
    else for (let c = 0; c < m; c++) out[to + c] = scratch[from + c] + bias[c];
  }
}

/**
 * out = Aᵀ.
 * @param a shape [n, m]
 * @param out shape [m, n]
 */
export function transpose(a: Float64Array, out: Float64Array, n: number, m: number): void {
  for (let r = 0; r < n; r++) for (let c = 0; c < m; c++) out[c * n + r] = a[r * m + c];
}

/** Copies n rows of length k to the kernel's memory, zeros behind each to fill its width. */
function place(x: Float64Array, n: number, k: number, width: number, at: number): void {
  if (width === k) {
    scratch.set(x.length === n * k ? x : x.subarray(0, n * k), at);
    return;
  }
  for (let r = 0; r < n; r++) {
    for (let i = 0; i < k; i++) scratch[at + r * width + i] = x[r * k + i];
    scratch[at + r * width + k] = 0;
  }
}

/** Makes room for so many numbers. */
function reserve(length: number): void {
  const missing = length * NUMBER - memory.buffer.byteLength;
  if (missing <= 0) return;
  memory.grow(Math.ceil(missing / PAGE));
  scratch = new Float64Array(memory.buffer);
}

function upTo(x: number, block: number): number {
  return Math.ceil(x / block) * block;
}
