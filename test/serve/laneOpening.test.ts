import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder } from '../support/folder.js';
import { message, offerTo, opened, RawLane, request, serving } from './rawLane.js';
import { RawClient, serveAgent } from './setup.js';

const refusal = (words: string) => ({
  ok: false,
  error: { code: 'BadArgument', message: expect.stringContaining(words) },
});

describe('the token of a lane', () => {
  it('opens it for the client whose hello had it', async () => {
    const { endpoint, sessions } = await serving();
    const { client, lane } = await opened(endpoint);
    expect(await lane.ask('echo', { x: 1 })).toMatchObject({ ok: true, x: 1 });
    expect(await client.ask('echo', { x: 2 })).toMatchObject({ ok: true, x: 2 });
    expect(sessions).toHaveLength(1);
  });

  it('is valid once, and no more after another hello; that of another client does not change', async () => {
    const { endpoint } = await serving();
    const { client, offer } = await opened(endpoint);
    const again = new RawLane(offer.path);
    expect(await again.ask('lane', { token: offer.token })).toMatchObject(refusal('the token is not valid'));
    expect(await again.message()).toBeNull();
    const other = await offerTo(new RawClient(endpoint));
    const old = await offerTo(client);
    const current = await offerTo(client);
    expect(new Set([offer.token, other.token, old.token, current.token]).size).toBe(4);
    expect(await new RawLane(offer.path).ask('lane', { token: old.token })).toMatchObject({ ok: false });
    expect(await new RawLane(offer.path).ask('lane', { token: current.token })).toMatchObject({ ok: true });
    expect(await new RawLane(offer.path).ask('lane', { token: other.token })).toMatchObject({ ok: true });
  });

  it('is not valid after its client has gone', async () => {
    const { endpoint, sessions } = await serving();
    const client = new RawClient(endpoint);
    const { path, token } = await offerTo(client);
    client.socket.close();
    await expect.poll(() => sessions[0].isOpen).toBe(false);
    expect(await new RawLane(path).ask('lane', { token })).toMatchObject({ ok: false });
  });

  it('opens a lane in place of the one before, which is closed', async () => {
    const { endpoint } = await serving();
    const { client, lane, offer } = await opened(endpoint);
    const { token } = await offerTo(client);
    expect(await lane.ask('echo', { x: 1 })).toMatchObject({ x: 1 });
    const next = new RawLane(offer.path);
    expect(await next.ask('lane', { token })).toMatchObject({ ok: true });
    expect(await lane.message()).toBeNull();
    expect(await next.ask('echo', { x: 2 })).toMatchObject({ x: 2 });
  });
});

describe('a connection that does not open its lane', () => {
  it.each<[string, (token: string) => Buffer, object]>([
    ['another first message', () => request(5, 'echo'), { id: 5, ...refusal('the first message of a lane') }],
    ['a wrong token', () => request(5, 'lane', { token: 'x' }), { id: 5, ...refusal('not valid') }],
    ['a token that is no text', () => request(5, 'lane', { token: 1 }), { id: 5, ...refusal('wrong arguments') }],
    ['no token', () => request(5, 'lane'), { id: 5, ...refusal('wrong arguments') }],
    ['one argument more', (token) => request(5, 'lane', { token, x: 1 }), { id: 5, ...refusal('wrong arguments') }],
    [
      'another version',
      (token) => message({ v: 1, id: 5, op: 'lane', token }),
      { id: 5, ok: false, error: { code: 'ProtocolMismatch' } },
    ],
    ['no msgpack', () => Buffer.from('GET / HTTP/1.1\r\n\r\n'), { id: 0, ok: false }],
    [
      'a header of 4,097 bytes',
      (token) => request(5, 'lane', { token, x: 'x'.repeat(4_097) }),
      { id: 0, ok: false, error: { code: 'LimitExceeded' } },
    ],
    [
      'a body',
      (token) => request(5, 'lane', { token }, Buffer.alloc(8)),
      { id: 0, ok: false, error: { code: 'LimitExceeded' } },
    ],
  ])('is told and closed: %s', async (_, first, answer) => {
    const { endpoint } = await serving();
    const client = new RawClient(endpoint);
    const { path, token } = await offerTo(client);
    const lane = new RawLane(path);
    // Nothing of what comes behind it is carried out.
    lane.socket.write(Buffer.concat([first(token), request(6, 'lane', { token }), request(7, 'echo')]));
    expect(await lane.header()).toMatchObject(answer);
    expect(await lane.message()).toBeNull();
    expect(await client.ask('echo', { x: 1 })).toMatchObject({ x: 1 });
  });

  it('is closed after some seconds, also while bytes of a message come', async () => {
    const { endpoint } = await serving();
    const { path, token } = await offerTo(new RawClient(endpoint));
    const [silent, slow] = [new RawLane(path), new RawLane(path)];
    const bytes = request(1, 'lane', { token });
    let sent = 0;
    const timer = setInterval(() => slow.socket.write(bytes.subarray(sent, ++sent)), 300);
    onTestFinished(() => clearInterval(timer));
    expect(await Promise.all([silent.message(), slow.message()])).toEqual([null, null]);
    expect(await new RawLane(path).ask('lane', { token })).toMatchObject({ ok: true });
  }, 30_000);

  it('is refused where 64 wait already, and taken again when one of them has gone', async () => {
    const { endpoint } = await serving();
    const { path, token } = await offerTo(new RawClient(endpoint));
    const waiting = Array.from({ length: 64 }, () => new RawLane(path));
    await Promise.all(waiting.map(({ socket }) => once(socket, 'connect')));
    expect(await new RawLane(path).message()).toBeNull();
    waiting[0].socket.destroy();
    await expect.poll(() => new RawLane(path).ask('lane', { token })).toMatchObject({ ok: true });
  });
});

describe('the file of the lane', () => {
  it("is in the endpoint's folder, for this user, and removed with the server", async () => {
    const path = join(folder(), 's');
    const server = await serveAgent(undefined, `ipc://${path}`);
    const { lane, offer } = await opened(server.endpoint);
    expect(offer.path).toBe(`${path}.lane`);
    expect(statSync(offer.path).mode & 0o777).toBe(0o600);
    server.process.kill('SIGTERM');
    expect(await lane.message()).toBeNull();
    expect(await once(server.process, 'close')).toEqual([0, null]);
    expect(existsSync(offer.path)).toBe(false);
  });

  it('that a killed server left is taken over', async () => {
    const path = join(folder(), 's');
    const first = await serveAgent(undefined, `ipc://${path}`);
    first.process.kill('SIGKILL');
    await once(first.process, 'close');
    expect(existsSync(`${path}.lane`)).toBe(true);
    await opened((await serveAgent(undefined, `ipc://${path}`)).endpoint);
  });

  it.each<[string, (lane: string) => Promise<() => void>]>([
    [
      'a socket on which somebody listens',
      async (lane) => {
        const other = createServer().listen(lane);
        onTestFinished(() => void other.close());
        await once(other, 'listening');
        return () => expect(other.listening && existsSync(lane)).toBe(true);
      },
    ],
    [
      'a file',
      async (lane) => {
        writeFileSync(lane, 'kept');
        return () => expect(readFileSync(lane, 'utf8')).toBe('kept');
      },
    ],
  ])('is not made in the place of %s; then no lane is offered', async (_, make) => {
    const path = join(folder(), 's');
    const check = await make(`${path}.lane`);
    const client = new RawClient((await serveAgent(undefined, `ipc://${path}`)).endpoint);
    expect(await client.hello()).toMatchObject({ ok: true, lane: null });
    check();
  });

  it('is not made where its path would be too long, nor for tcp', async () => {
    const parent = folder();
    const long = join(parent, 'x'.repeat(95 - parent.length));
    mkdirSync(long, { mode: 0o700 });
    for (const endpoint of [`ipc://${long}/ss`, 'tcp://127.0.0.1:*']) {
      const client = new RawClient((await serveAgent(undefined, endpoint)).endpoint);
      expect(await client.hello()).toMatchObject({ ok: true, lane: null });
    }
    const client = new RawClient((await serveAgent(undefined, `ipc://${long}/s`)).endpoint);
    expect((await offerTo(client)).path).toHaveLength(103);
  });
});
