import { MdpError, show } from '../errors.js';
import { type NpyValue, readNpy } from './npy.js';

import { readZip } from './zip.js';

/**
 * What a file holds, by its first bytes: an NPZ archive, an NPY array, or JSON.
 * - NPZ: an object of its arrays; a dot in a name makes an object of its own (`lqr.A`), one entry without axes is a number, and the arrays of
 *   `scipy.sparse.save_npz` are `P`.
 * - NPY: `{shape, data}`, row by row.
 * @param source where the bytes are from, for the messages
 * @throws MdpError
 */
export function readData(bytes: Uint8Array, source: string): unknown {
  const begins = (...signature: number[]) => signature.every((x, i) => bytes[i] === x);
  if (begins(0x93, 0x4e)) return plain(readNpy(bytes, source));
  if (begins(0x50, 0x4b)) return readNpz(bytes, source);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new MdpError(`${source} is not JSON, NPZ or NPY: ${(error as Error).message}`);
  }
}

function readNpz(bytes: Uint8Array, source: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [file, content] of readZip(bytes, source)) {
    const name = file.replace(/\.npy$/, '');
    if (name === file) throw new MdpError(`${source} holds ${file}; expected arrays of numpy.savez alone`);
    put(out, name.split('.'), plain(readNpy(content, `${source}: ${name}`)), source);
  }
  return sparse(out, source);
}

function plain(value: NpyValue): unknown {
  return typeof value === 'object' && value.shape.length === 0 ? value.data[0] : value;
}

function put(target: Record<string, unknown>, path: string[], value: unknown, source: string): void {
  const [key, ...rest] = path;
  if (rest.length === 0 && !Object.hasOwn(target, key)) {
    define(target, key, value);
    return;
  }
  if (!Object.hasOwn(target, key)) define(target, key, {});
  const inner = target[key];
  if (rest.length === 0 || typeof inner !== 'object' || inner === null || 'shape' in inner) {
    throw new MdpError(`${source} holds ${key} as an array and as a group of arrays; expected one of them`);
  }
  put(inner as Record<string, unknown>, rest, value, source);
}

/** A key of an object's own, whatever its name. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The arrays of a sparse matrix beside the others, as SciPy saves them, are P. */
function sparse(out: Record<string, unknown>, source: string): Record<string, unknown> {
  const { data, indices, indptr, shape, format, ...rest } = out;
  if (indptr === undefined || rest.P !== undefined) return out;
  if (format !== undefined && format !== 'csr') {
    throw new MdpError(
      `${source}: the sparse matrix has the format ${show(format)}; expected csr. Convert it with .tocsr()`,
    );
  }
  return { ...rest, P: { data, indices, indptr, shape } };
}
