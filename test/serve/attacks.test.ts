import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { encode, type Header, PROTOCOL_VERSION } from '../../src/bridge/index.js';
import { NDArray } from '../../src/spaces/index.js';
import { type AgentServer, RawClient, serveAgent } from './setup.js';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const OBSERVATION = new Float32Array(4);
/** Milliseconds that an answer may take while others attack, on a machine that has other things to do. */
const SLOWEST = 5_000;

/** Sends messages on and on until the test ends, reading nothing. */
function flood(client: RawClient, message: (i: number) => Uint8Array[]): { stop: () => Promise<number> } {
  let isOver = false;
  let sent = 0;
  const done = (async () => {
    client.socket.sendTimeout = 100;
    while (!isOver) {
      for (let i = 0; i < 64 && !isOver; i++) {
        // EAGAIN: the server takes no more of it now.
        await client.socket.send(message(sent)).then(
          () => sent++,
          () => {},
        );
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sent;
  })();
  return {
    stop: () => {
      isOver = true;
      return done;
    },
  };
}

async function greeted(server: AgentServer): Promise<RawClient> {
  const client = new RawClient(server.endpoint);
  expect(await client.hello()).toMatchObject({ ok: true });
  return client;
}

async function slowestOf(acts: number, client: RawClient): Promise<number> {
  let slowest = 0;
  for (let i = 0; i < acts; i++) {
    const began = performance.now();
    expect(await client.ask('act', { obs: OBSERVATION })).toMatchObject({ ok: true });
    slowest = Math.max(slowest, performance.now() - began);
  }
  return slowest;
}

const request =
  (op: string, fields: Header = {}) =>
  (i: number) =>
    encode({ v: PROTOCOL_VERSION, id: i + 100, op, ...fields });
/** 40 lists of as many entries as the whole header may have. */
const LISTS = [
  packr.pack({ v: PROTOCOL_VERSION, id: 1, op: 'ping', a: new Array(40).fill(new Array(199_000).fill(0)) }),
];

describe('a client is answered while another floods the server', () => {
  it.each<[string, boolean, (i: number) => Uint8Array[]]>([
    ['garbage, before hello', false, () => [Buffer.alloc(40, 0x93)]],
    ['headers of eight million entries, before hello', false, () => LISTS],
    ['pings, before hello', false, request('ping')],
    ['pings', true, request('ping')],
    ['cancels', true, request('cancel', { target: 1 })],
    [
      'acts of 4,096 observations',
      true,
      request('act', {
        num_envs: 4096,
        obs: new NDArray(new Float32Array(4 * 4096), [4096, 4], 'float32'),
      }),
    ],
    ['saves', true, request('save')],
  ])('with %s', async (_, isGreeted, message) => {
    const server = await serveAgent();
    const victim = await greeted(server);
    const attacker = isGreeted ? await greeted(server) : new RawClient(server.endpoint);
    const attack = flood(attacker, message);
    expect(await slowestOf(50, victim)).toBeLessThan(SLOWEST);
    expect(await attack.stop()).toBeGreaterThan(0);
  });

  it('and leases still end', async () => {
    const server = await serveAgent(['--new', 'CartPole-v1', '--lease', '1']);
    const silent = await greeted(server);
    expect(await silent.ask('learn', { on: true })).toMatchObject({ ok: true });
    const victim = await greeted(server);
    const attack = flood(await greeted(server), request('ping'));
    await expect
      .poll(async () => (await victim.ask('metrics')).learning_clients, { timeout: 30_000, interval: 100 })
      .toBe(0);
    await attack.stop();
    expect(await silent.ask('act', { obs: OBSERVATION })).toMatchObject({ ok: false, error: { code: 'NotGreeted' } });
  });
});

describe('a header is refused by its envelope, before anything is made of its values', () => {
  it('NotGreeted and BadArgument come before what is wrong with an array', async () => {
    const server = await serveAgent();
    const client = new RawClient(server.endpoint);
    const broken = { $nd: 7, dtype: 'none', shape: 'none' };
    const answer = async (op: string, fields: object) => {
      await client.socket.send([packr.pack({ v: PROTOCOL_VERSION, id: 7, op, ...fields })]);
      const { id, error } = await client.receive();
      return [id, (error as { code: string }).code];
    };
    expect(await answer('act', { obs: broken })).toEqual([7, 'NotGreeted']);
    await client.hello();
    expect(await answer('act', { obs: broken })).toEqual([7, 'BadMessage']);
    expect(await answer('ping', { obs: broken })).toEqual([7, 'BadArgument']);
    expect(await answer('none', { obs: broken })).toEqual([7, 'UnknownOperation']);
    expect(await answer('act', {})).toEqual([7, 'BadArgument']);
  });
});

describe('a client that does not read its replies', () => {
  it('costs little memory, and is served again when it reads', async () => {
    // A checkpoint of this agent is larger than four megabytes.
    const server = await serveAgent(['--new', 'CartPole-v1', '--set', `features=${TILES}`, '--set', `critic=${TD}`]);
    const victim = await greeted(server);
    const reader = new RawClient(server.endpoint, { receiveHighWaterMark: 1 });
    await reader.hello();
    await victim.ask('save');
    const before = server.memory();
    for (let i = 0; i < 200; i++) await reader.send('save');
    expect(await slowestOf(50, victim)).toBeLessThan(SLOWEST);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    // 200 replies of 5 MB are 1 GB.
    expect(server.memory() - before).toBeLessThan(3 * 2 ** 27);
    let size = 0;
    for (let i = 0; i < 200; i++) size = ((await reader.receive()).checkpoint as NDArray).size;
    expect(size).toBeGreaterThan(2 ** 22);
    expect(await reader.ask('ping')).toMatchObject({ ok: true });
  });
});

const TILES = JSON.stringify({ type: 'tileCoding', tilings: 8, tiles: 12, low: [-3, -4, -1, -4], high: [3, 4, 1, 4] });
const TD = JSON.stringify({ type: 'td', stepSize: 0.1, lambda: 0.9 });

describe('the end of a connection ends its session', () => {
  it('what a dead teacher had recorded is freed, long before its lease', async () => {
    const server = await serveAgent();
    const other = await greeted(server);
    const teacher = new RawClient(server.endpoint);
    await teacher.hello();
    await teacher.ask('learn', { on: true });
    expect(await other.ask('metrics')).toMatchObject({ learning_clients: 1 });
    teacher.socket.close();
    await expect.poll(async () => (await other.ask('metrics')).learning_clients, { timeout: 30_000 }).toBe(0);
  });

  it('nobody goes on with it by its routing id', async () => {
    const server = await serveAgent();
    const first = new RawClient(server.endpoint, { routingId: 'chosen' });
    await first.hello();
    await first.ask('learn', { on: true });
    first.socket.close();
    // Until ZeroMQ has seen the end of a connection it refuses another with its routing id.
    const other = await greeted(server);
    await expect.poll(async () => (await other.ask('metrics')).learning_clients, { timeout: 30_000 }).toBe(0);
    const second = new RawClient(server.endpoint, { routingId: 'chosen' });
    expect(await second.ask('act', { obs: OBSERVATION })).toMatchObject({ ok: false, error: { code: 'NotGreeted' } });
  });
});
