import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareEndpoint } from '../../src/bridge/server/endpoint.js';
import { folder } from '../support/folder.js';
import { RawClient, refused, serveAgent } from './setup.js';

describe('the path of an ipc socket', () => {
  it('on which a server listens is refused with status 2, and that server goes on', async () => {
    const path = join(folder(), 's');
    const { endpoint } = await serveAgent(undefined, `ipc://${path}`);
    const { status, stderr } = await refused(['--new', 'CartPole-v1', '--bind', `ipc://${path}`]);
    expect(status).toBe(2);
    expect(stderr).toContain(`a server listens on ${path} already`);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(existsSync(path)).toBe(true);
    expect(await new RawClient(endpoint).hello()).toMatchObject({ ok: true });
  });

  it('that a killed server left is taken over', async () => {
    const path = join(folder(), 's');
    const first = await serveAgent(undefined, `ipc://${path}`);
    first.process.kill('SIGKILL');
    await new Promise((resolve) => first.process.once('close', resolve));
    expect(existsSync(path)).toBe(true);
    const { endpoint } = await serveAgent(undefined, `ipc://${path}`);
    expect(await new RawClient(endpoint).hello()).toMatchObject({ ok: true });
  });

  it('in a folder that others could replace is refused, naming that above it', async () => {
    const shared = join(folder(), 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    const own = join(shared, 'own');
    mkdirSync(own, { mode: 0o700 });
    await expect(prepareEndpoint(`ipc://${own}/s`, false)).rejects.toThrow(`${shared}, above the folder ${own}`);
    // With the sticky bit, as /tmp has it, nobody can rename what is not his.
    chmodSync(shared, 0o1777);
    await expect(prepareEndpoint(`ipc://${own}/s`, false)).resolves.toBeUndefined();
  });

  it('in a folder that others can enter is refused without advice to close that folder to them', async () => {
    const shared = join(folder(), 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    const refusal = await prepareEndpoint(`ipc://${shared}/s`, false).catch((error) => error.message);
    expect(refusal).toContain('others could reach the server');
    expect(refusal).not.toContain('chmod');
    expect(refusal).toContain(`ipc://${shared}/mirrorflow-`);
  });
});

it('an IPv6 loopback address is bound, with a free port', async () => {
  const { endpoint } = await serveAgent(undefined, 'tcp://[::1]:*');
  expect(endpoint).toMatch(/^tcp:\/\/\[::1\]:\d+$/);
  expect(await new RawClient(endpoint, { ipv6: true }).hello()).toMatchObject({ ok: true });
});

it.each([
  'tcp://127.0.0.1',
  'tcp://127.0.0.1:',
  'tcp://[::1]',
  'tcp://localhost:abc',
  'tcp://127.0.0.1:99999',
  'tcp://127.0.0.1:0',
  'tcp://:5556',
])('%s is told to lack a host or a port, not to be open to others', async (endpoint) => {
  await expect(prepareEndpoint(endpoint, false)).rejects.toThrow('Expected: tcp://HOST:PORT');
});
