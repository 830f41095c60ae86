import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Env, VectorEnv } from '../../src/bridge/index.js';
import { eventually, isAlive, makeEnv, OWN, rejection, temporaryFolder } from './setup.js';

describe('a wrong option is named before anything is started', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ timeout: -1 }, 'timeout is -1'],
    [{ timeout: NaN }, 'timeout is NaN'],
    [{ startTimeout: '5' }, 'startTimeout is "5"'],
    [{ maxInFlight: 0 }, 'maxInFlight is 0'],
    [{ maxEpisodeSteps: 1.5 }, 'maxEpisodeSteps is 1.5'],
    [{ wrapers: [] }, 'VectorEnv.make has no option wrapers'],
    [JSON.parse('{"__proto__": 1}'), 'no option __proto__'],
    [{ wrappers: [{ name: 'TimeLimit' }] }, 'wrappers is a list of 1 entries'],
    [{ renderMode: 'human' }, 'renderMode is "human"'],
    [{ autoreset: 'sameStep' }, 'autoreset is "sameStep"'],
    [{ kwargs: [1] }, 'kwargs is a list of 1 entries'],
    [{ env: { A: 1 } }, 'env is an object'],
    [{ restart: 'yes' }, 'restart is "yes"'],
    [{ curve: {} }, 'no option curve'],
  ])('%o', async (options, message) => {
    const error = await rejection(VectorEnv.make('CartPole-v1', { numEnvs: 1, ...options }));
    expect(error).toMatchObject({ name: 'BridgeError', code: 'BadArgument' });
    expect(error.message).toContain(message);
    expect(error.message).toContain('\nExpected: ');
  });

  it.each([
    [{ numEnvs: NaN }, 'numEnvs is NaN'],
    [{ numEnvs: 2, servers: 1.5 }, 'servers is 1.5'],
    [{ numEnvs: 2, groups: -1 }, 'groups is -1'],
    [{}, 'numEnvs is undefined'],
  ])('%o', async (options, message) => {
    await expect(VectorEnv.make('CartPole-v1', options as { numEnvs: number })).rejects.toThrow(message);
  });

  it('an option of a vector, or an id that is none', async () => {
    await expect(Env.make('CartPole-v1', { numEnvs: 2 } as object)).rejects.toThrow('Env.make has no option numEnvs');
    await expect(Env.make('')).rejects.toThrow('the id of the environment is ""');
  });
});

describe('a wrong argument of reset is named before anything is sent', () => {
  let env: Env;
  let vector: VectorEnv;
  beforeAll(async () => {
    [env, vector] = await Promise.all([
      Env.make('CartPole-v1'),
      VectorEnv.make('CartPole-v1', { numEnvs: 2, servers: 2 }),
    ]);
    return async () => void (await Promise.all([env.close(), vector.close()]));
  });

  it.each<[unknown, string]>([
    [10n ** 20n, 'seed is 100000000000000000000n'],
    [-1, 'seed is -1'],
    [1.5, 'seed is 1.5'],
    [NaN, 'seed is NaN'],
    [2 ** 53, 'seed is 9007199254740992'],
    ['7', 'seed is "7"'],
    [[1, 2, 3], 'seed'],
    [true, 'seed is true'],
  ])('seed %o', async (seed, message) => {
    for (const reset of [env.reset({ seed: seed as number }), vector.reset({ seed: seed as number })]) {
      const error = await rejection(reset);
      expect(error).toMatchObject({ name: 'BridgeError', code: 'BadArgument' });
      expect(error.message).toContain(message);
    }
    await expect(env.reset({ seed: 1 })).resolves.toHaveLength(2);
  });

  it('seeds and masks of a vector, one entry an environment', async () => {
    await expect(vector.reset({ seed: Number.MAX_SAFE_INTEGER })).rejects.toThrow('from 0 to 9007199254740990');
    await expect(vector.reset({ seed: [1, -2] })).rejects.toThrow('seed is -2');
    await expect(vector.reset({ mask: [1, 7] as never })).rejects.toThrow('an entry of mask is 7');
    await expect(vector.reset({ sed: 1 } as object)).rejects.toThrow('reset has no option sed');
    await expect(vector.step([0, 1], { timeout: NaN })).rejects.toThrow('timeout is NaN');
    await expect(vector.reset({ seed: [1, null] })).resolves.toHaveLength(2);
  });
});

it('environments whose spaces differ from server to server are refused', async () => {
  const error = await rejection(VectorEnv.make('bridge-test/OwnSpace-v0', { numEnvs: 2, servers: 2, ...OWN }));
  expect(error).toMatchObject({ name: 'BridgeError', code: 'SpaceMismatch' });
  expect(error.message).toContain('environment 1 has other spaces than environment 0');
});

it.each([
  ['short', 'short'],
  ['of 40 characters that are no Z85', '"'.repeat(40)],
  ['of 40 characters beyond ASCII', 'é'.repeat(40)],
])('a CURVE key that is %s is a named error', async (_, key) => {
  const curve = { serverPublicKey: key, clientPublicKey: key, clientSecretKey: key };
  const error = await rejection(Env.connect('tcp://127.0.0.1:1', 'CartPole-v1', { curve, timeout: 500 }));
  expect(error).toMatchObject({ name: 'BridgeError', code: 'BadKeys' });
  expect(error.message).not.toContain(key);
});

it.each(['nonsense', 'tcp://127.0.0.1', 'tcp://127.0.0.1:*', 'http://127.0.0.1:80', ''])(
  "an endpoint '%s' that cannot be connected to is a named error",
  async (endpoint) => {
    const error = await rejection(Env.connect(endpoint, 'CartPole-v1', { timeout: 500 }));
    expect(error).toMatchObject({ name: 'BridgeError', code: 'BadEndpoint' });
    expect(error.message).toContain('Expected: tcp://HOST:PORT or ipc://PATH');
  },
);

describe('the folder of the socket', () => {
  const withTemporary = (folder: string) => {
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
  };

  it.each([
    ['is missing', (folder: string) => join(folder, 'nowhere')],
    [
      'has too long a path',
      (folder: string) => {
        const long = join(folder, 'x'.repeat(100));
        mkdirSync(long);
        return long;
      },
    ],
  ])('is in /tmp where TMPDIR %s', async (_, of) => {
    withTemporary(of(temporaryFolder()));
    const env = await makeEnv('CartPole-v1');
    expect(await env.reset({ seed: 1 })).toHaveLength(2);
  });

  it('that a killed process left is removed by the next start, that of a live one and a young one never', async () => {
    const folder = temporaryFolder();
    withTemporary(folder);
    const { pid: dead } = spawnSync('true');
    const make = (pid: number, age: number) => {
      const path = mkdtempSync(join(folder, `mirrorflow-${pid}-`));
      const time = Date.now() / 1000 - age;
      const server = createServer().listen(join(path, 's'));
      onTestFinished(() => void server.close());
      utimesSync(path, time, time);
      return path.slice(folder.length + 1);
    };
    const kept = [make(process.pid, 9_999), make(process.ppid, 9_999), make(dead, 1)];
    make(dead, 9_999);
    mkdirSync(join(folder, 'mirrorflow-mine'));
    await (await makeEnv('CartPole-v1')).reset();
    expect(readdirSync(folder).sort()).toEqual([...kept, 'mirrorflow-mine'].sort());
  });
});

describe('an environment whose process ends, or that raises,', () => {
  const options = (kind: string) => ({ kwargs: { kind }, onStderr: () => {}, timeout: 300_000, ...OWN });
  const id = 'bridge-test/Trouble-v0';

  it('while it is made is noticed at once', async () => {
    const error = await rejection(Env.make(id, options('exit-in-make')));
    expect(error).toMatchObject({ name: 'ServerDiedError', exitStatus: { code: 3 } });
    expect(error.message).toContain(`during make of ${id}`);
  });

  it('while it is closed leaves nothing behind', async () => {
    const env = await Env.make(id, options('exit-in-close'));
    await env.close();
    await eventually(() => !isAlive(env.serverInfo.server.pid));
  });

  it('in close is told as a warning, and its server ends', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const env = await Env.make(id, options('raise-in-close'));
    await env.close();
    expect(await warned).toMatchObject({ name: 'BridgeWarning', code: 'EnvironmentFault' });
    expect((await warned).message).toContain('the door is stuck');
    expect(isAlive(env.serverInfo.server.pid)).toBe(false);
  });
});
