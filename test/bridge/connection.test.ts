import { Packr } from 'msgpackr';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Router } from 'zeromq';
import { Handle } from '../../src/bridge/env/handle.js';
import { Connection, decode, encode, type Header, PROTOCOL_VERSION, startServer } from '../../src/bridge/index.js';
import type { NDArray } from '../../src/spaces/index.js';
import { makeEnv, makeVectorEnv, OWN, rejection, temporaryFolder } from './setup.js';

/** A socket that answers as told: for what a proper server never does. */
async function answering(answer: (header: Header) => Header | Uint8Array | undefined): Promise<string> {
  const folder = temporaryFolder();
  const router = new Router({ linger: 0 });
  const endpoint = `ipc://${folder}/s`;
  await router.bind(endpoint);
  onTestFinished(() => router.close());
  const loop = async () => {
    for await (const [client, ...frames] of router) {
      const header = decode(frames);
      const reply = answer(header);
      if (reply instanceof Uint8Array) await router.send([client!, reply]);
      else if (reply)
        await router.send([client!, ...encode({ v: PROTOCOL_VERSION, id: header.id, ok: true, ...reply })]);
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
    expect(results.map(([obs]) => (obs as NDArray).at(0))).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(results.map(([, reward]) => reward[0])).toEqual(Array.from({ length: 1_000 }, (_, i) => i % 2));
  });

  it('one that fails does not disturb the others, and an array may be used again as soon as it was passed', async () => {
    const options = { numEnvs: 1, kwargs: { kind: 'raise' }, maxInFlight: 2, ...OWN };
    const env = await makeVectorEnv('bridge-test/Trouble-v0', options);
    await env.reset();
    const action = Int32Array.of(0);
    const calls = Array.from({ length: 9 }, (_, i) => {
      action[0] = i === 4 ? 1 : 0;
      return env.step(action).then(
        ([obs]) => (obs as NDArray).at(0),
        (error) => error.exception,
      );
    });
    expect(await Promise.all(calls)).toEqual([1, 2, 3, 4, 'ValueError', 6, 7, 8, 9]);
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

it('a step of many environments is one message, not one an environment (zeromq.js #415)', async () => {
  const server = await startServer();
  onTestFinished(() => server.close());
  const { connection } = server;
  const env = await Handle.make(connection, 'CartPole-v1', 64, {});
  await env.reset({ seed: 1 });
  // Ids are counted up, one a message.
  const { id } = await connection.request('ping', {}, 'ping');
  for (let i = 0; i < 10; i++) await env.step(Int32Array.from({ length: 64 }, () => 1));
  expect((await connection.request('ping', {}, 'ping')).id).toBe((id as number) + 11);
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
    const error = await rejection(connect(await answering(() => ({ v: PROTOCOL_VERSION + 1 }))).hello());
    expect(error.name).toBe('ProtocolMismatchError');
    expect(error.message).toContain(
      `speaks version ${PROTOCOL_VERSION + 1} of the protocol; this client speaks ${PROTOCOL_VERSION}`,
    );
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
      op === 'step' ? packr.pack({ v: PROTOCOL_VERSION, id, ok: true, obs: { $strange: 1 } }) : {},
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

it('an operation or an argument that the server does not know is refused by it', async () => {
  const server = await startServer();
  onTestFinished(() => server.close());
  expect(server.connection.server!.versions.gymnasium).toMatch(/^\d+\./);
  await expect(server.connection.request('ping', {}, 'ping')).resolves.toMatchObject({ ok: true, envs: 0 });
  await expect(server.connection.request('fly', {}, 'fly')).rejects.toMatchObject({ code: 'UnknownOperation' });
  await expect(server.connection.request('ping', { spped: 1 }, 'ping')).rejects.toMatchObject({ code: 'BadArgument' });
});
