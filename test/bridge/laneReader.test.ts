import fc from 'fast-check';
import { unpack } from 'msgpackr';
import { expect, test } from 'vitest';
import { LaneReader } from '../../src/bridge/lane/reader.js';
import { decode } from '../../src/bridge/message/decode.js';
import { encodeForLane } from '../../src/bridge/message/encode.js';
import { LIMITS } from '../../src/bridge/message/limits.js';
import { NDArray } from '../../src/spaces/index.js';
import { laneBytes, lengths } from '../support/laneBytes.js';

/** What a reader makes of bytes that come in pieces of these sizes, again and again. */
function read(bytes: Uint8Array, pieces: number[], limits = LIMITS): Uint8Array[][] {
  const messages: Uint8Array[][] = [];
  const reader = new LaneReader(limits, (frames) => messages.push(frames));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const room = reader.room();
    const n = Math.min(room.length, pieces[i % pieces.length], bytes.length - at);
    room.set(bytes.subarray(at, at + n));
    reader.filled(n);
    at += n;
  }
  return messages;
}

const parts = fc.array(
  fc.tuple(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    // Small bodies and some that are larger than what is read at a time.
    fc.oneof(fc.nat(40), fc.nat(30_000)).map((n) => 8 * n),
  ),
  { minLength: 1, maxLength: 12 },
);

test('messages come out as they went in, however the bytes are cut, and stay as they are', () => {
  fc.assert(
    fc.property(parts, fc.array(fc.oneof(fc.nat(20), fc.nat(200_000)), { minLength: 1 }), (list, cuts) => {
      const sent = list.map(([header, size], k) => [header, Uint8Array.from({ length: size }, (_, i) => i * 7 + k)]);
      const bytes = Buffer.concat(sent.map(([header, body]) => laneBytes(header, body)));
      const got = read(
        bytes,
        cuts.map((n) => n + 1),
      );
      expect(got.length).toBe(sent.length);
      got.forEach((frames, k) => {
        const [header, body] = sent[k];
        expect(frames.length).toBe(body.length > 0 ? 2 : 1);
        expect(Buffer.compare(frames[0], header)).toBe(0);
        if (body.length === 0) return;
        expect(Buffer.compare(frames[1], body)).toBe(0);
        expect(frames[1].byteOffset % 8).toBe(0);
      });
    }),
    { numRuns: 100 },
  );
});

test('lengths beyond the limits, an empty header and a body of an odd length are refused before anything is made', () => {
  const limits = { ...LIMITS, max_header_bytes: 100, max_frame_bytes: 800 };
  expect(() => read(lengths(101, 0), [8], limits)).toThrow(/max_header_bytes = 101/);
  expect(() => read(lengths(2 ** 32 - 1, 0), [8], limits)).toThrow(/max_header_bytes = 4294967295/);
  expect(() => read(lengths(1, 808), [8], limits)).toThrow(/max_frame_bytes = 808/);
  expect(() => read(lengths(0, 0), [8], limits)).toThrow(/header of 0/);
  expect(() => read(lengths(1, 12), [8], limits)).toThrow(/body of 12/);
  expect(read(lengths(100, 800), [8], limits)).toEqual([]);
});

test('a message of the lane has all its arrays in one body, each where the header says', () => {
  const a = Float32Array.from([1.5, -2, 3]);
  const b = Uint8Array.from([1, 2, 3, 4, 5]);
  const bytes = encodeForLane({ v: 2, id: 7, op: 'step', action: { a: new NDArray(a, [3], 'float32'), b } })!;
  const view = Buffer.from(bytes);
  const [h, size] = [view.readUInt32LE(0), view.readUInt32LE(4)];
  expect(size).toBe(24); // 12 bytes and 4 to a multiple of 8, then 5 and 3
  const body = 8 + Math.ceil(h / 8) * 8;
  expect(bytes.length).toBe(body + size);
  expect(unpack(view.subarray(8, 8 + h))).toEqual({
    v: 2,
    id: 7,
    op: 'step',
    action: { a: { $nd: 0, dtype: '<f4', shape: [3], at: 0 }, b: { $nd: 0, dtype: '|u1', shape: [5], at: 16 } },
  });
  expect([view.readFloatLE(body), view.readFloatLE(body + 4), view.readFloatLE(body + 8)]).toEqual([1.5, -2, 3]);
  expect([...view.subarray(body + 12)]).toEqual([0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0]);
  // The caller may go on using his arrays.
  a.fill(0);
  expect(view.readFloatLE(body)).toBe(1.5);
});

test('empty arrays have a body of eight bytes to point at; no arrays, no body', () => {
  const empty = Buffer.from(encodeForLane({ v: 2, id: 1, op: 'x', a: new Float64Array(0), b: new Int32Array(0) })!);
  expect(empty.readUInt32LE(4)).toBe(8);
  const [frames] = read(empty, [1]);
  const { a, b } = decode(frames) as Record<string, NDArray>;
  expect([a.shape, b.shape]).toEqual([[0], [0]]);
  expect(Buffer.from(encodeForLane({ v: 2, id: 1, op: 'x' })!).readUInt32LE(4)).toBe(0);
});

test('arrays that are larger than a body together are left to ZeroMQ', () => {
  const limits = { ...LIMITS, max_frame_bytes: 64 };
  expect(encodeForLane({ v: 2, id: 1, op: 'x', a: new Float64Array(8) }, limits)).not.toBeNull();
  expect(encodeForLane({ v: 2, id: 1, op: 'x', a: new Float64Array(8), b: new Uint8Array(1) }, limits)).toBeNull();
  expect(() => encodeForLane({ v: 2, id: 1, op: 'x', a: new Float64Array(9) }, limits)).toThrow(/max_frame_bytes = 72/);
});
