import { describe, expect, it, onTestFinished } from 'vitest';
import { createRng } from '../../src/spaces/index.js';
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

it('messages with changed bytes, over lanes that end for it, neither end the server nor reach another client', async () => {
  const { endpoint, memory } = await serveAgent();
  const { client, lane } = await opened(endpoint);
  expect(await client.ask('learn', { on: true })).toMatchObject({ ok: true });
  const before = memory();
  const rng = createRng(1);
  const attacker = new RawClient(endpoint);
  const requests = [
    request(1, 'act', { obs: FORM }, Buffer.alloc(16)),
    request(2, 'learn', { on: true, num_envs: 2 }),
    request(3, 'cancel', { target: 2 }),
    request(4, 'observe', { obs: FORM, reward: { ...FORM, dtype: '<f8', shape: [2] }, wait: true }, Buffer.alloc(16)),
  ];
  let answers = 0;
  for (let round = 0; round < 100; round++) {
    const { path, token } = await offerTo(attacker);
    const attack = new RawLane(path);
    const messages = [request(0, 'lane', { token })];
    for (let i = 0; i < 40; i++) {
      const bytes = Buffer.from(requests[rng.integer(requests.length)]);
      // Now and then the lengths, too, which ends the lane, or leaves it in the middle of a message.
      const from = rng.integer(20) === 0 ? 0 : 8;
      for (let k = rng.integer(3); k >= 0; k--) bytes[from + rng.integer(bytes.length - from)] = rng.integer(256);
      messages.push(bytes);
    }
    attack.socket.end(Buffer.concat(messages));
    while ((await attack.message()) !== null) answers++;
    expect(await lane.ask('act', { obs: FORM, learn: true }, Buffer.alloc(16))).toMatchObject({ ok: true });
  }
  expect(answers).toBeGreaterThan(1_000);
  expect(await client.ask('metrics')).toMatchObject({ ok: true });
  expect(memory() - before).toBeLessThan(2 ** 28);
});
