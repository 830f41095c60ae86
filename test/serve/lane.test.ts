import { describe, expect, it } from 'vitest';
import { NDArray } from '../../src/spaces/index.js';
import { lengths } from '../support/laneBytes.js';
import { echo, error, form, ids, message, opened, request, serving } from './rawLane.js';
import { serveAgent } from './setup.js';

describe('values over the lane', () => {
  it('are those over ZeroMQ, to the bit', async () => {
    const { client, lane } = await opened((await serveAgent()).endpoint);
    const numbers = Float32Array.from({ length: 257 * 4 }, (_, i) => Math.sin(i) * 3);
    const bytes = Buffer.from(numbers.buffer);
    const acts: [object, NDArray][] = [
      [{ num_envs: 257 }, new NDArray(numbers, [257, 4], 'float32')],
      [{}, new NDArray(numbers.slice(8, 12), [4], 'float32')],
    ];
    for (const [fields, obs] of acts) {
      const [from, to] = 'num_envs' in fields ? [0, bytes.length] : [32, 48];
      const form = { $nd: 0, dtype: '<f4', shape: obs.shape, at: 0 };
      lane.socket.write(request(9, 'act', { ...fields, deterministic: true, obs: form }, bytes.subarray(from, to)));
      const { header, body } = (await lane.message())!;
      const reply = await client.ask('act', { ...fields, deterministic: true, obs });
      expect(header).toMatchObject({ id: 9, ok: true });
      for (const name of ['action', 'log_prob', 'value']) {
        const [there, here] = [reply[name], header[name] as { at: number; shape: number[] }];
        if (!(there instanceof NDArray)) expect(here).toBe(there);
        else {
          const { buffer, byteOffset, byteLength } = there.data;
          expect(here.shape).toEqual(there.shape);
          expect(body.subarray(here.at, here.at + byteLength)).toEqual(Buffer.from(buffer, byteOffset, byteLength));
        }
      }
    }
  });

  it.each(['|b1', '|i1', '|u1', '<i2', '<u2', '<i4', '<u4', '<i8', '<u8', '<f2', '<f4', '<f8'])(
    'come back as they were, with dtype %s, at their places in the body',
    async (dtype) => {
      const { lane } = await opened((await serving()).endpoint);
      const size = Number(dtype[2]);
      const one = Buffer.from(Array.from({ length: 3 * size }, (_, i) => (dtype === '|b1' ? i % 2 : 17 * i + 1)));
      const body = Buffer.concat([
        one,
        Buffer.alloc(-one.length & 7),
        one.subarray(size),
        Buffer.alloc(-(2 * size) & 7),
      ]);
      const x = [form(dtype, [3], 0), form(dtype, [2, 1], body.length - Math.ceil((2 * size) / 8) * 8)];
      lane.socket.write(request(1, 'echo', { x }, body));
      expect(await lane.message()).toEqual({ header: { v: 2, id: 1, ok: true, x }, body });
    },
  );

  it('may be empty arrays: then the body has eight bytes', async () => {
    const { lane } = await opened((await serving()).endpoint);
    const x = form('<f8', [0, 3], 0);
    lane.socket.write(request(1, 'echo', { x }, Buffer.alloc(8)));
    expect(await lane.message()).toEqual({ header: { v: 2, id: 1, ok: true, x }, body: Buffer.alloc(8) });
  });
});

describe('requests over the lane', () => {
  it('are read wherever their bytes are cut', async () => {
    const { lane } = await opened((await serving()).endpoint);
    const one = request(1, 'echo', { x: form('<f8', [2], 0) }, Buffer.alloc(16, 3));
    for (let at = 1; at < one.length; at++) {
      lane.socket.write(one.subarray(0, at));
      // The server reads what is before the cut by itself: it has answered somebody else since.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      lane.socket.write(one.subarray(at));
      expect((await lane.message())?.body).toEqual(Buffer.alloc(16, 3));
    }
    for (const byte of one) {
      lane.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await lane.message())?.body).toEqual(Buffer.alloc(16, 3));
  });

  it('are carried out in order, however many come at once', async () => {
    const { endpoint, done } = await serving({ max_waiting: 6_000 });
    const { lane } = await opened(endpoint);
    done.length = 0;
    const all = Array.from({ length: 5_000 }, (_, i) => echo(i, i % 50 === 7 ? 'later' : 'echo'));
    lane.socket.write(Buffer.concat(all));
    const inOrder = Array.from(all.keys());
    expect(await ids(lane, all.length)).toEqual(inOrder);
    expect(done).toEqual(inOrder);
  });

  it('are carried out one after the other with those over ZeroMQ, and answered the way they came', async () => {
    const { endpoint, done, sessions } = await serving();
    const { client, lane } = await opened(endpoint);
    done.length = 0;
    lane.socket.write(echo(1, 'slow'));
    await expect.poll(() => done).toEqual([1]);
    await client.send('echo', { x: 2 });
    await client.send('cancel', { target: 77 });
    // The answer to cancel says that the server has read what came before it.
    expect(await client.receive()).toMatchObject({ cancelled: false });
    lane.socket.write(Buffer.concat([echo(3), request(4, 'cancel', { target: 77 })]));
    expect(await lane.header()).toMatchObject({ id: 4, cancelled: false });
    expect(done).toEqual([1]);
    sessions[0].finish();
    expect(await ids(lane, 2)).toEqual([1, 3]);
    expect(await client.receive()).toMatchObject({ x: 2 });
    expect(done).toEqual([1, 2, 3]);
  });

  it('are cancelled from either way, and answered the way they came', async () => {
    const { endpoint, done, sessions } = await serving();
    const { client, lane } = await opened(endpoint);
    done.length = 0;
    lane.socket.write(Buffer.concat([echo(501, 'slow'), echo(502), echo(503)]));
    await expect.poll(() => done).toEqual([501]);
    const byZeroMq = await client.send('echo', { x: 504 });
    expect(await client.ask('cancel', { target: 502 })).toMatchObject({ ok: true, cancelled: true });
    expect(await lane.header()).toMatchObject(error(502, 'Cancelled'));
    lane.socket.write(request(9, 'cancel', { target: byZeroMq }));
    expect(await lane.header()).toMatchObject({ id: 9, ok: true, cancelled: true });
    expect(await client.receive()).toMatchObject(error(byZeroMq, 'Cancelled'));
    lane.socket.write(request(10, 'cancel', { target: 501 }));
    expect(await lane.header()).toMatchObject({ id: 10, cancelled: false });
    sessions[0].finish();
    expect(await ids(lane, 2)).toEqual([501, 503]);
    expect(done).toEqual([501, 503]);
  });

  it('beyond max_waiting, or max_frame_bytes, on both ways together are Busy', async () => {
    const { endpoint, done, sessions } = await serving({ max_waiting: 4, max_frame_bytes: 1_024 });
    const { client, lane } = await opened(endpoint);
    lane.socket.write(echo(501, 'slow'));
    await expect.poll(() => done).toContain(501);
    for (let x = 0; x < 2; x++) await client.send('echo', { x });
    expect(await client.ask('cancel', { target: 77 })).toMatchObject({ ok: true });
    const large = request(504, 'echo', { x: form('|u1', [1_000], 0) }, Buffer.alloc(1_000));
    lane.socket.write(Buffer.concat([echo(502), large, echo(503), echo(505)]));
    // The large one is refused for its bytes, 505 for being the fifth that waits.
    expect(await lane.header()).toMatchObject(error(504, 'Busy'));
    expect(await lane.header()).toMatchObject(error(505, 'Busy'));
    sessions[0].finish();
    expect(await ids(lane, 3)).toEqual([501, 502, 503]);
    lane.socket.write(large);
    expect(await ids(lane, 1)).toEqual([504]);
  });

  it('of no sense are answered as over ZeroMQ, and the lane stays', async () => {
    const { client, lane } = await opened((await serving({ max_depth: 4 })).endpoint);
    const nested = [[[[[[0]]]]]];
    const cases: [Buffer, object][] = [
      [Buffer.concat([lengths(3, 0), Buffer.from([0xc4, 1, 0, 0, 0, 0, 0, 0])]), error(0, 'BadMessage')],
      [message([1, 2]), error(0, 'BadMessage')],
      [message({ v: 2, op: 'echo' }), error(0, 'BadMessage')],
      [message({ v: 3, id: 1, op: 'echo' }), error(1, 'ProtocolMismatch')],
      [request(2, 'none'), error(2, 'UnknownOperation')],
      [request(3, 'hello', { client: {} }), error(3, 'BadArgument')],
      [request(4, 'lane', { token: 'x' }), error(4, 'BadArgument')],
      [request(5, 'echo', { x: form('<f8', [2], 0) }, Buffer.alloc(8)), error(5, 'BadMessage')],
      [request(6, 'echo', { x: form('<f8', [1], 4) }, Buffer.alloc(16)), error(6, 'BadMessage')],
      [request(7, 'echo', { x: 1 }, Buffer.alloc(8)), error(7, 'BadMessage')],
      [request(8, 'echo', { x: nested }), error(0, 'LimitExceeded')],
      [request(9, 'cancel', { target: 'x' }), error(9, 'BadArgument')],
      [request(10, 'echo', { x: 1 }), { id: 10, ok: true }],
    ];
    for (const [bytes, answer] of cases) {
      lane.socket.write(bytes);
      expect(await lane.header()).toMatchObject(answer);
    }
    expect(await client.ask('lane', { token: 'x' })).toMatchObject({ ok: false, error: { code: 'BadArgument' } });
  });
});
