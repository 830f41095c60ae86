import { describe, expect, it } from 'vitest';
import type { NDArray } from '../../src/spaces/index.js';
import { lengths } from '../support/laneBytes.js';
import { echo, error, form, ids, offerTo, opened, RawLane, request, serving } from './rawLane.js';

describe('the end of a lane', () => {
  it.each<[string, Buffer, string]>([
    ['a header of no bytes', lengths(0, 0), 'BadMessage'],
    ['a body that is no multiple of eight', lengths(1, 12), 'BadMessage'],
    ['a header beyond max_header_bytes', lengths(4_097, 0), 'LimitExceeded'],
    ['a body beyond max_frame_bytes', lengths(8, 1_032), 'LimitExceeded'],
    ['lengths of 2³² − 1', Buffer.alloc(8, 0xff), 'LimitExceeded'],
  ])('comes, with an error, after %s; what waits is not carried out, and the client stays', async (_, bytes, code) => {
    const { endpoint, done, sessions } = await serving({ max_header_bytes: 4_096, max_frame_bytes: 1_024 });
    const { client, lane } = await opened(endpoint);
    lane.socket.write(Buffer.concat([echo(1), echo(2, 'slow'), echo(3), bytes, echo(4)]));
    expect(await ids(lane, 1)).toEqual([1]);
    expect(await lane.header()).toMatchObject(error(0, code));
    expect(await lane.message()).toBeNull();
    sessions[0].finish();
    expect(await client.ask('echo', { x: 5 })).toMatchObject({ ok: true, x: 5 });
    expect(done).not.toContain(3);
    expect(done).not.toContain(4);
    expect(sessions).toHaveLength(1);
  });

  it('in the middle of a message, or of a request, leaves the client and its other requests', async () => {
    const { endpoint, done, sessions } = await serving();
    const { client, lane, offer } = await opened(endpoint);
    lane.socket.write(Buffer.concat([echo(1, 'slow'), echo(2)]));
    await expect.poll(() => done).toContain(1);
    await client.send('echo', { x: 3 });
    lane.socket.end(echo(4).subarray(0, 20));
    expect(await lane.message()).toBeNull();
    sessions[0].finish();
    expect(await client.receive()).toMatchObject({ ok: true, x: 3 });
    expect(done).not.toContain(2);
    const next = new RawLane(offer.path);
    expect(await next.ask('lane', { token: (await offerTo(client)).token })).toMatchObject({ ok: true });
    expect(await next.ask('echo', { x: 5 })).toMatchObject({ x: 5 });
    expect(sessions).toHaveLength(1);
  });

  it('comes with the end of its client, by ZeroMQ or by its lease', async () => {
    const { endpoint, sessions } = await serving({}, 0.5);
    const first = await opened(endpoint);
    first.client.socket.close();
    expect(await first.lane.message()).toBeNull();
    const second = await opened(endpoint);
    // What comes over the lane counts as heard.
    for (let i = 0; i < 15; i++) {
      expect(await second.lane.ask('echo', { x: i })).toMatchObject({ x: i });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await second.lane.message()).toBeNull();
    expect(sessions.map(({ isOpen }) => isOpen)).toEqual([false, false]);
    expect(await second.client.ask('echo')).toMatchObject({ error: { code: 'NotGreeted' } });
  });
});

describe('replies over the lane', () => {
  it('that are larger than a body come over ZeroMQ, and the lane says so', async () => {
    const { client, lane } = await opened((await serving({ max_frame_bytes: 64 })).endpoint);
    const x = [form('|u1', [40], 0), form('|u1', [40], 0)];
    lane.socket.write(Buffer.concat([request(1, 'echo', { x }, Buffer.alloc(40, 5)), echo(2)]));
    expect(await lane.header()).toEqual({ v: 2, id: 1, ok: true, elsewhere: true });
    expect(await lane.header()).toMatchObject({ id: 2, x: 2 });
    const reply = await client.receive();
    expect(reply).toMatchObject({ id: 1, ok: true });
    expect((reply.x as NDArray[]).map(({ data }) => Buffer.from(data as Uint8Array))).toEqual([
      Buffer.alloc(40, 5),
      Buffer.alloc(40, 5),
    ]);
    // One that no frame can carry is an error, over the lane.
    expect(await lane.ask('bytes', { n: 65 })).toMatchObject({ ok: false, error: { code: 'LimitExceeded' } });
  });

  it.each([
    ['large ones', 300, { n: 2 ** 18 }, 150],
    ['small ones', 20_000, { n: 0 }, 10_000],
  ])('that are not read make requests wait, on both ways, and nobody else: %s', async (_, many, fields, most) => {
    const { endpoint, done } = await serving({ max_waiting: many + 1 });
    const { client, lane } = await opened(endpoint);
    const other = await opened(endpoint);
    done.length = 0;
    const all = Array.from({ length: many }, (_, x) => request(x, 'bytes', { ...fields, x }));
    lane.socket.write(Buffer.concat(all));
    let before = -1;
    // Until it does nothing more for this client.
    while (before !== done.length) {
      before = done.length;
      for (let i = 0; i < 50; i++) await other.lane.ask('echo', { x: null });
      done.splice(0, done.length, ...done.filter((x) => x !== null));
    }
    expect(done.length).toBeLessThan(most);
    await client.send('echo', { x: -1 });
    await other.lane.ask('echo', { x: null });
    expect(done).not.toContain(-1);
    expect(await ids(lane, many)).toEqual(Array.from(all.keys()));
    expect(await client.receive()).toMatchObject({ x: -1 });
    expect(done.filter((x) => x !== null && x !== -1)).toEqual(Array.from(all.keys()));
  });
});
