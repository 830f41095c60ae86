import { expect, test } from 'vitest';
import { Env, VectorEnv } from '../../src/bridge/index.js';
import { CartPole, SyncVectorEnv } from '../../src/envs/index.js';
import { Agent, type ConfigInput, type Environment, readPreset, train } from '../../src/index.js';
import { Box, Discrete } from '../../src/spaces/index.js';

const envs = (n: number) => new SyncVectorEnv(() => new CartPole(), n);

test.each([0, 1])(
  'training on CartPole in TypeScript is the training over the bridge, to the bit (seed %i)',
  async (seed) => {
    const config: ConfigInput = { ...readPreset('CartPole-v1'), seed };
    const [here, there] = [await train(config, { envs }), await train(config)];
    expect(here.steps).toBe(there.steps);
    expect(here.evaluation!.mean).toBe(there.evaluation!.mean);
    expect([...here.agent.w]).toEqual([...there.agent.w]);
    expect([...here.agent.theta]).toEqual([...there.agent.theta]);
  },
);

test('a run of 40,000 steps with episodes of 500 stays the same, to the bit', async () => {
  const { threshold: _, ...evaluation } = readPreset('CartPole-v1').evaluation;
  const config: ConfigInput = {
    ...readPreset('CartPole-v1'),
    totalSteps: 40_000,
    evaluation: { ...evaluation, every: 20_000, episodes: 8 },
  };
  const [here, there] = [await train(config, { envs }), await train(config)];
  expect([...here.agent.w]).toEqual([...there.agent.w]);
});

test('an agent of one environment is evaluated in another of the same spaces', async () => {
  const { agent } = await train(readPreset('CartPole-v1'), { envs });
  const { mean, lengths } = await agent.evaluate(new CartPole(), { episodes: 5 });
  expect(mean).toBe(500);
  expect(lengths).toEqual([500, 500, 500, 500, 500]);
  const one = new CartPole();
  let [obs] = one.reset({ seed: 3 });
  let total = 0;
  for (let done = false; !done; ) {
    const [next, reward, terminated, truncated] = one.step(agent.act(obs, { deterministic: true }) as number);
    obs = next;
    total += reward;
    done = terminated || truncated;
  }
  expect(total).toBe(500);
});

test('an agent is evaluated in one environment over the bridge, and in a vector of them', async () => {
  const { agent } = await train(readPreset('CartPole-v1'), { envs });
  await using one = await Env.make('CartPole-v1');
  expect((await agent.evaluate(one, { episodes: 2 })).returns).toEqual([500, 500]);
  await using three = await VectorEnv.make('CartPole-v1', { numEnvs: 3 });
  expect((await agent.evaluate(three, { episodes: 4 })).returns).toEqual([500, 500, 500, 500]);
  await using other = await Env.make('MountainCar-v0');
  await expect(agent.evaluate(other)).rejects.toThrow(/the environment has observations in Box/);
});

test('an agent that observes in a loop of its own learns CartPole', async () => {
  const env = new CartPole();
  const agent = Agent.create({
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    preset: 'CartPole-v1',
    seed: 0,
  });
  let [obs] = env.reset({ seed: 0 });
  for (let i = 0; i < 4000; i++) {
    const [nextObs, reward, terminated, truncated] = env.step(agent.act(obs));
    agent.observe({ reward, nextObs, terminated, truncated });
    obs = terminated || truncated ? env.reset()[0] : nextObs;
  }
  expect((await agent.evaluate(new CartPole(), { episodes: 10 })).mean).toBeGreaterThan(400);
});

test('what envs gives is checked: its number, its mode, its members', async () => {
  const config = readPreset('CartPole-v1');
  await expect(train(config, { envs: () => envs(3) })).rejects.toThrow(/envs\(\d+\) gave 3 environments; expected \d+/);
  const disabled = (n: number) => new SyncVectorEnv(() => new CartPole(), n, { autoreset: 'disabled' });
  await expect(train(config, { envs: disabled })).rejects.toThrow(/in the autoreset mode disabled; expected next_step/);
  await expect(train(config, { envs: () => new CartPole() as never })).rejects.toThrow(
    /expected .*SyncVectorEnv|gave undefined environments/,
  );
});

test('limits in the configuration, environments given twice, and other spaces for the evaluation are refused', async () => {
  const config = readPreset('CartPole-v1');
  const limited = { ...config, env: { ...config.env, maxEpisodeSteps: 3 } };
  await expect(train(limited, { envs })).rejects.toThrow(
    /env\.maxEpisodeSteps is for the environments that the configuration makes/,
  );
  const kept = envs(config.env.numEnvs);
  const short = { ...config, totalSteps: 1000, evaluation: { every: 500, episodes: config.env.numEnvs } };
  await expect(train(short, { envs: () => kept })).rejects.toThrow(/the environments of training again/);
  class Other extends CartPole {
    override readonly observationSpace = new Box(-1, 1, [4]);
  }
  let calls = 0;
  const other = (n: number) => (calls++ === 0 ? envs(n) : new SyncVectorEnv(() => new Other(), n));
  await expect(train(short, { envs: other })).rejects.toThrow(
    /the environment of the evaluation has observations in Box/,
  );
  const one = new CartPole();
  expect(() => new SyncVectorEnv(() => one, 3)).toThrow(/environment 1: is the object that environment 0 is/);
});

test('a signal stops training and evaluation on environments that answer at once', async () => {
  const config = { ...readPreset('CartPole-v1'), totalSteps: 1e8, evaluation: { every: 1e8, episodes: 1 } };
  const { reason, agent } = await train(config, { envs, signal: AbortSignal.timeout(300) });
  expect(reason).toBe('aborted');
  class Endless extends CartPole {
    override step(action: number) {
      const [, reward, , , info] = super.step(action);
      const [obs] = this.reset();
      return [obs, reward, false, false, info] as ReturnType<CartPole['step']>;
    }
  }
  await expect(agent.evaluate(new Endless(), { signal: AbortSignal.timeout(200) })).rejects.toThrow(/abort/i);
});

test('a fault of an environment in TypeScript ends the run by its name', async () => {
  let steps = 0;
  class Faulty implements Environment<number, number> {
    readonly observationSpace = new Discrete(2);
    readonly actionSpace = new Discrete(2);
    reset(): [number, Record<string, unknown>] {
      return [0, {}];
    }
    step(): [number, number, boolean, boolean, Record<string, unknown>] {
      return [++steps > 20 ? 2 : 1, 0, false, false, {}];
    }
  }
  const config: ConfigInput = {
    env: { id: 'faulty', numEnvs: 2 },
    totalSteps: 1000,
    gamma: 0.9,
    tau: 0.1,
    features: { type: 'oneHot' },
    critic: { type: 'td', stepSize: 0.1 },
    actor: { mirrorStep: 0.1 },
    evaluation: { every: 1000, episodes: 1 },
  };
  await expect(train(config, { envs: (n) => new SyncVectorEnv(() => new Faulty(), n) })).rejects.toThrow(
    /environment \d.*observation/,
  );
});
