import { readdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Router } from 'zeromq';
import { type BridgeError, Connection, type Header, RequestTimeoutError, VectorEnv } from '../../src/bridge/index.js';
import type { NDArray } from '../../src/spaces/index.js';
import { laneBytes } from '../support/laneBytes.js';
import { eventually, makeVectorEnv, OWN, plain, rejection, serve, temporaryFolder } from './setup.js';

/** A message of the lane. */
const message = (header: object, body?: Buffer) => laneBytes(pack(header), body);

/** What came over a way, and how it is answered. */
type Answer = (header: Header, reply: (bytes: Buffer) => void, socket: Socket) => void;

interface Told {
  lane: Answer;
  zeromq?: Answer;
  limits?: object;
  /** Whether it opens lanes; else it closes their connections. */
  opens?: boolean;
}

/** A server written for a test: it greets over ZeroMQ, offers a lane, and answers as told. */
async function serving({ lane, zeromq, limits = {}, opens = true }: Told) {
  const folder = temporaryFolder();
  const seen: [way: string, op: unknown][] = [];
  const router = new Router({ linger: 0 });
  await router.bind(`ipc://${folder}/s`);
  let client: Buffer = Buffer.alloc(0);
  /** Sends the header of a message to the client that greeted last, over ZeroMQ. */
  const send = (bytes: Buffer) => router.send([client, bytes.subarray(8, 8 + bytes.readUInt32LE(0))]);
  const loop = async () => {
    for await (const [identity, frame] of router) {
      client = identity!;
      const header = unpack(frame!) as Header;
      seen.push(['zeromq', header.op]);
      const hello = { server: { name: 'test', version: '1', pid: 1 }, versions: {}, limits, lease: null };
      const offer = { path: `${folder}/s.lane`, token: 'open sesame' };
      if (header.op === 'hello') await send(message({ v: 2, id: header.id, ok: true, ...hello, lane: offer }));
      else zeromq?.(header, send, undefined as never);
    }
  };
  loop().catch(() => {}); // the test has ended, and its socket with it
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 8) {
        const h = rest.readUInt32LE(0);
        const size = 8 + Math.ceil(h / 8) * 8 + rest.readUInt32LE(4);
        if (rest.length < size) return;
        const header = unpack(rest.subarray(8, 8 + h)) as Header;
        rest = rest.subarray(size);
        seen.push(['lane', header.op]);
        if (!opens) socket.destroy();
        else if (header.op === 'lane' && header.token === 'open sesame')
          socket.write(message({ v: 2, id: header.id, ok: true }));
        else lane(header, (bytes) => socket.write(bytes), socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(`${folder}/s.lane`, resolve));
  onTestFinished(() => {
    router.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { endpoint: `ipc://${folder}/s`, seen, sockets, send, stopListening: () => server.close() };
}

async function connect(endpoint: string, options = {}): Promise<Connection> {
  const connection = new Connection({ endpoint, ...options });
  onTestFinished(() => connection.close());
  await connection.hello();
  return connection;
}

const echo: Answer = ({ id, op, ...fields }, reply) => reply(message({ ...fields, v: 2, id, ok: true, op }));

describe('requests of a connection', () => {
  it('take the lane once it is open', async () => {
    const { endpoint, seen } = await serving({ lane: echo });
    const connection = await connect(endpoint);
    expect(connection.transport).toBe('lane');
    const replies = await Promise.all([1, 2, 3].map((x) => connection.request('step', { x }, 'step')));
    expect(replies.map(({ x }) => x)).toEqual([1, 2, 3]);
    expect(seen).toEqual([
      ['zeromq', 'hello'],
      ['lane', 'lane'],
      ['lane', 'step'],
      ['lane', 'step'],
      ['lane', 'step'],
    ]);
  });

  it('take ZeroMQ where it is asked for, or where nobody listens at the lane', async () => {
    const { endpoint, seen } = await serving({ lane: echo, zeromq: echo });
    const connection = await connect(endpoint, { transport: 'zeromq' });
    expect((await connection.request('step', { x: 1 }, 'step')).x).toBe(1);
    expect(connection.transport).toBe('zeromq');
    const alone = await serving({ lane: echo, zeromq: echo });
    alone.stopListening();
    const other = await connect(alone.endpoint);
    expect((await other.request('step', { x: 2 }, 'step')).x).toBe(2);
    expect(other.transport).toBe('zeromq');
    expect([...seen, ...alone.seen].every(([way]) => way === 'zeromq')).toBe(true);
  });

  it('take ZeroMQ where the server does not open the lane', async () => {
    const { endpoint, seen, sockets } = await serving({ lane: echo, zeromq: echo, opens: false });
    const connection = await connect(endpoint);
    expect(connection.transport).toBe('zeromq');
    expect((await connection.request('step', { x: 1 }, 'step')).x).toBe(1);
    expect(seen.map(([way]) => way)).toEqual(['zeromq', 'lane', 'zeromq']);
    await eventually(() => sockets.every((socket) => socket.destroyed));
  });

  it('that are larger than a body take ZeroMQ, in their turn', async () => {
    const order: unknown[] = [];
    const late: Answer = (header, reply) => {
      order.push(header.x);
      setTimeout(() => echo(header, reply, undefined as never), 20);
    };
    const limits = { max_frame_bytes: 64 };
    const { endpoint, seen } = await serving({
      lane: late,
      zeromq: (header, reply) => late({ ...header, a: 0, b: 0 }, reply, undefined as never),
      limits,
    });
    const connection = await connect(endpoint);
    const big = { a: new Float64Array(5), b: new Float64Array(5) };
    await Promise.all([
      connection.request('step', { x: 1 }, 'step'),
      connection.request('step', { x: 2, ...big }, 'step'),
      connection.request('step', { x: 3 }, 'step'),
    ]);
    expect(order).toEqual([1, 2, 3]);
    expect(seen.map(([way]) => way)).toEqual(['zeromq', 'lane', 'lane', 'zeromq', 'lane']);
  });

  it('are answered over ZeroMQ where the lane says so', async () => {
    const server = await serving({
      lane: ({ id }, reply) => {
        reply(message({ v: 2, id, ok: true, elsewhere: true }));
        server.send(message({ v: 2, id, ok: true, x: 'over ZeroMQ' }));
      },
    });
    const connection = await connect(server.endpoint);
    for (let i = 0; i < 3; i++) expect((await connection.request('step', {}, 'step')).x).toBe('over ZeroMQ');
    expect(connection.transport).toBe('lane');
  });

  it('that are late are given up, and cancelled on the way that they took', async () => {
    const targets: unknown[] = [];
    const { endpoint } = await serving({
      lane: ({ op, target }) => {
        if (op === 'cancel') targets.push(target);
      },
    });
    const connection = await connect(endpoint);
    const error = await rejection<RequestTimeoutError>(connection.request('step', {}, 'step of X', { timeout: 100 }));
    expect(error).toBeInstanceOf(RequestTimeoutError);
    expect(error.message).toContain('step of X');
    const controller = new AbortController();
    const aborted = connection.request('step', {}, 'step', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    // hello is 1 and the opening 2.
    await eventually(() => targets.length === 2);
    expect(targets).toEqual([3, 5]);
    expect(connection.isBusy).toBe(true);
  });

  it('that a lane takes with it when it ends are lost, and those after them take ZeroMQ', async () => {
    const { endpoint } = await serving({
      lane: ({ x, ...rest }, reply, socket) => (x === 'end' ? socket.destroy() : echo({ x, ...rest }, reply, socket)),
      zeromq: echo,
    });
    const connection = await connect(endpoint);
    expect((await connection.request('step', { x: 1 }, 'step')).x).toBe(1);
    const lost = await Promise.all([
      rejection<BridgeError>(connection.request('step', { x: 'end' }, 'step of X')),
      rejection<BridgeError>(connection.request('step', { x: 2 }, 'step of Y')),
    ]);
    expect(lost.map(({ code }) => code)).toEqual(['ConnectionLost', 'ConnectionLost']);
    expect(lost[0].message).toContain('step of X');
    expect(connection.transport).toBe('zeromq');
    expect((await connection.request('step', { x: 3 }, 'step')).x).toBe(3);
  });

  it('fail by name where a server breaks the rules of the lane', async () => {
    const broken = [
      [Buffer.from([0, 0, 0, 0, 0, 0, 0, 0]), 'BadMessage', /header of 0/],
      [Buffer.from([1, 0, 0, 0, 4, 0, 0, 0]), 'BadMessage', /body of 4/],
      [Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]), 'LimitExceeded', /max_header_bytes/],
      [Buffer.from([1, 0, 0, 0, 0, 0, 0, 255]), 'LimitExceeded', /max_frame_bytes/],
      [message({ v: 2, id: 0, ok: false, error: { code: 'BadMessage', message: 'what?' } }), 'BadMessage', /what\?/],
      [message({ v: 3, id: 3, ok: true }), 'ProtocolMismatch', /version 3/],
    ] as const;
    for (const [bytes, code, text] of broken) {
      const { endpoint } = await serving({ lane: (_, reply) => reply(bytes) });
      const connection = await connect(endpoint);
      const error = await rejection<BridgeError>(connection.request('step', {}, 'step'));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(text);
      expect(connection.failed).toBe(error);
    }
  });

  it('of which one is answered with nonsense leave the others as they are', async () => {
    const { endpoint } = await serving({
      lane: (header, reply) =>
        header.x === 1
          ? reply(
              message(
                { v: 2, id: header.id, ok: true, obs: { $nd: 0, dtype: '<f8', shape: [9], at: 0 } },
                Buffer.alloc(8),
              ),
            )
          : echo(header, reply, undefined as never),
    });
    const connection = await connect(endpoint);
    const [bad, good] = await Promise.allSettled([1, 2].map((x) => connection.request('step', { x }, 'step')));
    expect((bad as PromiseRejectedResult).reason.code).toBe('BadMessage');
    expect((good as PromiseFulfilledResult<Header>).value.x).toBe(2);
    expect(connection.transport).toBe('lane');
  });
});

it('what a reply brought stays as it is while others come, and large ones come whole', async () => {
  const body = (x: number, bytes: number) => Buffer.alloc(bytes, x);
  const { endpoint } = await serving({
    lane: ({ id, x, bytes }, reply) => {
      const obs = { $nd: 0, dtype: '|u1', shape: [bytes], at: 0 };
      const whole = message({ v: 2, id, ok: true, obs }, body(x as number, bytes as number));
      // In two pieces, so that it is cut somewhere else each time.
      const cut = Math.floor((whole.length * (x as number)) / 256);
      reply(whole.subarray(0, cut));
      reply(whole.subarray(cut));
    },
  });
  const connection = await connect(endpoint);
  const asked = Array.from({ length: 200 }, (_, x) => ({ x, bytes: x % 20 === 0 ? 2_000_000 + 8 * x : 8 * x + 8 }));
  const replies = await Promise.all(asked.map((fields) => connection.request('step', fields, 'step')));
  replies.forEach(({ obs }, i) => {
    const { x, bytes } = asked[i];
    expect(Buffer.compare((obs as NDArray).data as Uint8Array, body(x, bytes))).toBe(0);
  });
});

describe('a real server', () => {
  it('gives the same values over the lane as over ZeroMQ, to the bit', async () => {
    const run = async (transport: 'auto' | 'zeromq') => {
      const env = await makeVectorEnv('bridge-test/Nested-v0', { numEnvs: 3, transport, ...OWN });
      expect(env.transport).toBe(transport === 'auto' ? 'lane' : 'zeromq');
      const values: unknown[] = [plain(await env.reset({ seed: 5 }))];
      for (let t = 0; t < 30; t++) values.push(plain(await env.step(Int32Array.of(t % 2, 1, 0))));
      return [...values, plain(await env.reset({ mask: [true, false, true] }))];
    };
    expect(await run('auto')).toEqual(await run('zeromq'));
  });

  it('sends what is larger than a body over ZeroMQ, each reply to its request', async () => {
    const folder = temporaryFolder();
    const endpoint = `ipc://${folder}/s`;
    // A reply of 300 has no array of as many bytes, but more in all of them.
    serve(endpoint, '--allow-module', 'bridge_test_envs', '--allow-env', '*', '--max-frame-bytes', '4096');
    const options = { numEnvs: 300, imports: OWN.imports };
    const connected = await VectorEnv.connect(endpoint, 'bridge-test/Nested-v0', options);
    onTestFinished(() => connected.close());
    expect(connected.transport).toBe('lane');
    const own = await makeVectorEnv('bridge-test/Nested-v0', { numEnvs: 300, transport: 'zeromq', ...OWN });
    const act = async (env: VectorEnv) => {
      const actions = (t: number) => Int32Array.from({ length: 300 }, (_, i) => (t + i) % 2);
      const begun = plain(await env.reset({ seed: 1 }));
      return [begun, ...(plain(await Promise.all([0, 1].map((t) => env.step(actions(t))))) as unknown[])];
    };
    expect(await act(connected)).toEqual(await act(own));
  });

  it('of which nothing is left has its sockets removed', async () => {
    const folder = temporaryFolder();
    const child = serve(`ipc://${folder}/s`);
    await eventually(() => readdirSync(folder).length === 2);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(readdirSync(folder)).toEqual([]);
  });
});
