import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Dealer, Router } from 'zeromq';
import type { VectorConnectOptions } from '../../src/bridge/env/options.js';
import {
  type BridgeError,
  decode,
  Env,
  encode,
  findPython,
  PROTOCOL_VERSION,
  type RestartEvent,
  VectorEnv,
} from '../../src/bridge/index.js';
import { NDArray } from '../../src/spaces/index.js';
import { freeEndpoint, makeVectorEnv, OWN, rejection, serve, temporaryFolder } from './setup.js';

const ID = 'CartPole-v1';

/** `VectorEnv.connect`, closed when the test ends. */
async function connect(endpoint: string, options: Partial<VectorConnectOptions> = {}): Promise<VectorEnv> {
  const env = await VectorEnv.connect(endpoint, ID, { numEnvs: 2, ...options });
  onTestFinished(() => env.close());
  return env;
}

/** Ends a server. */
async function stop(server: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await exit;
}

/** Lets the time pass without Node's event loop, as a long computation does. */
function compute(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a server that runs elsewhere (envpool #300, openai/gym #181)', () => {
  it('is used through `connect`, by several clients, and outlives them', async () => {
    const endpoint = await freeEndpoint();
    serve(endpoint);
    const [one, many] = await Promise.all([
      Env.connect(endpoint, ID),
      VectorEnv.connect(endpoint, ID, { numEnvs: 4, groups: 2, servers: 2 }),
    ]);
    await Promise.all([one.reset({ seed: 1 }), many.reset({ seed: 1 })]);
    expect(await one.step(1)).toHaveLength(5);
    expect((await many.step([0, 1, 0, 1]))[1]).toEqual(Float64Array.from([1, 1, 1, 1]));
    expect(one.serverInfo.lease).toBeGreaterThan(0);
    await Promise.all([one.close(), many.close()]);
    const again = await Env.connect(endpoint, ID);
    await again.close();
  });

  it('gives the same episodes as a server of our own', async () => {
    const endpoint = await freeEndpoint();
    serve(endpoint);
    const [remote, own] = await Promise.all([connect(endpoint), makeVectorEnv(ID, { numEnvs: 2 })]);
    expect(await remote.reset({ seed: 3 })).toEqual(await own.reset({ seed: 3 }));
    for (let i = 0; i < 30; i++) expect(await remote.step([i % 2, 1])).toEqual(await own.step([i % 2, 1]));
  });

  it('that is not there is a timeout that names the endpoint', async () => {
    const endpoint = await freeEndpoint();
    const error = await rejection(Env.connect(endpoint, ID, { timeout: 300 }));
    expect(error.message).toContain(`the environment server at ${endpoint} did not answer hello`);
  });

  it('of another version refuses, with both versions in the error', async () => {
    const endpoint = await freeEndpoint();
    serve(endpoint);
    const socket = new Dealer({ linger: 0, receiveTimeout: 20_000 });
    onTestFinished(() => socket.close());
    socket.connect(endpoint);
    await socket.send(
      encode({ v: PROTOCOL_VERSION + 1, id: 1, op: 'hello', client: { name: 'newer', version: '9.0.0' } }),
    );
    const { error } = decode(await socket.receive());
    expect(error).toMatchObject({
      code: 'ProtocolMismatch',
      message: `The client speaks protocol version ${PROTOCOL_VERSION + 1}, this server version ${PROTOCOL_VERSION}.`,
    });
  });
});

describe('with CURVE keys', () => {
  /** A server with keys of its own and those of one client. */
  async function serveWithKeys() {
    const folder = temporaryFolder();
    for (const name of ['', 'others']) {
      spawnSync(findPython(), ['-m', 'mirrorflow_bridge', 'keys', '--out', join(folder, name)]);
    }
    const file = (name: string) => join(folder, `${name}.json`);
    const endpoint = await freeEndpoint();
    serve(endpoint, '--curve-secret', file('server.secret'), '--curve-clients', file('client.public'));
    return { endpoint, file };
  }

  it('a server talks to a client whose key it knows, given as files or as text', async () => {
    const { endpoint, file } = await serveWithKeys();
    const curve = { server: file('server.public'), client: file('client.secret') };
    const env = await connect(endpoint, { curve });
    expect(await env.reset({ seed: 1 })).toHaveLength(2);
    expect(await env.step([0, 1])).toHaveLength(5);
    const { public: serverPublicKey } = JSON.parse(readFileSync(curve.server, 'utf8'));
    const { public: clientPublicKey, secret: clientSecretKey } = JSON.parse(readFileSync(curve.client, 'utf8'));
    await connect(endpoint, { curve: { serverPublicKey, clientPublicKey, clientSecretKey } });
  });

  it('a server is silent to no key, an unknown one, or one for another server: an error in time that says so', async () => {
    const { endpoint, file } = await serveWithKeys();
    // Until it runs, its silence says nothing.
    await connect(endpoint, { curve: { server: file('server.public'), client: file('client.secret') } });
    const wrong = [
      undefined,
      { server: file('server.public'), client: file('others/client.secret') },
      { server: file('others/server.public'), client: file('client.secret') },
    ];
    const started = performance.now();
    const errors = await Promise.all(wrong.map((curve) => rejection(connect(endpoint, { curve, timeout: 500 }))));
    expect(performance.now() - started).toBeLessThan(2_000);
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'RequestTimeoutError', request: 'hello' });
      expect(error.message).toContain(endpoint);
      expect(error.message).toContain('that the keys fit');
    }
  });

  it('a key that is none is named, and not shown', async () => {
    const curve = { serverPublicKey: 'short', clientPublicKey: '', clientSecretKey: '' };
    const error = await rejection(connect('tcp://127.0.0.1:1', { curve }));
    expect(error).toMatchObject({ code: 'BadKeys' });
    expect(error.message).toContain('serverPublicKey is no CURVE key');
    expect(error.message).not.toContain('short');
  });
});

describe('a lease', () => {
  it('does not run out while the client is idle, since it pings', async () => {
    const endpoint = await freeEndpoint();
    serve(endpoint, '--lease', '1');
    const env = await connect(endpoint);
    await env.reset({ seed: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await env.step([1, 1])).toHaveLength(5);
  });

  it('that ran out is an error that says so', async () => {
    const endpoint = await freeEndpoint();
    serve(endpoint, '--lease', '0.3');
    const env = await connect(endpoint);
    await env.reset({ seed: 1 });
    compute(1_500);
    const error = await rejection(env.step([1, 1]));
    expect(error).toMatchObject({ name: 'ServerError', code: 'NotGreeted' });
    expect(error.message).toContain('its lease ran out');
  });

  it('that ran out is made good with restart: true', async () => {
    const endpoint = await freeEndpoint();
    serve(endpoint, '--lease', '0.3');
    const env = await connect(endpoint, { restart: true });
    await env.reset({ seed: 1 });
    compute(1_500);
    const [, , , truncated, info] = await env.step([1, 1]);
    expect([...truncated]).toEqual([1, 1]);
    expect(info.restarted).toEqual(Uint8Array.from([1, 1]));
    expect(await env.step([1, 1])).toHaveLength(5);
  });
});

it('a reply within the limits that the server was given is taken, though they are wider than the usual ones', async () => {
  const endpoint = await freeEndpoint();
  serve(endpoint, '--max-frames', '4096', '--allow-module', 'bridge_test_envs', '--allow-env', '*');
  const array = (i: number) => [`${i}`, ['array', { values: [i], dtype: 'int8' }]];
  const kwargs = { recipes: [['dict', Array.from({ length: 1_500 }, (_, i) => array(i % 100).with(0, `${i}`))]] };
  const env = await Env.connect(endpoint, 'bridge-test/Infos-v0', { kwargs, imports: OWN.imports });
  onTestFinished(() => env.close());
  const [, info] = await env.reset({ seed: 0 });
  expect(Object.keys(info)).toHaveLength(1_500);
  expect(info[1_499]).toEqual(NDArray.from([99], 'int8'));
});

describe('a server elsewhere that is killed', () => {
  const TROUBLE = 'bridge-test/Trouble-v0';
  const own = (kwargs: Record<string, unknown>) => ({ kwargs, imports: OWN.imports, timeout: 300_000 });

  it('is noticed at once: calls on their way and calls that wait end with ConnectionLost', async () => {
    const endpoint = await freeEndpoint();
    const server = serve(endpoint, '--allow-module', 'bridge_test_envs', '--allow-env', '*');
    const env = await Env.connect(endpoint, TROUBLE, { ...own({ kind: 'slow' }), maxInFlight: 2 });
    onTestFinished(() => env.close());
    await env.reset();
    const calls = Array.from({ length: 4 }, () => rejection(env.step(1)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stop(server);
    // Within this test's time, where the calls have five minutes.
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ name: 'BridgeError', code: 'ConnectionLost' });
      expect(error.message).toContain(`the connection to the environment server at ${endpoint} broke during step of`);
    }
  });

  it('is waited for with restart: true, also where it ends again in its start', async () => {
    const endpoint = await freeEndpoint();
    const allow = ['--allow-module', 'bridge_test_envs', '--allow-env', '*'];
    const first = serve(endpoint, ...allow);
    const options = { ...own({ kind: 'slow' }), numEnvs: 2, restart: true };
    const env = await VectorEnv.connect(endpoint, TROUBLE, options);
    onTestFinished(() => env.close());
    await env.reset();
    const step = env.step([1, 1]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await stop(first);
    // A server that greets nobody: the connection stands, and breaks.
    const router = new Router({ linger: 0 });
    await router.bind(endpoint);
    await router.receive();
    router.close();
    serve(endpoint, ...allow);
    const [, , , truncated, info] = await step;
    expect([...truncated]).toEqual([1, 1]);
    expect(info.restarted).toEqual(Uint8Array.from([1, 1]));
    expect(await env.step([0, 0])).toHaveLength(5);
  });

  it('is tried again by the next call where it was not back in time', async () => {
    const endpoint = await freeEndpoint();
    const first = serve(endpoint);
    // A server may take longer than the timeout until it runs.
    const isThere = () => Env.connect(endpoint, ID).then((other) => other.close());
    await isThere();
    const env = await connect(endpoint, { restart: true, timeout: 2_000 });
    await env.reset({ seed: 1 });
    await stop(first);
    await expect(env.step([1, 1])).rejects.toMatchObject({ name: 'RequestTimeoutError' });
    serve(endpoint);
    await isThere();
    expect((await env.step([1, 1]))[4].restarted).toEqual(Uint8Array.from([1, 1]));
  });
});

describe('a server that is stopped and started again at the same endpoint', () => {
  it('is found again by the connection, and says that it does not know its client', async () => {
    const endpoint = await freeEndpoint();
    const first = serve(endpoint);
    const env = await connect(endpoint);
    await env.reset({ seed: 1 });
    await stop(first);
    serve(endpoint);
    // ZeroMQ may tell of the end before this step is sent, or after: then it is lost.
    const { code } = await rejection<BridgeError>(env.step([1, 1], { timeout: 20_000 }));
    expect(['ConnectionLost', 'NotGreeted']).toContain(code);
    await expect(env.step([1, 1], { timeout: 20_000 })).rejects.toMatchObject({ code: 'NotGreeted' });
  });

  it('goes on with restart: true; the lost step is marked', async () => {
    const endpoint = await freeEndpoint();
    const events: RestartEvent[] = [];
    const first = serve(endpoint);
    const env = await connect(endpoint, { restart: true, timeout: 20_000, onRestart: (event) => events.push(event) });
    await env.reset({ seed: 1 });
    await env.step([1, 1]);
    await stop(first);
    serve(endpoint);
    const [, , , truncated, info] = await env.step([1, 1]);
    expect([...truncated]).toEqual([1, 1]);
    expect(info.restarted).toEqual(Uint8Array.from([1, 1]));
    expect(events).toHaveLength(1);
    expect(await env.step([1, 1])).toHaveLength(5);
    expect((await env.step([1, 1]))[1]).toEqual(Float64Array.from([1, 1]));
  });
});
