import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  CartPole,
  EnvironmentError,
  type Info,
  type StepResult,
  SyncVectorEnv,
  TimeLimit,
} from '../../src/envs/index.js';
import { createRng, type NDArray, SpaceValueError } from '../../src/spaces/index.js';
import { gymnasium, makeVectorEnv, plain } from '../bridge/setup.js';
import { runPython } from '../spaces/runPython.js';

/** Actions of a rule that balances the pole, each replaced by a random one with this probability. */
function actions(obs: NDArray, noise: number, rng: { next(): number }): number[] {
  return Array.from({ length: obs.shape[0] ?? 0 }, (_, e) => {
    const [x = 0, velocity = 0, angle = 0, angularVelocity = 0] = obs.row(e).data as Float32Array;
    const balancing = 0.05 * x + 0.1 * velocity + angle + 0.3 * angularVelocity > 0 ? 1 : 0;
    return rng.next() < noise ? Math.floor(2 * rng.next()) : balancing;
  });
}

/** What a run of actions gives, as it is in JSON. */
interface Played {
  results: unknown[];
  /** In doubles, after every `stateEvery` of the steps; shape [environments][4]. */
  states: unknown[];
}

describe('in a SyncVectorEnv it gives what Gymnasium’s CartPole-v1 gives, to the bit', () => {
  // Also seeds of more than 32 bits.
  const seed = [0, 2 ** 31, 2 ** 32 + 5, 2 ** 53 - 1];
  const stateEvery = 100;
  const modes = { next_step: 'NextStep', same_step: 'SameStep' };

  it.each([
    ['next_step', 20_000, 0.1],
    ['next_step', 2_000, 1],
    ['same_step', 2_000, 0.9],
  ] as const)('%s, %s steps, %s of the actions random', (autoreset, steps, noise) => {
    const env = new SyncVectorEnv<NDArray>(() => new CartPole(), 4, { autoreset });
    const rng = createRng(1);
    const own: Played = { results: [], states: [] };
    const played: number[][] = [];
    const counts = { terminated: 0, truncated: 0 };
    const [first, info] = env.reset({ seed }) as [NDArray, Info];
    let obs = first;
    own.results.push(plain([obs, info]));
    for (let t = 0; t < steps; t++) {
      const chosen = actions(obs, noise, rng);
      played.push(chosen);
      const result = env.step(chosen) as StepResult<NDArray>;
      obs = result[0];
      for (const flag of result[2]) counts.terminated += flag;
      for (const flag of result[3]) counts.truncated += flag;
      own.results.push(plain(result));
      if (t % stateEvery === 0) own.states.push(env.envs.map((one) => [...(one as CartPole).state]));
    }
    // One call for the whole run: the same actions, step by step over the bridge, would take a minute.
    const question = { autoreset: modes[autoreset], seed, actions: played, stateEvery };
    const [gymnasiums] = runPython(new URL('python/cart_pole.py', import.meta.url), [question]) as [Played];
    expect(gymnasiums.results).toHaveLength(steps + 1);
    // `toEqual` of every step would take longer than the run.
    const differs = own.results.findIndex((result, t) => !isDeepStrictEqual(result, gymnasiums.results[t]));
    expect([differs, own.results[differs]]).toEqual([-1, gymnasiums.results[differs]]);
    expect(own.states).toEqual(gymnasiums.states);
    expect(noise > 0.5 ? counts.terminated : counts.truncated).toBeGreaterThan(50);
  });

  it.each(['next_step', 'same_step'] as const)('%s, through the bridge, in the same types', async (autoreset) => {
    const bridge = await makeVectorEnv('CartPole-v1', { numEnvs: 4, autoreset });
    const env = new SyncVectorEnv<NDArray>(() => new CartPole(), 4, { autoreset });
    const rng = createRng(3);
    const [first, info] = await env.reset({ seed });
    let obs = first;
    expect([obs, info]).toEqual(await bridge.reset({ seed }));
    for (let t = 0; t < 200; t++) {
      const chosen = actions(obs, 1, rng);
      const own = await env.step(chosen);
      expect(own).toEqual(await bridge.step(chosen));
      obs = own[0];
    }
  });

  it('disabled, with resets by mask', async () => {
    const bridge = await makeVectorEnv('CartPole-v1', { numEnvs: 3, autoreset: 'disabled' });
    const env = new SyncVectorEnv<NDArray>(() => new CartPole(), 3, { autoreset: 'disabled' });
    const rng = createRng(2);
    let [obs] = await env.reset({ seed: 11 });
    expect(obs).toEqual((await bridge.reset({ seed: 11 }))[0]);
    for (let t = 0; t < 300; t++) {
      const chosen = actions(obs, 1, rng);
      const own = await env.step(chosen);
      expect(own).toEqual(await bridge.step(chosen));
      obs = own[0];
      const mask = own[2].map((flag, e) => flag | (own[3].at(e) ?? 0));
      if (!mask.includes(1)) continue;
      const again = await env.reset({ mask });
      expect(again).toEqual(await bridge.reset({ mask }));
      obs = again[0];
    }
  });

  it('its spaces are Gymnasium’s', async () => {
    const bridge = await makeVectorEnv('CartPole-v1', { numEnvs: 1 });
    const { observationSpace, actionSpace } = new CartPole();
    expect(observationSpace.equals(bridge.singleObservationSpace)).toBe(true);
    expect(actionSpace.equals(bridge.singleActionSpace)).toBe(true);
  });
});

it('is truncated after 500 steps, or as many as asked for', async () => {
  const [expected] = gymnasium({ id: 'CartPole-v1', seed: 3, actions: [0, 1, 0, 1], kwargs: { max_episode_steps: 3 } });
  for (const env of [new CartPole({ maxEpisodeSteps: 3 }), new TimeLimit(new CartPole(), 3)]) {
    const results: unknown[] = [await env.reset({ seed: 3 })];
    for (const action of [0, 1, 0]) results.push(await env.step(action));
    results.push(await env.reset(), await env.step(1));
    expect(plain(results)).toEqual(expected);
  }
});

it('a fallen pole gives no more rewards, as in Gymnasium', () => {
  const pushes = Array.from({ length: 13 }, () => 1);
  const env = new CartPole();
  env.reset({ seed: 0 });
  const rewards = pushes.map((action) => env.step(action).slice(1, 3));
  const fallen = rewards.findIndex(([, terminated]) => terminated);
  expect(fallen).toBeGreaterThan(5);
  expect(rewards.slice(0, fallen + 1).every(([reward]) => reward === 1)).toBe(true);
  expect(rewards.slice(fallen + 1)).toEqual(pushes.slice(fallen + 1).map(() => [0, true]));
});

it('the options low and high bound the first state', () => {
  const env = new CartPole();
  env.reset({ seed: 1, options: { low: 0.01, high: 0.02 } });
  expect(env.state.every((x) => x >= 0.01 && x < 0.02)).toBe(true);
  expect(() => env.reset({ options: { low: 1 } })).toThrow(EnvironmentError);
  expect(() => env.reset({ options: { high: '1' } })).toThrow('the options low and high are -0.05 and 1');
});

it('without a seed two of them begin differently', () => {
  const first = () => new CartPole().reset()[0];
  expect(first()).not.toEqual(first());
});

it('refuses a step before the first reset, another action, and a time limit of 0', () => {
  const env = new CartPole();
  expect(() => env.step(0)).toThrow(EnvironmentError);
  env.reset();
  expect(() => env.step(2)).toThrow(SpaceValueError);
  expect(() => new CartPole({ maxEpisodeSteps: 0 })).toThrow(EnvironmentError);
});
