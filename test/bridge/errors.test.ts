import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Env, findPython, type ServerError, type ServerStartError, VectorEnv } from '../../src/bridge/index.js';
import { eventually, isAlive, makeEnv, makeVectorEnv, OWN, rejection, temporaryFolder } from './setup.js';

/** A program in place of Python. */
function program(script: string): string {
  const path = join(temporaryFolder(), 'python');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('a server that cannot be started', () => {
  const start = (python: string) =>
    rejection<ServerStartError>(Env.make('CartPole-v1', { python, onStderr: () => {} }));

  it('says which Python was not found and how to name one', async () => {
    const temporary = temporaryFolder();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const error = await start('/nowhere/python');
    expect(error).toMatchObject({ name: 'ServerStartError', code: 'PythonNotFound' });
    expect(error.message).toContain("cannot run the Python '/nowhere/python' (ENOENT)");
    expect(error.remedy).toContain('MIRRORFLOW_PYTHON');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('says that the Python is too old', async () => {
    const error = await start(program('case "$1" in -c) echo 3.8;; *) exit 1;; esac'));
    expect(error.code).toBe('PythonTooOld');
    expect(error.message).toMatch(/is Python 3\.8\.\nExpected: Python 3\.10 or newer/);
  });

  it('names the missing mirrorflow_bridge and how to install it', async () => {
    // -S: without the installed packages.
    const error = await start(program(`exec '${findPython()}' -I -S "$@"`));
    expect(error.code).toBe('MissingPackage');
    expect(error.message).toContain('has no Python package mirrorflow_bridge');
    expect(error.remedy).toContain('pip install');
    expect(error.remedy).toContain('npm start -- doctor');
  });

  it('names any other missing package', async () => {
    const error = await start(
      program('case "$1" in -c) echo 3.12;; *) echo "No module named \'zmq\'" >&2; exit 1;; esac'),
    );
    expect(error).toMatchObject({ code: 'MissingPackage', exitStatus: { code: 1 } });
    expect(error.remedy).toContain('-m pip install zmq');
  });

  it('gives the exit status and the last words of anything else', async () => {
    const error = await start(program('echo "no space left" >&2; exit 7'));
    expect(error).toMatchObject({ code: 'ExitedAtStart', exitStatus: { code: 7, signal: null } });
    expect(error.stderrTail).toEqual(['no space left']);
    expect(error.message).toContain('ended with exit status 7 before it answered');
  });

  it('is given up when Python hangs, with its last words, and leaves nothing behind', async () => {
    const [temporary, site] = [temporaryFolder(), temporaryFolder()];
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const hang = 'import sys, time\nprint("waiting for a licence", file=sys.stderr, flush=True)\ntime.sleep(600)\n';
    writeFileSync(join(site, 'sitecustomize.py'), hang);
    const options = { startTimeout: 5_000, env: { PYTHONPATH: site }, onStderr: () => {} };
    const error = await rejection<ServerStartError>(Env.make('CartPole-v1', options));
    expect(error).toMatchObject({ code: 'StartTimeout', stderrTail: ['waiting for a licence'] });
    expect(error.message).toMatch(/did not answer within 5(\.0)? s of its start/);
    expect(error.remedy).toContain('startTimeout');
    const pid = Number(/pid (\d+)/.exec(error.message)![1]);
    await eventually(() => !isAlive(pid) && readdirSync(temporary).length === 0);
  });
});

describe('make', () => {
  it('of an unknown id names the nearest ids and the modules that were imported (Gymnasium #222)', async () => {
    const error = await rejection<ServerError>(Env.make('bridge-test/Countr-v0', OWN));
    expect(error).toMatchObject({ name: 'ServerError', code: 'UnknownEnvironment' });
    expect(error.message).toContain('bridge-test/Counter-v0');
    expect(error.message).toContain('bridge_test_envs');
  });

  it('of an environment that needs a missing package says how to install it', async () => {
    const error = await rejection<ServerError>(Env.make('ALE/Pong-v5'));
    expect(['MissingPackage', 'UnknownEnvironment']).toContain(error.code);
  });

  it('leaves no server behind when it fails', async () => {
    const servers = () =>
      execFileSync('ps', ['-A', '-o', 'ppid=,stat=,command='])
        .toString()
        .split('\n')
        .filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('mirrorflow_bridge child'))
        .filter((line) => !/^\s*\d+\s+Z/.test(line)).length;
    const made = VectorEnv.make('nothing-v0', { numEnvs: 2, servers: 2 });
    await eventually(() => servers() === 2);
    expect(await rejection(made)).toMatchObject({ code: 'UnknownEnvironment' });
    expect(servers()).toBe(0);
  });

  it.each([
    [{ numEnvs: 0 }, 'numEnvs is 0'],
    [{ numEnvs: 2, servers: 3 }, '2 environments cannot be divided into 3 parts'],
    [{ numEnvs: 6, servers: 3, groups: 2 }, '3 servers and 2 groups'],
  ])('refuses %o', async (options, message) => {
    await expect(VectorEnv.make('CartPole-v1', options)).rejects.toThrow(message);
  });
});

describe('an environment that raises', () => {
  it('gives the Python traceback, once, and stays usable (openai/gym #1542)', async () => {
    const env = await makeEnv('bridge-test/Trouble-v0', { kwargs: { kind: 'raise' }, ...OWN });
    await env.reset();
    const error = await rejection<ServerError>(env.step(1));
    expect(error).toMatchObject({ name: 'ServerError', code: 'EnvironmentFault', exception: 'ValueError' });
    expect(error.traceback).toContain('the wheel came off');
    expect(error.message.match(/Traceback/g)).toHaveLength(1);
    expect(error.message).toContain('step of bridge-test/Trouble-v0');
    await expect(env.step(0)).resolves.toHaveLength(5);
  });
});

describe('attributes, calls and pictures', () => {
  it('of one environment', async () => {
    const env = await makeEnv('CartPole-v1', { renderMode: 'rgb_array' });
    await env.reset({ seed: 1 });
    expect(await env.getAttr('gravity')).toBe(9.8);
    await env.setAttr('gravity', 3.7);
    expect(await env.getAttr('gravity')).toBe(3.7);
    expect(await env.call('has_wrapper_attr', ['gravity'])).toBe(true);
    expect(env.spec).toMatchObject({ id: 'CartPole-v1', maxEpisodeSteps: 500, rewardThreshold: 475 });
    expect(env.metadata.render_fps).toBe(50);
    expect(env.renderMode).toBe('rgb_array');
  });

  it('of a vector of them, over two servers', async () => {
    const env = await makeVectorEnv('CartPole-v1', { numEnvs: 3, servers: 2 });
    await env.reset({ seed: 1 });
    await env.setAttr('gravity', [1, 2, 3]);
    expect(await env.getAttr('gravity')).toEqual([1, 2, 3]);
    await env.setAttr('gravity', 5);
    expect(await env.getAttr('gravity')).toEqual([5, 5, 5]);
    expect(env.serverInfos).toHaveLength(2);
    await expect(env.reset({ mask: [true] })).rejects.toThrow('mask has 1 entries');
  });

  it('that are text', async () => {
    const env = await makeEnv('FrozenLake-v1', { renderMode: 'ansi' });
    await env.reset({ seed: 1 });
    expect(await env.render()).toContain('FFFH');
  });
});

it('info: false sends none, and a list only those keys', async () => {
  const none = await makeEnv('bridge-test/Nested-v0', { info: false, ...OWN });
  expect((await none.reset({ seed: 1 }))[1]).toEqual({});
  const some = await makeEnv('bridge-test/Counter-v0', { info: ['begin'], ...OWN });
  expect((await some.reset({ options: { a: 1 } }))[1]).toEqual({ begin: true });
});

it('wrappers are applied in their order', async () => {
  const env = await makeEnv('CartPole-v1', {
    wrappers: [{ id: 'TimeLimit', kwargs: { max_episode_steps: 2 } }, 'FlattenObservation'],
  });
  await env.reset();
  await env.step(0);
  expect((await env.step(1))[3]).toBe(true);
});

it('close may be called twice, and later calls say that it is closed', async () => {
  const env = await Env.make('CartPole-v1');
  const { pid } = env.serverInfo.server;
  await Promise.all([env.close(), env.close()]);
  expect(isAlive(pid)).toBe(false);
  await expect(env.reset()).rejects.toMatchObject({ code: 'Closed' });
});

it('is closed at the end of its scope by Symbol.asyncDispose', async () => {
  const env = await Env.make('CartPole-v1');
  await env[Symbol.asyncDispose]();
  expect(isAlive(env.serverInfo.server.pid)).toBe(false);
});
