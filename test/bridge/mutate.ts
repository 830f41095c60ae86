import { readdirSync, readFileSync } from 'node:fs';
import { Packr, Unpackr } from 'msgpackr';
import type { Rng } from '../../src/spaces/index.js';

/** A message's frames. */
export type Message = Uint8Array[];

const FIXTURES = new URL('../fixtures/protocol/', import.meta.url);
export const packr = new Packr({ useRecords: false, variableMapSize: true });
export const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });

/** The recorded messages of both sides. */
export const recorded = readdirSync(FIXTURES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const { name, frames } = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8'));
    return { name: name as string, frames: frames.map((frame: string) => Buffer.from(frame, 'base64')) as Message };
  });

const ODD: unknown[] = [
  ...[null, true, -1, 0, 2 ** 53, 2n ** 60n, 1.5, Number.NaN, '', '$nd', 'x'.repeat(300), [], {}, [[]], { $nd: 0 }],
  { $nd: 0, dtype: '<f8', shape: [2 ** 40, 2 ** 40] },
  { $nd: { toString: 1 }, dtype: { big: 2n ** 60n }, shape: [{ toString: 1 }] },
  { $int: '9'.repeat(1_001) },
  { $map: [['__proto__', { a: 1 }]] },
  { toString: 1, valueOf: 1, length: -1, constructor: null },
  { type: 'Box', low: 0, high: 1, shape: [2 ** 31], dtype: 'float64' },
  { type: 'Text', min_length: 0, max_length: 2 ** 40, charset: '' },
  Buffer.from('bin'),
  new Date(0),
];

/** Short lists that are more entries together than a header may have; rarely, since packing them takes long. */
const MANY = new Array(40).fill(new Array(5_000).fill(0));

/** A message made from another by a few random changes of its bytes, frames or header. */
export function mutate(message: Message, rng: Rng): Message {
  const frames = [...message];
  for (let i = 0; i <= rng.integer(3); i++) {
    const choice = rng.next();
    const at = rng.integer(frames.length || 1);
    if (choice < 0.5 && frames.length > 0) frames[0] = mutateHeader(frames[0], rng);
    else if (choice < 0.85 && frames.length > 0) frames[at] = mutateBytes(frames[at], rng);
    else if (choice < 0.9) frames.splice(at, 1);
    else if (choice < 0.95) frames.splice(rng.integer(frames.length + 1), 0, randomBytes(rng, 40));
    else frames.reverse();
  }
  return frames;
}

function mutateBytes(data: Uint8Array, rng: Rng): Uint8Array {
  let bytes = [...data];
  for (let i = 0; i <= rng.integer(4); i++) {
    const at = rng.integer(bytes.length + 1);
    const choice = rng.next();
    if (choice < 0.5 && at < bytes.length) bytes[at] = rng.integer(256);
    else if (choice < 0.7) bytes.splice(at, 0, ...randomBytes(rng, 5));
    else if (choice < 0.9) bytes.splice(at, 1 + rng.integer(5));
    else bytes = bytes.slice(0, at);
  }
  return Uint8Array.from(bytes);
}

/** Puts an odd value somewhere into the header; random bytes where it is no header any more. */
function mutateHeader(data: Uint8Array, rng: Rng): Uint8Array {
  try {
    const header = unpackr.unpack(data);
    let target = header;
    while (rng.next() < 0.6) {
      const inner = Object.values(target).filter((x) => typeof x === 'object' && x !== null);
      if (inner.length === 0) break;
      target = inner[rng.integer(inner.length)];
    }
    const keys = [...Object.keys(target), 'extra', '$nd'];
    const key = keys[rng.integer(keys.length)];
    if (rng.next() < 0.2) delete target[key];
    else target[key] = rng.next() < 0.01 ? MANY : ODD[rng.integer(ODD.length)];
    return packr.pack(header);
  } catch {
    return randomBytes(rng, 60);
  }
}

export function randomBytes(rng: Rng, most: number): Uint8Array {
  return Uint8Array.from({ length: rng.integer(most) }, () => rng.integer(256));
}
