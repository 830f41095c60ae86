import { Packr } from 'msgpackr';
import { expect, it } from 'vitest';
import { decode } from '../../src/bridge/index.js';
import { fromDescription, type NDArray } from '../../src/spaces/index.js';
import { fuzzConnection, fuzzDecode, fuzzLane } from './fuzz.js';

it('a mutated message is decoded, or refused with a BridgeError', async () => {
  const outcomes = await fuzzDecode(5_000, 1);
  expect(outcomes.ok).toBeGreaterThan(100);
  expect(outcomes.BadMessage).toBeGreaterThan(1_000);
  // Short lists that are too many together.
  expect(outcomes.LimitExceeded).toBeGreaterThan(10);
});

it('a server that answers anything cannot crash or hang a client, which then works with a proper one', async () => {
  const outcomes = await fuzzConnection(2_000, 1);
  expect(outcomes.ok).toBeGreaterThan(50);
  expect(outcomes.BadMessage).toBeGreaterThan(50);
  expect(outcomes.RequestTimeout).toBeGreaterThan(0);
});

it('nor can one that answers anything over a lane, cut and broken as well', async () => {
  const outcomes = await fuzzLane(2_000, 1);
  expect(outcomes.ok).toBeGreaterThan(50);
  expect(outcomes.BadMessage).toBeGreaterThan(50);
});

it('a frame that must be copied is copied once, however often a message refers to it', () => {
  const frame = Buffer.alloc(2 ** 20);
  const reference = { $nd: 0, dtype: '<f2', shape: [2 ** 19] };
  const packr = new Packr({ useRecords: false, variableMapSize: true });
  const { list } = decode([packr.pack({ list: new Array(1_000).fill(reference) }), frame]) as { list: NDArray[] };
  expect(list[999].data.buffer).toBe(list[0].data.buffer);
});

it('a description of a space that no memory holds is refused before its bounds are made', () => {
  const box = { type: 'Box', low: 0, high: 1, shape: [2 ** 22], dtype: 'float64' };
  expect(fromDescription(box).toString()).toContain('4194304');
  expect(() => fromDescription({ ...box, shape: [2 ** 31] })).toThrow('bounds of more than 268435456 bytes');
  expect(() => fromDescription({ type: 'Tuple', spaces: [box, box, box, box, box] })).toThrow('bounds of more than');
});
