import { MdpError } from '../errors.js';
import { showShape } from './tensor.js';

/** An array of a file: its shape and its entries row by row. A text is a text. */
export type NpyValue = { readonly shape: readonly number[]; readonly data: Float64Array } | string;

type Decode = (view: DataView, at: number, littleEndian: boolean) => number;

/** NumPy's kind and item size → how an entry is read. */
const decoders: Record<string, Decode> = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/**
 * An array as `numpy.save` writes it: numbers or booleans of either byte order and either order of axes, or one text.
 * @param where names it in the messages
 * @throws MdpError where it is cut short or its dtype is another (objects, complex numbers, records, …)
 */
export function readNpy(bytes: Uint8Array, where: string): NpyValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, begin } = headerOf(bytes, view, where);
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const axes = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (descr === undefined && /'descr': *\[/.test(header)) throw refused(where, 'holds records');
  if (descr === undefined || fortran === undefined || axes === undefined) {
    throw new MdpError(
      `${where} has the header ${header.slice(0, 60)}; expected one of numpy.save with descr, fortran_order and shape`,
    );
  }
  const shape = (axes.match(/\d+/g) ?? []).map(Number);
  const [, order, kind, bits] = /^([<>|=]?)(\w)(\d*)$/.exec(descr) ?? [];
  if (kind === 'U' || kind === 'S')
    return readText(view, begin, { where, descr, kind, size: Number(bits), shape, order });
  const decode = decoders[`${kind}${bits}`];
  if (decode === undefined) throw refused(where, descr === '|O' ? 'has the dtype object' : `has the dtype ${descr}`);
  const size = shape.reduce((product, n) => product * n, 1);
  const data = checkedView(view, begin, size * Number(bits), where, `${size} entries of ${descr}`);
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const x = decode(data, i * Number(bits), order !== '>');
    if (bits === '8' && kind !== 'f' && !Number.isSafeInteger(x)) {
      throw new MdpError(`${where} has the entry ${x}; expected integers below 2⁵³`);
    }
    values[i] = x;
  }
  return { shape, data: fortran === 'True' ? rowByRow(values, shape) : values };
}

function headerOf(bytes: Uint8Array, view: DataView, where: string): { header: string; begin: number } {
  const magic = String.fromCharCode(...bytes.subarray(1, 6));
  if (bytes.length < 10 || bytes[0] !== 0x93 || magic !== 'NUMPY') {
    throw new MdpError(`${where} does not begin like a file of numpy.save; expected an NPY array`);
  }
  const major = bytes[6];
  if (major < 1 || major > 3) throw new MdpError(`${where} has NPY's version ${major}; expected 1, 2 or 3`);
  const first = major === 1 ? 10 : 12;
  const length = major === 1 || bytes.length < 12 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (first + length > bytes.length) throw cutShort(where, 'its header');
  return { header: new TextDecoder().decode(bytes.subarray(first, first + length)), begin: first + length };
}

function readText(
  view: DataView,
  begin: number,
  text: { where: string; descr: string; kind: string; size: number; shape: readonly number[]; order: string },
): string {
  const { where, descr, kind, size, shape, order } = text;
  if (shape.length > 0) throw refused(where, `holds texts (${descr}) of the shape ${showShape(shape)}`);
  const width = kind === 'U' ? 4 : 1;
  const data = checkedView(view, begin, size * width, where, descr);
  let out = '';
  for (let i = 0; i < size; i++) {
    const code = kind === 'U' ? data.getUint32(4 * i, order !== '>') : data.getUint8(i);
    if (code > 0x10ffff) throw new MdpError(`${where} is no text: its code ${code} is no character`);
    if (code !== 0) out += String.fromCodePoint(code);
  }
  return out;
}

function checkedView(view: DataView, begin: number, length: number, where: string, what: string): DataView {
  const found = view.byteLength - begin;
  if (found < length) throw cutShort(where, `${what} need ${length} bytes and there are ${found}`);
  if (found > length)
    throw new MdpError(`${where} has ${found - length} bytes more than ${what} need; expected one array`);
  return new DataView(view.buffer, view.byteOffset + begin, length);
}

/** From the order in which the first axis is the quickest. */
function rowByRow(values: Float64Array, shape: readonly number[]): Float64Array {
  const out = new Float64Array(values.length);
  const index = shape.map(() => 0);
  for (let at = 0; at < values.length; at++) {
    out[index.reduce((sum, i, axis) => sum * shape[axis] + i, 0)] = values[at];
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis]++;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}

function refused(where: string, is: string): MdpError {
  return new MdpError(`${where} ${is}; expected float32, float64, integers or booleans. Convert it: x.astype(float)`);
}

function cutShort(where: string, what: string): MdpError {
  return new MdpError(`${where} is cut short: ${what}; expected a whole array. Save it anew`);
}
