import { inflateSync } from 'fflate';
import { MdpError } from '../errors.js';

/** Of an entry in the central directory (PKWARE's APPNOTE 6.3.10, 4.3.12). */
interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly stored: number;
  readonly size: number;
  readonly offset: number;
}

const [LOCAL, CENTRAL, END, END64, LOCATOR64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];
/** A byte of deflate's codes stands for at most so many. */
const MOST_INFLATED = 1032;

/**
 * The files of a zip archive, stored or deflated, with or without zip64, as `numpy.savez` and `savez_compressed` write them.
 * @throws MdpError where it is cut short or damaged, is encrypted, or holds a name twice
 */
export function readZip(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const reader = new Reader(bytes, where);
  const files = new Map<string, Uint8Array>();
  for (const entry of entriesOf(reader)) {
    if (files.has(entry.name)) throw new MdpError(`${where} holds ${entry.name} twice; expected each array once`);
    files.set(entry.name, contentOf(reader, entry));
  }
  return files;
}

function entriesOf(reader: Reader): Entry[] {
  const end = endOf(reader);
  let count = reader.u16(end + 10);
  let size = reader.u32(end + 12);
  let at = reader.u32(end + 16);
  if (count === 0xffff || at === 0xffffffff) {
    reader.expect(end - 20, LOCATOR64, 'zip64 locator');
    const end64 = reader.u64(end - 12);
    reader.expect(end64, END64, 'zip64 directory');
    count = reader.u64(end64 + 32);
    at = reader.u64(end64 + 48);
    size = reader.u64(end64 + 40);
  }
  const last = at + size;
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    reader.expect(at, CENTRAL, `entry ${i} of its directory`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => reader.u16(at + offset));
    const extra = at + 46 + nameLength;
    const name = new TextDecoder().decode(reader.slice(at + 46, nameLength));
    const short = { size: reader.u32(at + 24), stored: reader.u32(at + 20), offset: reader.u32(at + 42) };
    const numbers = { flags: reader.u16(at + 8), method: reader.u16(at + 10), crc: reader.u32(at + 16) };
    entries.push({ name, ...numbers, ...zip64(reader, short, extra, extraLength) });
    at = extra + extraLength + commentLength;
  }
  // Fewer entries than there are would be arrays left out without a word.
  if (at !== last) throw reader.damaged(`its directory has not the ${size} bytes that it says`);
  return entries;
}

/** Where the end of the directory begins: the last signature whose comment ends with the file. */
function endOf(reader: Reader): number {
  for (let at = reader.length - 22; at >= Math.max(0, reader.length - 22 - 0xffff); at--) {
    if (reader.u32(at) === END && at + 22 + reader.u16(at + 20) === reader.length) return at;
  }
  throw reader.damaged('it has no end of a directory');
}

/** Sizes that did not fit into 32 bits are in the extra field 1, in this order. */
function zip64(
  reader: Reader,
  short: { size: number; stored: number; offset: number },
  extra: number,
  length: number,
): typeof short {
  const out = { ...short };
  for (let at = extra; at + 4 <= extra + length; at += 4 + reader.u16(at + 2)) {
    if (reader.u16(at) !== 1) continue;
    let field = at + 4;
    for (const key of ['size', 'stored', 'offset'] as const) {
      if (short[key] !== 0xffffffff) continue;
      out[key] = reader.u64(field);
      field += 8;
    }
  }
  return out;
}

function contentOf(reader: Reader, entry: Entry): Uint8Array {
  const { name, flags, method, crc, stored, size, offset } = entry;
  if (flags & 1) throw new MdpError(`${reader.where}: ${name} is encrypted; expected an archive without a password`);
  reader.expect(offset, LOCAL, name);
  const ownName = new TextDecoder().decode(reader.slice(offset + 30, reader.u16(offset + 26)));
  if (ownName !== name) throw reader.damaged(`${name} is called ${ownName} where it is`);
  const content = reader.slice(offset + 30 + reader.u16(offset + 26) + reader.u16(offset + 28), stored);
  const out = method === 0 ? content : inflate(reader, entry, content);
  if (out.length !== size) throw reader.damaged(`${name} has ${out.length} bytes, not ${size}`);
  if (crc32(out) !== crc) throw reader.damaged(`the checksum of ${name} is wrong`);
  return out;
}

function inflate(reader: Reader, { name, method, size }: Entry, content: Uint8Array): Uint8Array {
  if (method !== 8) {
    throw new MdpError(`${reader.where}: ${name} is compressed by method ${method}; expected stored or deflated`);
  }
  if (size > MOST_INFLATED * (content.length + 1)) throw reader.damaged(`${name} cannot have ${size} bytes`);
  try {
    return inflateSync(content, { out: new Uint8Array(size) });
  } catch (error) {
    throw reader.damaged(`${name}: ${(error as Error).message}`);
  }
}

/** Little-endian numbers, and an error in place of what is beyond the end. */
class Reader {
  readonly length: number;
  readonly where: string;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, where: string) {
    this.bytes = bytes;
    this.where = where;
    this.length = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(at: number): number {
    return this.view.getUint16(this.inside(at, 2), true);
  }

  u32(at: number): number {
    return this.view.getUint32(this.inside(at, 4), true);
  }

  u64(at: number): number {
    return this.u32(at) + 2 ** 32 * this.u32(at + 4);
  }

  slice(at: number, length: number): Uint8Array {
    return this.bytes.subarray(this.inside(at, length), at + length);
  }

  expect(at: number, signature: number, what: string): void {
    if (this.u32(at) !== signature) throw this.damaged(`${what} is not where it should be`);
  }

  damaged(problem: string): MdpError {
    return new MdpError(
      `${this.where} is cut short or damaged: ${problem}; expected a whole zip archive. Save it anew`,
    );
  }

  private inside(at: number, length: number): number {
    if (at >= 0 && length >= 0 && at + length <= this.length) return at;
    throw this.damaged(`byte ${at + length} is beyond its end`);
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
