import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Packr } from 'msgpackr';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Router } from 'zeromq';
import {
  Connection,
  decode,
  Env,
  encode,
  findPython,
  type Header,
  startServer,
  VectorEnv,
} from '../../src/bridge/index.js';
import { makeEnv, makeVectorEnv, OWN, rejection } from './setup.js';

/** A socket that answers as told: for what a proper server never does. */
async function answering(answer: (header: Header) => Header | Uint8Array | undefined): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-test-'));
  const router = new Router({ linger: 0 });
  const endpoint = `ipc://${folder}/s`;
  await router.bind(endpoint);
  onTestFinished(() => {
    router.close();
    rmSync(folder, { recursive: true });
  });
  const loop = async () => {
    for await (const [client, ...frames] of router) {
      const header = decode(frames);
      const reply = answer(header);
      if (reply instanceof Uint8Array) await router.send([client!, reply]);
      else if (reply) await router.send([client!, ...encode({ v: 1, id: header.id, ok: true, ...reply })]);
    }
  };
  loop().catch(() => {}); // the test has ended, and its socket with it
  return endpoint;
}

function connect(endpoint: string, options = {}): Connection {
  const connection = new Connection({ endpoint, ...options });
  onTestFinished(() => connection.close());
  return connection;
}

describe('many callers at once (zeromq.js #381, #406, #426, #427, #706)', () => {
  it('a thousand calls on one environment are all answered, in their order', async () => {
    const env = await makeVectorEnv('bridge-test/Counter-v0', { numEnvs: 1, kwargs: { length: 5_000 }, ...OWN });
    await env.reset();
    const results = await Promise.all(Array.from({ length: 1_000 }, (_, i) => env.step([i % 2])));
    expect(results.map(([obs]) => obs.at(0))).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(results.map(([, reward]) => reward[0])).toEqual(Array.from({ length: 1_000 }, (_, i) => i % 2));
  });

  it('no more than maxInFlight are on their way, and the rest wait their turn', async () => {
    const ids: unknown[] = [];
    const endpoint = await answering(({ op, id }) => {
      if (op === 'ping') ids.push(id);
      return ids.length > 10 ? {} : undefined;
    });
    const connection = connect(endpoint, { maxInFlight: 10 });
    const ping = (timeout: number) => connection.request('ping', {}, 'ping', { timeout });
    const unanswered = Array.from({ length: 10 }, () => rejection(ping(300)));
    const last = ping(2_000);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // It is sent when the others are given up.
    expect(await last).toMatchObject({ id: 11 });
    await Promise.all(unanswered);
  });
});

describe('a request that is not answered', () => {
  it('is given up at its deadline, naming server, request and wait (openai/gym #3191, #3273)', async () => {
    const connection = connect(await answering(() => undefined));
    const started = performance.now();
    const error = await rejection(connection.request('step', {}, 'step of Some-v0', { timeout: 200 }));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(error).toMatchObject({ name: 'RequestTimeoutError', request: 'step of Some-v0' });
    expect(error.message).toMatch(/environment server at ipc:.* did not answer step of Some-v0; waited 0\.\d s/);
    expect(error.message).toContain('Expected: an answer within 0.2 s (the option timeout)');
  });

  it('is cancelled on the server, and a late answer to it is dropped', async () => {
    const cancelled: unknown[] = [];
    let late: unknown;
    const endpoint = await answering(({ op, id, target }) => {
      if (op === 'cancel') cancelled.push(target);
      if (op === 'step') late = id;
      return op === 'ping' ? { id: late as number, ok: true } : undefined;
    });
    const connection = connect(endpoint);
    await rejection(connection.request('step', {}, 'step', { timeout: 100 }));
    // The answer to `step` comes now, and nobody minds.
    await rejection(connection.request('ping', {}, 'ping', { timeout: 200 }));
    expect(cancelled).toContain(1);
  });

  it('is given up when its signal aborts, with the signal’s reason', async () => {
    const env = await makeEnv('bridge-test/Trouble-v0', { kwargs: { kind: 'slow' }, ...OWN });
    await env.reset();
    const controller = new AbortController();
    const slow = env.step(1);
    const abandoned = rejection(env.step(0, { signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect((await abandoned).message).toBe('enough');
    expect((await slow)[0]).toBeDefined();
    // It was cancelled while it waited: only one step was made.
    const [obs] = await env.step(0);
    expect(JSON.stringify(obs)).toBe('[2]');
    await expect(env.step(0, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });
});

describe('a server that breaks the protocol', () => {
  it('of another version is a ProtocolMismatchError', async () => {
    const error = await rejection(connect(await answering(() => ({ v: 2 }))).hello());
    expect(error.name).toBe('ProtocolMismatchError');
    expect(error.message).toContain('speaks version 2 of the protocol; this client speaks 1');
  });

  it('refuses a client of another version', async () => {
    const refusal = { ok: false, error: { code: 'ProtocolMismatch', message: 'v is 1, this server speaks 7' } };
    const error = await rejection(connect(await answering(() => refusal)).hello());
    expect(error).toMatchObject({ name: 'ProtocolMismatchError' });
    expect(error.message).toContain('this server speaks 7');
  });

  it('fails the request whose answer cannot be read, and no other', async () => {
    const packr = new Packr({ useRecords: false, variableMapSize: true });
    const endpoint = await answering(({ op, id }) =>
      op === 'step' ? packr.pack({ v: 1, id, ok: true, obs: { $strange: 1 } }) : {},
    );
    const connection = connect(endpoint);
    const [step, ping] = await Promise.allSettled([
      connection.request('step', {}, 'step'),
      connection.request('ping', {}, 'ping'),
    ]);
    expect(step).toMatchObject({ status: 'rejected', reason: { code: 'BadMessage' } });
    expect(ping.status).toBe('fulfilled');
  });

  it('fails everything that is pending when an answer is no message at all', async () => {
    const connection = connect(await answering(() => Buffer.from([0xc1])));
    const error = await rejection(connection.request('step', {}, 'step'));
    expect(error).toMatchObject({ code: 'BadMessage' });
    await expect(connection.request('ping', {}, 'ping')).rejects.toBe(error);
  });
});

describe('a server that runs elsewhere (envpool #300, openai/gym #181)', () => {
  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  function serve(endpoint: string, ...options: string[]): ChildProcess {
    const args = ['-m', 'mirrorflow_bridge', 'serve', '--bind', endpoint, ...options];
    const child = spawn(findPython(), args, { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  it('is used through `connect`, by several clients, and outlives them', async () => {
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    serve(endpoint);
    const [one, many] = await Promise.all([
      Env.connect(endpoint, 'CartPole-v1'),
      VectorEnv.connect(endpoint, 'CartPole-v1', { numEnvs: 4, groups: 2, servers: 2 }),
    ]);
    await Promise.all([one.reset({ seed: 1 }), many.reset({ seed: 1 })]);
    expect(await one.step(1)).toHaveLength(5);
    expect((await many.step([0, 1, 0, 1]))[1]).toEqual(Float64Array.from([1, 1, 1, 1]));
    expect(one.serverInfo.lease).toBeGreaterThan(0);
    await Promise.all([one.close(), many.close()]);
    const again = await Env.connect(endpoint, 'CartPole-v1');
    await again.close();
  });

  it('keeps the environments of an idle client, which pings within its lease', async () => {
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    serve(endpoint, '--lease', '1');
    const env = await Env.connect(endpoint, 'CartPole-v1');
    await env.reset({ seed: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await env.step(1)).toHaveLength(5);
    await env.close();
  });

  it('with CURVE keys talks only to a client whose key it knows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bridge-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const keys = spawn(findPython(), ['-m', 'mirrorflow_bridge', 'keys', '--out', folder], { stdio: 'ignore' });
    await new Promise((resolve) => keys.once('exit', resolve));
    const file = (name: string) => join(folder, `${name}.json`);
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    serve(endpoint, '--curve-secret', file('server.secret'), '--curve-clients', file('client.public'));
    const curve = { server: file('server.public'), client: file('client.secret') };
    const env = await Env.connect(endpoint, 'CartPole-v1', { curve });
    expect(await env.reset({ seed: 1 })).toHaveLength(2);
    await env.close();
    const { public: serverPublicKey } = JSON.parse(readFileSync(curve.server, 'utf8'));
    const { public: clientPublicKey, secret: clientSecretKey } = JSON.parse(readFileSync(curve.client, 'utf8'));
    const direct = { serverPublicKey, clientPublicKey, clientSecretKey };
    await (await Env.connect(endpoint, 'CartPole-v1', { curve: direct })).close();
    // Without keys the server does not answer.
    await expect(Env.connect(endpoint, 'CartPole-v1', { timeout: 500 })).rejects.toMatchObject({
      code: 'RequestTimeout',
    });
  });

  it('with a key that is none says which', async () => {
    const curve = { serverPublicKey: 'short', clientPublicKey: '', clientSecretKey: '' };
    const error = await rejection(Env.connect('tcp://127.0.0.1:1', 'CartPole-v1', { curve }));
    expect(error).toMatchObject({ code: 'BadKeys' });
    expect(error.message).toContain('serverPublicKey is no CURVE key');
    expect(error.message).not.toContain('short');
  });

  it('that is not there is a timeout that names the endpoint', async () => {
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    const error = await rejection(Env.connect(endpoint, 'CartPole-v1', { timeout: 300 }));
    expect(error.message).toContain(`the environment server at ${endpoint} did not answer hello`);
  });
});

it('requests before hello are refused by the server', async () => {
  const server = await startServer();
  onTestFinished(() => server.close());
  expect(server.connection.server!.versions.gymnasium).toMatch(/^\d+\./);
  await expect(server.connection.request('ping', {}, 'ping')).resolves.toMatchObject({ ok: true, envs: 0 });
  await expect(server.connection.request('fly', {}, 'fly')).rejects.toMatchObject({ code: 'UnknownOperation' });
  await expect(server.connection.request('ping', { spped: 1 }, 'ping')).rejects.toMatchObject({ code: 'BadArgument' });
});
