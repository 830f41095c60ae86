import { describe, expect, it, onTestFinished } from 'vitest';
import { offerTo, opened, RawLane, request, serving } from './rawLane.js';
import { RawClient, serveAgent } from './setup.js';

const FORM = { $nd: 0, dtype: '<f4', shape: [4], at: 0 };
/** Milliseconds that an answer may take while others attack, on a machine that has other things to do. */
const SLOWEST = 5_000;

/** Sends over a lane on and on until the test ends, and reads the answers away. @returns how many messages were sent so far */
function flood({ socket }: RawLane, bytes: Buffer): () => number {
  let sent = 0;
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
    socket.destroy();
  });
  const many = Buffer.concat(Array.from({ length: Math.ceil(2 ** 17 / bytes.length) }, () => bytes));
  socket.on('readable', () => {
    while (socket.read() !== null);
  });
  void (async () => {
    while (!isOver) {
      sent += many.length / bytes.length;
      await new Promise((resolve) => socket.write(many, resolve));
    }
  })();
  return () => sent;
}

describe('clients are answered on both ways while another floods its lane', () => {
  it.each<[string, Buffer]>([
    ['pings', request(1, 'ping')],
    ['cancels', request(1, 'cancel', { target: 1 })],
    ['messages of no sense', request(1, 'none', { x: [1, [2, [3]]] })],
    [
      'acts of 4,096 observations',
      request(1, 'act', { num_envs: 4_096, obs: { ...FORM, shape: [4_096, 4] } }, Buffer.alloc(2 ** 16)),
    ],
    ['saves', request(1, 'save')],
  ])('with %s', async (_, bytes) => {
    const { endpoint } = await serveAgent();
    const { client, lane } = await opened(endpoint);
    const sent = flood((await opened(endpoint)).lane, bytes);
    let slowest = 0;
    for (let i = 0; i < 50; i++) {
      const began = performance.now();
      expect(await lane.ask('act', { obs: FORM }, Buffer.alloc(16))).toMatchObject({ ok: true });
      expect(await client.ask('act', { obs: new Float32Array(4) })).toMatchObject({ ok: true });
      slowest = Math.max(slowest, performance.now() - began);
    }
    expect(slowest).toBeLessThan(SLOWEST);
    expect(sent()).toBeGreaterThan(0);
  });

  it('and leases still end', async () => {
    const { endpoint, sessions } = await serving({}, 1);
    await new RawClient(endpoint).hello();
    flood((await opened(endpoint)).lane, request(1, 'echo'));
    await expect.poll(() => sessions[0].isOpen, { timeout: 30_000 }).toBe(false);
    expect(sessions[1].isOpen).toBe(true);
  });
});

it('connections that open no lane, again and again, keep no client from its own', async () => {
  const { endpoint } = await serving();
  const client = new RawClient(endpoint);
  const { path, token } = await offerTo(client);
  for (let round = 0; round < 20; round++) {
    const refused = Array.from({ length: 20 }, () => new RawLane(path).ask('lane', { token: 'x' }));
    for (const answer of await Promise.all(refused)) expect(answer).toMatchObject({ ok: false });
    expect(await client.ask('echo', { x: round })).toMatchObject({ x: round });
  }
  expect(await new RawLane(path).ask('lane', { token })).toMatchObject({ ok: true });
});
