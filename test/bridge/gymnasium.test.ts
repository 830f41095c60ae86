import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPython } from '../../src/bridge/index.js';
import { createRng } from '../../src/spaces/index.js';
import { gymnasium, makeEnv, makeVectorEnv, newest, OWN, plain, type Question, serveOwn } from './setup.js';

function actions(n: number, envs: number, of: number): number[][] {
  const rng = createRng(n);
  return Array.from({ length: n }, () => Array.from({ length: envs }, () => rng.integer(of)));
}

describe('Env gives what Gymnasium gives for the same seed and actions', () => {
  it.each([
    ['CartPole-v1', 2],
    ['FrozenLake-v1', 4],
    [newest('Taxi'), 6],
    ['Blackjack-v1', 2],
  ])('%s', async (id, of) => {
    const sequence = actions(60, 1, of).map(([action]) => action!);
    const [expected] = gymnasium({ id, seed: 3, actions: sequence });
    const env = await makeEnv(id);
    const results: unknown[] = [plain(await env.reset({ seed: 3 }))];
    for (const action of sequence) {
      const result = await env.step(action);
      results.push(plain(result));
      if (result[2] || result[3]) results.push(plain(await env.reset()));
    }
    expect(results).toEqual(expected);
  });

  it('a Dict in a Dict with a Tuple, from a module of the user’s (Gymnasium #222)', async () => {
    const sequence = [0, 1, 1, 0];
    const [expected] = gymnasium({ id: 'bridge-test/Nested-v0', seed: 5, actions: sequence });
    const env = await makeEnv('bridge_test_envs:bridge-test/Nested-v0', { env: OWN.env });
    const results: unknown[] = [plain(await env.reset({ seed: 5 }))];
    for (const action of sequence) results.push(plain(await env.step(action)));
    expect(results).toEqual(expected);
  });

  it('MountainCarContinuous-v0, whose actions are arrays', async () => {
    const sequence = [[0.5], [-1], [1]];
    const [expected] = gymnasium({ id: 'MountainCarContinuous-v0', seed: 1, actions: sequence });
    const env = await makeEnv('MountainCarContinuous-v0');
    const results: unknown[] = [plain(await env.reset({ seed: 1 }))];
    for (const action of sequence) results.push(plain(await env.step(Float32Array.from(action))));
    expect(results).toEqual(expected);
  });
});

describe('VectorEnv gives what Gymnasium gives for the same seed and actions', () => {
  it.each([1, 2, 3])('CartPole-v1, five environments over %i servers', async (servers) => {
    const sequence = actions(60, 5, 2);
    const [expected] = gymnasium({ id: 'CartPole-v1', seed: 11, actions: sequence, num_envs: 5 });
    const env = await makeVectorEnv('CartPole-v1', { numEnvs: 5, servers });
    const results: unknown[] = [plain(await env.reset({ seed: 11 }))];
    for (const action of sequence) results.push(plain(await env.step(action)));
    expect(results).toEqual(expected);
  });

  it('nested observations and infos with masks, over two servers', async () => {
    const sequence = actions(5, 3, 2);
    const [expected] = gymnasium({ id: 'bridge-test/Nested-v0', seed: 2, actions: sequence, num_envs: 3 });
    const env = await makeVectorEnv('bridge-test/Nested-v0', { numEnvs: 3, servers: 2, ...OWN });
    const results: unknown[] = [plain(await env.reset({ seed: 2 }))];
    for (const action of sequence) results.push(plain(await env.step(action)));
    expect(results).toEqual(expected);
  });

  it.each(['sync', 'async'] as const)(
    'a Dict with a space that Gymnasium does not have, of strings, by the backend %s',
    async (backend) => {
      const [id, kwargs] = ['space_pairs:mirrorflow-test/SpacePair-v0', { observation: 'mission' }];
      const sequence = actions(8, 2, 3);
      const [expected] = gymnasium({ id, kwargs, seed: 3, actions: sequence, num_envs: 2 });
      const env = await makeVectorEnv(id, { numEnvs: 2, env: OWN.env, kwargs, backend });
      const results: unknown[] = [plain(await env.reset({ seed: 3 }))];
      for (const action of sequence) results.push(plain(await env.step(action)));
      expect(results).toEqual(expected);
      expect(JSON.stringify(results)).toMatch(/go to the grüne door, please/);
      expect(env.singleObservationSpace.contains(env.singleObservationSpace.sample(createRng(1)))).toBe(true);
    },
  );

  it('groups give what the whole gives, each on its own', async () => {
    const sequence = actions(20, 4, 2);
    const [expected] = gymnasium({ id: 'CartPole-v1', seed: 4, actions: sequence, num_envs: 4 });
    const env = await makeVectorEnv('CartPole-v1', { numEnvs: 4, groups: 2, servers: 2 });
    expect(env.groups.map((group) => group.numEnvs)).toEqual([2, 2]);
    const [a, b] = [env.group(0), env.group(1)];
    // The same seed for both: environment i of the whole gets seed + i.
    const first = await Promise.all([a.reset({ seed: 4 }), b.reset({ seed: 4 })]);
    const rows = [first.map(([obs]) => plain(obs) as unknown[])];
    for (const action of sequence) {
      const steps = await Promise.all([a.step(action.slice(0, 2)), b.step(action.slice(2))]);
      rows.push(steps.map(([obs]) => plain(obs) as unknown[]));
    }
    expect(rows.map((parts) => parts.flat())).toEqual(expected!.map((result) => result[0]));
  });
});

describe('each autoreset mode is Gymnasium’s (Gymnasium #1103, #785, #1265; envpool #257)', () => {
  it.each([
    ['next_step', 'NextStep', false],
    ['next_step', 'NextStep', true],
    ['same_step', 'SameStep', false],
    ['same_step', 'SameStep', true],
  ] as const)('%s (%s, truncated: %s)', async (autoreset, name, truncate) => {
    const kwargs = { length: 3, truncate };
    const sequence = Array.from({ length: 8 }, () => [1, 1]);
    const id = 'bridge-test/Counter-v0';
    const question: Question = { id, seed: 0, actions: sequence, num_envs: 2, autoreset: name, kwargs };
    const [expected] = gymnasium(question);
    const env = await makeVectorEnv(id, { numEnvs: 2, autoreset, kwargs, ...OWN });
    const results: unknown[] = [plain(await env.reset({ seed: 0 }))];
    for (const action of sequence) results.push(plain(await env.step(action)));
    expect(results).toEqual(expected);
    expect(env.autoreset).toBe(autoreset);
  });

  it('same_step gives the true final observation beside the next episode’s first', async () => {
    const env = await makeVectorEnv('bridge-test/Counter-v0', {
      numEnvs: 2,
      servers: 2,
      autoreset: 'same_step',
      ...OWN,
    });
    await env.reset();
    for (let t = 0; t < 2; t++) await env.step([0, 0]);
    const [obs, , terminated, truncated, info] = await env.step([0, 0]);
    expect(plain(obs)).toEqual([[0], [0]]);
    expect([...terminated]).toEqual([1, 1]);
    expect([...truncated]).toEqual([0, 0]);
    expect(plain(info.final_obs)).toEqual([[3], [3]]);
    expect(plain(info._final_obs)).toEqual([true, true]);
  });

  it('disabled resets only what the mask says', async () => {
    const kwargs = { length: 1 };
    const env = await makeVectorEnv('bridge-test/Counter-v0', {
      numEnvs: 3,
      servers: 3,
      autoreset: 'disabled',
      kwargs,
      ...OWN,
    });
    await env.reset({ seed: 0 });
    const [obs, , terminated] = await env.step([0, 0, 0]);
    expect(plain(obs)).toEqual([[1], [1], [1]]);
    expect([...terminated]).toEqual([1, 1, 1]);
    const [after] = await env.reset({ mask: [true, false, true] });
    expect(plain(after)).toEqual([[0], [1], [0]]);
  });
});

it('terminated and truncated are told apart', async () => {
  const ended = async (truncate: boolean) => {
    const env = await makeEnv('bridge-test/Counter-v0', { kwargs: { length: 1, truncate }, ...OWN });
    await env.reset();
    const [, , terminated, truncated] = await env.step(0);
    return { terminated, truncated };
  };
  expect(await ended(false)).toEqual({ terminated: true, truncated: false });
  expect(await ended(true)).toEqual({ terminated: false, truncated: true });
  const env = await makeEnv('CartPole-v1', { maxEpisodeSteps: 1 });
  await env.reset({ seed: 0 });
  expect((await env.step(0)).slice(2, 4)).toEqual([false, true]);
});

it('Gymnasium’s own checker passes on environments reached through Python, Node and Python', () => {
  const server = serveOwn('bridge_test_envs');
  onTestFinished(server.stop);
  const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const node = [process.execPath, '--import', 'tsx', file('proxy.ts'), server.endpoint];
  const { stdout, stderr } = spawnSync(findPython(), [file('python/check_env.py'), ...node], { encoding: 'utf8' });
  expect(`${stdout}${stderr}`.trim().split('\n')).toEqual([
    'CartPole-v1 passes',
    'FrozenLake-v1 passes',
    'bridge-test/Nested-v0 passes',
  ]);
});
