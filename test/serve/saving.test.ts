import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NDArray } from '../../src/spaces/index.js';
import { folder } from '../support/folder.js';
import { RawClient, refused, serveAgent } from './setup.js';

/** Lets the agent record a transition, so that there is something to save. */
async function teach(client: RawClient): Promise<void> {
  const obs = new NDArray(new Float32Array(4), [1, 4], 'float32');
  await client.ask('learn', { on: true });
  await client.ask('act', { obs, num_envs: 1, learn: true });
  const flag = new NDArray(new Uint8Array(1), [1], 'bool');
  const reply = await client.ask('observe', { obs, reward: new Float64Array(1), terminated: flag, truncated: flag });
  expect(reply).toMatchObject({ ok: true, steps: 1 });
}

/** A server whose agent has something to save, and a file in the way of the folder it saves to. */
async function cannotSave() {
  const out = join(folder(), 'out');
  const server = await serveAgent(['--new', 'CartPole-v1', '--out', out]);
  const client = new RawClient(server.endpoint);
  await client.hello();
  // A file in the way stops root, too, whom no mode stops.
  rmSync(out, { recursive: true });
  writeFileSync(out, '');
  await teach(client);
  return { out, server, client };
}

describe('where the checkpoint goes', () => {
  it('a file in the place of the folder is refused at the start', async () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    const { status, stderr } = await refused(['--new', 'CartPole-v1', '--out', path, '--bind', 'tcp://127.0.0.1:*']);
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`^ConfigError: --out names the file ${path}; expected a folder`));
  });

  it('what cannot be saved is told, serving goes on, and it is saved once it can be', async () => {
    const { out, server, client } = await cannotSave();
    await expect
      .poll(() => server.stderr(), { timeout: 45_000 })
      .toContain('not saved, tried again in a while: the checkpoint');
    expect(server.stderr()).not.toMatch(/^ {4}at /m);
    expect(await client.ask('ping')).toMatchObject({ ok: true });
    rmSync(out);
    await expect.poll(() => existsSync(join(out, 'checkpoint.mf')), { timeout: 45_000 }).toBe(true);
  });

  it('what cannot be saved at the end is one sentence, and status 1', async () => {
    const { server } = await cannotSave();
    server.process.kill('SIGTERM');
    const status = await new Promise((resolve) => server.process.once('close', resolve));
    expect(status).toBe(1);
    expect(server.stderr()).toMatch(/^CheckpointError: the checkpoint .* cannot be written: /m);
    expect(server.stderr()).not.toMatch(/^ {4}at /m);
  });
});

it('a folder in which another server writes is refused, naming that process', async () => {
  const out = join(folder(), 'out');
  const server = await serveAgent(['--new', 'CartPole-v1', '--out', out]);
  const { status, stderr } = await refused(['--new', 'CartPole-v1', '--out', out, '--bind', 'tcp://127.0.0.1:*']);
  expect(status).toBe(2);
  expect(stderr).toMatch(new RegExp(`^ConfigError: .*${out}.*process ${server.process.pid}`));
});

describe('keys that are none', () => {
  it.each(['?'.repeat(39), '#'.repeat(40), `${'a'.repeat(39)}"`, `${'a'.repeat(39)}~`])(
    'a secret of the characters %s is refused without being shown',
    async (secret) => {
      const dir = folder();
      const path = join(dir, 'server.secret.json');
      writeFileSync(path, JSON.stringify({ public: 'a'.repeat(40), secret }), { mode: 0o600 });
      chmodSync(path, 0o600);
      mkdirSync(join(dir, 'clients'));
      writeFileSync(join(dir, 'clients', 'c.public.json'), JSON.stringify({ public: 'a'.repeat(40) }));
      const { status, stderr } = await refused([
        '--new',
        'CartPole-v1',
        '--bind',
        'tcp://127.0.0.1:*',
        '--curve-secret',
        path,
        '--curve-clients',
        join(dir, 'clients'),
      ]);
      expect(status).toBe(2);
      expect(stderr).toContain(`secret in ${path} is no CURVE key`);
      expect(stderr).not.toContain(secret);
    },
  );

  it('a file that is no JSON is not shown either', async () => {
    const path = join(folder(), 'server.secret.json');
    writeFileSync(path, 'the-secret', { mode: 0o600 });
    const { status, stderr } = await refused([
      '--new',
      'CartPole-v1',
      '--bind',
      'tcp://127.0.0.1:*',
      '--curve-secret',
      path,
      '--curve-clients',
      path,
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${path} is not JSON`);
    expect(stderr).not.toContain('the-secret');
  });
});
