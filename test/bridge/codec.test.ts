import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { type BridgeError, decode, encode, LIMITS, Repr } from '../../src/bridge/index.js';
import { NDArray } from '../../src/spaces/index.js';

const FIXTURES = new URL('../fixtures/protocol/', import.meta.url);
const recorded = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')));

/** A decoded value in the form that the recorded ones have (test/fixtures/protocol/README.md), map keys as text. */
function form(x: unknown): unknown {
  const number = (n: number | bigint) => (Number.isFinite(n) || typeof n === 'bigint' ? String(n) : text(n as number));
  const text = (n: number) => (Number.isNaN(n) ? 'nan' : n > 0 ? 'inf' : '-inf');
  if (x instanceof NDArray) {
    return { array: { dtype: x.dtype, shape: [...x.shape], data: Array.from(x.data as Float64Array, number) } };
  }
  if (x instanceof Repr) return { repr: x.text };
  if (typeof x === 'bigint') return { int: String(x) };
  if (typeof x === 'number' && !Number.isFinite(x)) return { float: text(x) };
  // A number that is whole travels as an integer, which has no sign of zero.
  if (x === 0) return 0;
  if (Array.isArray(x)) return x.map(form);
  if (typeof x === 'object' && x !== null) {
    return {
      map: Object.entries(x)
        .map(([key, value]) => [key, form(value)])
        .sort(byKey),
    };
  }
  return x;
}

const DTYPE_NAMES: Record<string, string> = {
  '|b1': 'bool',
  '|i1': 'int8',
  '|u1': 'uint8',
  '<i2': 'int16',
  '<u2': 'uint16',
  '<i4': 'int32',
  '<u4': 'uint32',
  '<i8': 'int64',
  '<u8': 'uint64',
  '<f2': 'float16',
  '<f4': 'float32',
  '<f8': 'float64',
};

/** The recorded form, with what JSON writes in two ways written in one. */
function normal(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(normal);
  if (typeof x !== 'object' || x === null) return x;
  const { array, map } = x as { array?: { dtype: string; data: unknown[] }; map?: [unknown, unknown][] };
  if (map) return { map: map.map(([key, value]) => [String(key), normal(value)]).sort(byKey) };
  if (!array) return x;
  const data = array.data.map((entry) => (typeof entry === 'boolean' ? String(Number(entry)) : String(entry)));
  return { array: { ...array, dtype: DTYPE_NAMES[array.dtype] ?? array.dtype, data } };
}

function byKey([a]: unknown[], [b]: unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

describe('a message recorded from the Python side', () => {
  it('is there for both directions', () => {
    expect(new Set(recorded.map(({ direction }) => direction))).toEqual(new Set(['request', 'reply']));
  });

  it.each(recorded.map((message) => [message.name, message]))(
    '%s decodes to its value, also after encoding again',
    (_, message) => {
      const frames = message.frames.map((frame: string) => Buffer.from(frame, 'base64'));
      const value = decode(frames);
      expect(form(value)).toEqual(normal(message.value));
      // A Repr only travels from server to client.
      if (!JSON.stringify(message.value).includes('"repr"')) expect(form(decode(encode(value)))).toEqual(form(value));
    },
  );
});

const anyValue = fc.letrec((tie) => ({
  array: fc
    .tuple(fc.constantFrom('float32', 'float64', 'int32', 'int64', 'uint8', 'bool' as const), fc.nat(5), fc.nat(3))
    .map(([dtype, n, m]) => NDArray.full([n, m], 1, dtype as 'int32')),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
    fc.string({ unit: 'binary' }),
    tie('array'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('$nd', '$int', '$map', '__proto__', '__proto_', 'constructor')),
      tie('value'),
      {
        maxKeys: 4,
      },
    ),
  ),
})).value;

/** Lists in a list. */
const nested = (outer: number, inner: number) => ({ a: new Array(outer).fill(new Array(inner).fill(0)) });

describe('the entries of a whole header are counted together', () => {
  const packr = new Packr({ useRecords: false, variableMapSize: true });
  // The header's own 2, 100 lists and 100 · 1,998 numbers are 199,902; with 98 more it is full.
  const lists = (more: number) => ({ ...nested(100, 1_998), b: new Array(more).fill(0) });

  it('200,000 are read and written', () => {
    const frames = encode(lists(98));
    expect(decode(frames).b).toHaveLength(98);
    expect(decode([packr.pack(lists(98))]).b).toHaveLength(98);
  });

  it('one more is refused, on reading and on writing, though each list is short', () => {
    const refused = expect.objectContaining({ code: 'LimitExceeded', message: expect.stringContaining('max_items') });
    expect(() => decode([packr.pack(lists(99))])).toThrow(refused);
    expect(() => encode(lists(99))).toThrow(refused);
  });

  it('entries of maps count once, those of the forms with $ as the maps and arrays that they are', () => {
    // The header's 1, the list's 2, the map's 1, $nd, dtype, shape and its [1], and $int.
    const value = { list: [new Map([['x', new Float64Array(1)]]), 2n ** 70n] };
    const limits = { ...LIMITS, max_items: 9 };
    expect(decode(encode(value, limits), limits)).toHaveProperty('list');
    expect(() => encode(value, { ...limits, max_items: 8 })).toThrow('max_items');
    expect(() => decode(encode(value), { ...limits, max_items: 8 })).toThrow('max_items');
  });
});

describe('encode and decode', () => {
  it('are inverse for every value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        // Frames come from ZeroMQ at any alignment.
        const frames = encode({ value }).map((frame) => Buffer.concat([Buffer.alloc(1), frame]).subarray(1));
        expect(form(decode(frames).value)).toEqual(form(value));
      }),
    );
  });

  it('do not copy an array (msgpack-javascript #248)', () => {
    const array = new NDArray(new Float64Array(1_000), [1_000], 'float64');
    const [, frame] = encode({ array });
    expect(frame!.buffer).toBe(array.data.buffer);
    const decoded = decode(encode({ array })).array as NDArray;
    expect(decoded.data.buffer).toBe(array.data.buffer);
  });

  it('take an array as large as the limit, and refuse a larger one (msgpackr #20)', () => {
    const most = LIMITS.max_frame_bytes;
    const array = new NDArray(new Uint8Array(most), [most], 'uint8');
    expect((decode(encode({ array })).array as NDArray).size).toBe(most);
    expect(() => encode({ array: new Uint8Array(most + 1) })).toThrow('max_frame_bytes');
  });

  it('copy a misaligned frame instead of failing (msgpackr #128)', () => {
    const frames = encode({ a: NDArray.from([1, 2], 'float64') });
    const shifted = Buffer.concat([Buffer.alloc(3), frames[1]]).subarray(3);
    expect(form(decode([frames[0], shifted]).a)).toEqual(form(NDArray.from([1, 2], 'float64')));
  });

  it('write whole numbers beyond 32 bits as integers, not as floats', () => {
    const [header] = encode({ seed: 2 ** 40 });
    expect(Buffer.from(header!).includes(0xcb)).toBe(false);
    expect(decode([header!]).seed).toBe(2 ** 40);
  });

  it('keep a Map’s integer keys integers', () => {
    const [header] = encode({ m: new Map([[1, 'a']]) });
    expect(Buffer.from(header!).toString('hex')).toContain('8101a161');
  });
});

describe('a message that breaks the protocol, or claims more than it has, is refused (msgpack-python #130)', () => {
  const packr = new Packr({ useRecords: false, variableMapSize: true });
  const nd = (fields: object) => packr.pack({ a: { $nd: 0, dtype: '<f4', shape: [2], ...fields } });
  const frame = Buffer.alloc(8);
  const code = (frames: Buffer[]) => {
    try {
      decode(frames);
    } catch (error) {
      return (error as BridgeError).code;
    }
    return 'none';
  };

  it.each<[string, Buffer[]]>([
    ['no frames', []],
    ['an empty header', [Buffer.alloc(0)]],
    ['a header that is no map', [packr.pack([1])]],
    ['a header that is cut off', [packr.pack({ a: 'long text' }).subarray(0, 6)]],
    ['bytes after the header', [Buffer.concat([packr.pack({ a: 1 }), Buffer.from([0])])]],
    ['bin', [packr.pack({ a: Buffer.from('x') })]],
    ['a timestamp', [packr.pack({ a: new Date(0) })]],
    ['a key that is a float', [Buffer.from([0x81, 0xca, 0, 0, 0, 0, 1])]],
    ['a frame that nothing refers to', [packr.pack({ a: 1 }), frame]],
    ['a frame that is not there', [nd({})]],
    ['a shape that does not fit the frame', [nd({ shape: [3] }), frame]],
    ['a negative shape', [nd({ shape: [-2] }), frame]],
    ['a fractional shape', [nd({ shape: [0.5, 4] }), frame]],
    ['an unknown dtype', [nd({ dtype: '<c8' }), frame]],
    ['an unknown form', [packr.pack({ a: { $pickle: 'x' } })]],
    ['a plain integer beyond 2⁵³', [packr.pack({ a: 2n ** 60n })]],
    ['a $int of 1,001 digits', [packr.pack({ a: { $int: '1'.repeat(1_001) } })]],
    ['a $int that is none', [packr.pack({ a: { $int: '1e9' } })]],
  ])('%s', (_, frames) => {
    expect(code(frames)).toBe('BadMessage');
  });

  it.each<[string, Buffer[]]>([
    ['a list that claims 2³²-1 entries', [Buffer.from([0x81, 0xa1, 0x61, 0xdd, 0xff, 0xff, 0xff, 0xff])]],
    ['a map that claims 2³²-1 entries', [Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff])]],
    ['a value 33 levels deep', [Buffer.from([0x81, 0xa1, 0x61, ...new Array(33).fill(0x91), 0xc0])]],
    ['a value a million levels deep', [Buffer.concat([Buffer.from([0x81, 0xa1, 0x61]), Buffer.alloc(1e6, 0x91)])]],
    ['33 dimensions', [nd({ shape: new Array(33).fill(1) }), frame]],
    ['too many frames', [packr.pack({}), ...new Array(LIMITS.max_frames + 1).fill(frame)]],
  ])('%s', (_, frames) => {
    expect(code(frames)).toBe('LimitExceeded');
  });

  it('and never anything but a BridgeError, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 3 }), (frames) => {
        try {
          decode(frames);
        } catch (error) {
          expect((error as Error).name).toBe('BridgeError');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('nor is anything sent that has no form in it', () => {
    for (const value of [() => 1, Symbol('x'), new Date(), new Set([1]), new Map([[{}, 1]])]) {
      expect(() => encode({ value })).toThrow(expect.objectContaining({ code: 'BadArgument' }));
    }
    let deep: unknown = 1;
    for (let i = 0; i < 40; i++) deep = [deep];
    expect(() => encode({ deep })).toThrow(expect.objectContaining({ code: 'LimitExceeded' }));
  });
});
