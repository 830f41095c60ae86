import { BridgeError } from '../errors.js';
import type { Limits } from './limits.js';

/**
 * Walks over a msgpack header before it is decoded, so that nothing is allocated for a length that is not there.
 * @throws BridgeError BadMessage if it is no single whole value, uses bin, ext or a timestamp, or has a map key that is
 *   neither a string nor an integer; LimitExceeded if it is too long, too deep or has too many entries, those of all its arrays and maps together
 */
export function checkHeader(bytes: Uint8Array, limits: Limits): void {
  if (bytes.length > limits.max_header_bytes) {
    throw limit('max_header_bytes', `a header of ${bytes.length} bytes`, limits.max_header_bytes);
  }
  if (bytes.length === 0) throw bad('the header is empty');
  // The header's own map is one level around the values.
  const end = skip(bytes, 0, limits.max_depth + 1, { left: limits.max_items, most: limits.max_items });
  if (end !== bytes.length) throw bad(`the header ends at byte ${end} of ${bytes.length}`);
}

/** Entries that the arrays and maps of a header may still have together. */
type Items = { left: number; readonly most: number };

/** The position after the value at `at`. */
function skip(bytes: Uint8Array, at: number, depth: number, items: Items): number {
  if (at >= bytes.length) throw bad('the header is cut off');
  const type = bytes[at];
  if (type < 0x80 || type >= 0xe0) return at + 1;
  if (type < 0x90) return skipItems(bytes, at + 1, type & 0x0f, true, depth, items);
  if (type < 0xa0) return skipItems(bytes, at + 1, type & 0x0f, false, depth, items);
  if (type < 0xc0) return within(bytes, at + 1 + (type & 0x1f));
  switch (type) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return at + 1;
    case 0xcc: // 8-bit integers
    case 0xd0:
      return within(bytes, at + 2);
    case 0xcd: // 16-bit integers
    case 0xd1:
      return within(bytes, at + 3);
    case 0xca: // 32-bit float and integers
    case 0xce:
    case 0xd2:
      return within(bytes, at + 5);
    case 0xcb: // 64-bit float and integers
    case 0xcf:
    case 0xd3:
      return within(bytes, at + 9);
    case 0xd9: // strings with a length of 1, 2 or 4 bytes
      return within(bytes, at + 2 + length(bytes, at, 1));
    case 0xda:
      return within(bytes, at + 3 + length(bytes, at, 2));
    case 0xdb:
      return within(bytes, at + 5 + length(bytes, at, 4));
    case 0xdc: // arrays
      return skipItems(bytes, at + 3, length(bytes, at, 2), false, depth, items);
    case 0xdd:
      return skipItems(bytes, at + 5, length(bytes, at, 4), false, depth, items);
    case 0xde: // maps
      return skipItems(bytes, at + 3, length(bytes, at, 2), true, depth, items);
    case 0xdf:
      return skipItems(bytes, at + 5, length(bytes, at, 4), true, depth, items);
    default:
      throw bad(`msgpack type 0x${type.toString(16)} (bin, ext and timestamps are not used)`);
  }
}

function skipItems(bytes: Uint8Array, at: number, count: number, isMap: boolean, depth: number, items: Items): number {
  if (depth === 0) throw limit('max_depth', 'a value nested deeper', depth);
  items.left -= count;
  if (items.left < 0) throw limit('max_items', 'more entries in its arrays and maps', items.most);
  for (let i = 0; i < count; i++) {
    if (isMap) {
      if (!isKey(bytes[at])) throw bad('a map key that is neither a string nor an integer');
      at = skip(bytes, at, depth - 1, items);
    }
    at = skip(bytes, at, depth - 1, items);
  }
  return at;
}

function isKey(type: number | undefined): boolean {
  if (type === undefined) return true; // cut off, as skip will say
  const isInteger = type < 0x80 || type >= 0xe0 || (type >= 0xcc && type <= 0xd3);
  return isInteger || (type >= 0xa0 && type < 0xc0) || (type >= 0xd9 && type <= 0xdb);
}

function length(bytes: Uint8Array, at: number, size: 1 | 2 | 4): number {
  within(bytes, at + 1 + size);
  let value = 0;
  for (let i = 1; i <= size; i++) value = value * 256 + bytes[at + i];
  return value;
}

function within(bytes: Uint8Array, end: number): number {
  if (end > bytes.length) throw bad('the header is cut off');
  return end;
}

function bad(what: string): BridgeError {
  return new BridgeError('BadMessage', `a message breaks the protocol: ${what}`);
}

function limit(name: keyof Limits, what: string, most: number): BridgeError {
  return new BridgeError('LimitExceeded', `a message has ${what} (${name})`, {
    expected: most ? `at most ${most}` : undefined,
  });
}
