import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type ConfigInput, readCheckpoint, readPreset, train } from '../../src/agent/index.js';
import { VectorEnv, type VectorEnvOptions } from '../../src/bridge/index.js';
import { CartPole, type StepResult, SyncVectorEnv, type VectorEnvironment } from '../../src/envs/index.js';
import { LinearFeatures, polynomial } from '../../src/features/index.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';
import { Policy } from '../../src/policy/policy.js';
import { discreteActionsOf } from '../../src/sampling/actions.js';
import { arrayObservations } from '../../src/sampling/arrayObservations.js';
import type { Batch } from '../../src/sampling/batch.js';
import { Rollout } from '../../src/sampling/rollout.js';
import { createRng, Discrete, type NDArray } from '../../src/spaces/index.js';
import { OWN, rejection } from '../bridge/setup.js';
import { folder } from '../support/folder.js';
import { learnedCartPole } from '../support/learnedCartPole.js';

const TROUBLE = 'bridge-test/Trouble-v0';
const made: VectorEnv[] = [];
afterEach(() => Promise.all(made.splice(0).map((env) => env.close())));

async function make(id: string, options: VectorEnvOptions): Promise<VectorEnv> {
  const env = await VectorEnv.make(id, { info: false, ...options });
  made.push(env);
  return env;
}

/** Actions by π = μ. */
async function rolloutOf(env: VectorEnvironment): Promise<Rollout> {
  const observations = arrayObservations(env.singleObservationSpace)!;
  const bounds = { low: new Array(observations.inputs).fill(-10), high: new Array(observations.inputs).fill(10) };
  const features = new LinearFeatures(polynomial({ ...bounds, degree: 1 }), discreteFamily(2).features);
  const rollout = new Rollout(env, new Policy(features, discreteFamily(2)), createRng(7), {
    gamma: 0.9,
    cost: (reward) => -reward,
    sampler: { type: 'onPolicy' },
    seed: (segment) => 100 * segment,
    actions: discreteActionsOf(new Discrete(2)),
    observations,
  });
  await rollout.reset(0);
  return rollout;
}

/** Every environment's observation in the batch. */
const observation = (batch: Batch, t: number, e: number) => {
  const inputs = batch.observations.length / ((batch.steps + 1) * batch.numEnvs);
  const at = (t * batch.numEnvs + e) * inputs;
  return [...batch.observations.subarray(at, at + inputs)];
};

describe('a rollout in groups is the one without, to the bit', () => {
  test.each([
    [2, 1],
    [3, 1],
    [2, 2],
    [7, 1],
  ])('%i groups on %i servers', async (groups, servers) => {
    const [one, several] = await Promise.all([
      make('CartPole-v1', { numEnvs: 7 }).then(rolloutOf),
      make('CartPole-v1', { numEnvs: 7, groups, servers }).then(rolloutOf),
    ]);
    for (let n = 0; n < 3; n++) {
      const [expected, actual] = [await one.collect(50), await several.collect(50)];
      expect(actual).toEqual(expected);
    }
    expect(several.snapshot()).toEqual(one.snapshot());
    expect(several.episodes.finished).toBeGreaterThan(20);
    expect(several.takeKl()).toEqual(one.takeKl());
  });

  const short = { totalSteps: 600, evaluation: { every: 5000, episodes: 2, maxEpisodeSteps: 50 } };
  const td: Partial<ConfigInput> = {
    critic: { type: 'td', stepSize: 0.1, lambda: 0.9 },
    criticSteps: { type: 'constant', value: 7 },
  };
  test.each<[string, string, Partial<ConfigInput>]>([
    ['CartPole-v1', 'least squares', {}],
    ['CartPole-v1', 'recursive least squares', { critic: { type: 'recursiveLeastSquares' } }],
    ['CartPole-v1', 'learned features', learnedCartPole],
    ['Acrobot-v1', 'td', td],
    ['Acrobot-v1', 'true online td', { ...td, critic: { type: 'trueOnlineTd', stepSize: 0.05, lambda: 0.9 } }],
    ['MountainCarContinuous-v0', 'td', td],
    ['Pendulum-v1', 'least squares', {}],
    ['FrozenLake-v1', 'td', td],
    ['Taxi-v4', 'least squares', {}],
    ['FrozenLake-v1', 'the geometric sampler, which has one group', { sampler: { type: 'geometric' } }],
  ])('training on %s, %s', async (id, _, change) => {
    const preset = readPreset(id);
    const run = async (groups: number) => {
      const env = { ...preset.env, groups, servers: 1 };
      const { agent, steps, evaluation } = await train({ ...preset, ...change, ...short, env });
      return { w: agent.w, theta: agent.theta, steps, mean: evaluation!.mean };
    };
    expect(await run(2)).toEqual(await run(1));
  });
});

describe('environments in TypeScript', () => {
  /** A vector of two halves, each a `SyncVectorEnv`. */
  function halves(n: number): VectorEnvironment & { groups: SyncVectorEnv[] } {
    const half = Math.floor(n / 2);
    const envs = Array.from({ length: n }, () => new CartPole());
    const vector = (some: CartPole[]) => new SyncVectorEnv(some.map((env) => () => env));
    const whole = vector(envs);
    const groups = [envs.slice(0, half), envs.slice(half)].map(vector);
    const { singleObservationSpace, singleActionSpace, metadata, numEnvs, autoreset } = whole;
    return {
      ...{ singleObservationSpace, singleActionSpace, metadata, numEnvs, autoreset, groups },
      reset({ seed } = {}) {
        const results = groups.map((group, g) => group.reset({ seed: (seed as number) + g * half }));
        return [singleObservationSpace.batchConcat(results.map((result) => (result as [unknown, object])[0])), {}];
      },
      step: (actions) => whole.step(actions),
      render: () => whole.render(),
      close: () => whole.close(),
    };
  }

  test('with groups they train to the same weights', async () => {
    const config: ConfigInput = { ...readPreset('CartPole-v1'), totalSteps: 1000 };
    const evaluated = (n: number) => new SyncVectorEnv(() => new CartPole(), n);
    let calls = 0;
    const grouped = await train(config, { envs: (n) => (calls++ === 0 ? halves(n) : evaluated(n)) });
    const one = await train(config, { envs: evaluated });
    expect(grouped.steps).toBe(one.steps);
    expect([...grouped.agent.w]).toEqual([...one.agent.w]);
    expect([...grouped.agent.theta]).toEqual([...one.agent.theta]);
  });

  test.each<[string, (step: StepResult) => void, RegExp]>([
    ['reward', ([, rewards]) => rewards.fill(Number.NaN, 1), /environment 3 gave the reward NaN at step 8/],
    [
      'observation',
      ([obs]) => (obs as NDArray).data.fill(Number.NaN as never, 6, 7),
      /environment 3 gave observation\[2\] = NaN at step 8/,
    ],
  ])('NaN in the %s of the second group is told with the number in the whole', async (_, spoil, message) => {
    const whole = halves(4);
    const [first, second] = whole.groups;
    let n = 0;
    const step = (actions: unknown) => {
      const result = second.step(actions) as StepResult;
      if (++n === 3) spoil(result);
      return result;
    };
    const groups = [first, Object.create(second, { step: { value: step } })];
    await expect((await rolloutOf({ ...whole, groups })).collect(10)).rejects.toThrow(message);
  });

  test('groups that do not have all environments are refused', async () => {
    const envs = (n: number) => Object.assign(new SyncVectorEnv(() => new CartPole(), n), { groups: [halves(n - 1)] });
    await expect(train(readPreset('CartPole-v1'), { envs })).rejects.toThrow('envs(8) gave groups of 7 environments');
  });
});

describe('failures while two groups are under way', () => {
  /** The vector, whose server of group g is killed right before that group's step number `at`. */
  function killed(env: VectorEnv, g: number, at: number): VectorEnvironment {
    let n = 0;
    const group = env.group(g);
    const groups = env.groups.with(
      g,
      Object.create(group, {
        step: {
          value: (actions: unknown) => {
            if (++n === at) process.kill(group.serverInfos[0].server.pid, 'SIGKILL');
            return group.step(actions);
          },
        },
      }),
    );
    return Object.create(env, { groups: { value: groups } });
  }

  test.each([
    [0, 1, 1],
    [0, 9, 1],
    [1, 9, 1],
    [0, 9, 2],
    [1, 9, 2],
    [1, 1, 2],
    [0, 20, 2],
    [1, 20, 2],
    [1, 20, 1],
  ])(
    'the server of group %i is killed at step %i (%i servers): that step is no transition, and nothing is spliced',
    async (g, at, servers) => {
      const events: number[] = [];
      const env = await make('CartPole-v1', {
        ...{ numEnvs: 4, groups: 2, servers, restart: true, onStderr: () => {} },
        onRestart: ({ from }) => events.push(from),
      });
      const rollout = await rolloutOf(killed(env, g, at));
      const batch = await rollout.collect(20);
      expect(events.length).toBeGreaterThan(0);
      const { log: since } = rollout.snapshot();
      expect(since.segment).toBe(1);
      // The step that was lost: where groups share the server, the other group's step before may have been under way.
      const t = 20 - 1 - since.length;
      expect(servers === 2 ? [at - 1] : [at - 2, at - 1]).toContain(t);
      for (let e = 0; e < 4; e++) {
        expect(batch.valid[t * 4 + e]).toBe(0);
        if (t > 0) expect(batch.truncated[(t - 1) * 4 + e]).toBe(1);
        expect(observation(batch, t + 1, e).every((x) => Math.abs(x) <= 0.05)).toBe(true);
      }
      expect(rollout.transitions).toBe(batch.valid.reduce((a, b) => a + b, 0));

      // It goes on as environments do that were reset with the seeds of the second segment and got the same actions.
      const next = await rollout.collect(10);
      const { log, current } = rollout.snapshot();
      const fresh = await make('CartPole-v1', { numEnvs: 4 });
      let [obs] = await fresh.reset({ seed: 100 });
      for (let i = 0; i < log.length; i++) [obs] = await fresh.step(log.actions.subarray(i * 4, (i + 1) * 4));
      expect([...current]).toEqual(Array.from((obs as { data: Float32Array }).data, Number));
      expect(observation(next, 10, 3)).toEqual([...current.subarray(12)]);
    },
  );

  test('an error of one group is told when the other has answered', async () => {
    const env = await make(TROUBLE, { numEnvs: 4, groups: 2, servers: 2, kwargs: { kind: 'raise', at: 5 }, ...OWN });
    const rollout = await rolloutOf(env);
    await expect(rollout.collect(50)).rejects.toMatchObject({ code: 'EnvironmentFault' });
    // Nothing is under way: the environments answer.
    expect((await env.getAttr('steps')).length).toBe(4);
  });

  test('a server that dies without a restart is the error, whatever the other group does', async () => {
    const env = await make('CartPole-v1', { numEnvs: 4, groups: 2, servers: 2, onStderr: () => {} });
    const error = await rejection((await rolloutOf(killed(env, 1, 4))).collect(50));
    expect(error).toMatchObject({ name: 'ServerDiedError', exitStatus: { signal: 'SIGKILL' } });
  });
});

describe('a run in groups', () => {
  const config: ConfigInput = {
    ...readPreset('CartPole-v1'),
    env: { id: 'CartPole-v1', numEnvs: 5, groups: 2, servers: 1 },
    totalSteps: 1200,
    evaluation: { every: 600, episodes: 2 },
  };

  test.each([2, 1, undefined])(
    'that was interrupted and resumed, with %o groups, is the run that was not, to the bit',
    async (groups) => {
      const dir = folder();
      const [whole, parts] = [join(dir, 'whole.mf'), join(dir, 'parts.mf')];
      await train(config, { checkpoint: whole });
      const abort = new AbortController();
      const onMetrics = ({ steps }: { steps: number }) => steps > 500 && abort.abort();
      const first = await train(config, { checkpoint: parts, signal: abort.signal, onMetrics });
      expect(first.reason).toBe('aborted');
      expect(first.steps).toBeLessThan(1000);
      const { servers: _, ...env } = { ...config.env, groups };
      await train({ ...config, env }, { checkpoint: parts, resume: readCheckpoint(parts) });
      const [a, b] = [whole, parts].map((path) => {
        const { state, steps } = readCheckpoint(path);
        const { seconds: _s, evaluation, ...rest } = state;
        return { steps, mean: evaluation!.mean, ...rest };
      });
      expect(b).toEqual(a);
    },
  );

  test('tells how its environments are spread, in one line', async () => {
    const lines: string[] = [];
    const short = { ...config, totalSteps: 200, evaluation: { every: 1000, episodes: 1 } };
    await train(short, { onSpread: (line) => lines.push(line) });
    await train({ ...short, env: { id: 'CartPole-v1', numEnvs: 5 } }, { onSpread: (line) => lines.push(line) });
    await train(short, {
      onSpread: (line) => lines.push(line),
      envs: (n) => new SyncVectorEnv(() => new CartPole(), n),
    }).catch(({ message }) => lines.push(message));
    expect(lines).toEqual([
      '5 environments on 1 server in 2 groups',
      expect.stringMatching(
        /^5 environments on \d servers? in \d groups?(: a step of one takes \d+(\.\d)? (µs|ms), \d+ cores)?$/,
      ),
      expect.stringContaining('env.servers, env.groups is for the environments that the configuration makes'),
    ]);
  });

  test('leaves no server behind when it ends by an error', async () => {
    const servers = () =>
      execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)])
        .toString()
        .split('mirrorflow_bridge').length;
    const before = servers();
    const env = { id: TROUBLE, numEnvs: 4, groups: 2, servers: 2, kwargs: { kind: 'raise' }, imports: OWN.imports };
    process.env.PYTHONPATH = OWN.env.PYTHONPATH;
    await expect(
      train({ ...config, env, features: { type: 'polynomial', degree: 1, low: [0], high: [9] } }),
    ).rejects.toThrow('the wheel came off');
    expect(servers()).toBe(before);
  });
});
