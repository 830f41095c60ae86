import { describe, expect, it } from 'vitest';
import { type Environment, type Step, SyncVectorEnv, TimeLimit } from '../../src/envs/index.js';
import { Dict, Discrete, NDArray, Sequence, Text, Tuple } from '../../src/spaces/index.js';
import { gymnasium, makeVectorEnv, OWN, plain, type Question } from '../bridge/setup.js';
import { Counter } from './counter.js';

const MODES = [
  ['next_step', 'NextStep'],
  ['same_step', 'SameStep'],
] as const;

describe('the autoreset modes are those of Gymnasium’s SyncVectorEnv and of the bridge', () => {
  it.each(MODES.flatMap(([mode, name]) => [[mode, name, false] as const, [mode, name, true] as const]))(
    '%s (%s, truncated: %s)',
    async (autoreset, name, truncate) => {
      const kwargs = { length: 3, truncate };
      const sequence = Array.from({ length: 9 }, (_, t) => [t % 2, 1]);
      const id = 'bridge-test/Counter-v0';
      const question: Question = { id, seed: 0, actions: sequence, num_envs: 2, autoreset: name, kwargs };
      const [expected] = gymnasium(question);
      const bridge = await makeVectorEnv(id, { numEnvs: 2, autoreset, kwargs, ...OWN });
      const env = new SyncVectorEnv(() => new Counter(3, truncate), 2, { autoreset });
      const results = [await env.reset({ seed: 0 })] as unknown[];
      const across = [await bridge.reset({ seed: 0 })] as unknown[];
      for (const actions of sequence) {
        results.push(env.step(actions));
        across.push(await bridge.step(actions));
      }
      expect(plain(results)).toEqual(expected);
      expect(results).toEqual(across);
    },
  );

  it('disabled waits for a reset by mask, which leaves the others where they are', async () => {
    const env = new SyncVectorEnv([() => new Counter(1), () => new Counter(2), () => new Counter(1)], undefined, {
      autoreset: 'disabled',
    });
    await env.reset();
    const [obs, , terminated] = await env.step([0, 0, 0]);
    expect(plain(obs)).toEqual([[1], [1], [1]]);
    expect([...terminated]).toEqual([1, 0, 1]);
    expect(() => env.step([0, 0, 0])).toThrow(/environment 0: has no episode under way/);
    const [after, info] = await env.reset({ mask: [true, false, true] });
    expect(plain(after)).toEqual([[0], [1], [0]]);
    expect(plain(info)).toMatchObject({ begin: [true, false, true], _begin: [true, false, true] });
    expect(plain((await env.step([0, 0, 0]))[0])).toEqual([[1], [2], [1]]);
  });

  it('an empty mask resets nothing and gives the last observations', async () => {
    const env = new SyncVectorEnv(() => new Counter(), 2);
    await env.reset();
    await env.step([0, 0]);
    expect(plain(await env.reset({ mask: new Uint8Array(2) }))).toEqual([[[1], [1]], {}]);
  });
});

describe('seeds', () => {
  const seedsOf = (env: SyncVectorEnv) => env.envs.map((one) => (one as Counter).resets.map((reset) => reset?.seed));

  it('a number gives environment i the seed plus i, a list each its own, and none goes on', async () => {
    const env = new SyncVectorEnv(() => new Counter(), 3);
    await env.reset({ seed: 7 });
    await env.reset({ seed: [5, null, 2 ** 53 - 1] });
    await env.reset();
    expect(seedsOf(env)).toEqual([
      [7, 5, undefined],
      [8, null, undefined],
      [9, 2 ** 53 - 1, undefined],
    ]);
  });

  it('a masked reset seeds only those it resets, by their number in the vector', async () => {
    const env = new SyncVectorEnv(() => new Counter(), 3);
    await env.reset();
    await env.reset({ seed: 10, mask: [false, false, true] });
    expect(seedsOf(env)).toEqual([[undefined], [undefined], [undefined, 12]]);
  });

  it('the options of reset reach every environment, and none come with an autoreset', async () => {
    const env = new SyncVectorEnv(() => new Counter(1), 2);
    await env.reset({ options: { low: 1 } });
    await env.step([0, 0]);
    await env.step([0, 0]);
    const options = env.envs.map((one) => (one as Counter).resets.map((reset) => reset?.options));
    expect(options).toEqual([
      [{ low: 1 }, undefined],
      [{ low: 1 }, undefined],
    ]);
  });
});

describe('the time limit', () => {
  it('is that of Gymnasium’s TimeLimit', async () => {
    const kwargs = { length: 100 };
    const sequence = Array.from({ length: 9 }, () => [1]);
    const question: Question = { id: 'bridge-test/Counter-v0', seed: 0, actions: sequence, num_envs: 1 };
    const [expected] = gymnasium({ ...question, kwargs: { ...kwargs, max_episode_steps: 4 } });
    const env = new SyncVectorEnv(() => new Counter(100), 1, { maxEpisodeSteps: 4 });
    const results: unknown[] = [await env.reset({ seed: 0 })];
    for (const actions of sequence) results.push(await env.step(actions));
    expect(plain(results)).toEqual(expected);
  });

  it('wraps one environment, and counts from each reset', async () => {
    const env = new TimeLimit(new Counter(100), 2);
    const truncated: boolean[] = [];
    for (let episode = 0; episode < 2; episode++) {
      await env.reset();
      for (let t = 0; t < 2; t++) truncated.push((await env.step(0))[3]);
    }
    expect(truncated).toEqual([false, true, false, true]);
    expect(env.observationSpace).toBe(env.env.observationSpace);
  });

  it('leaves an episode that terminates in the last step terminated and truncated', async () => {
    const env = new TimeLimit(new Counter(2), 2);
    await env.reset();
    await env.step(0);
    expect((await env.step(0)).slice(2, 4)).toEqual([true, true]);
  });
});

describe('observations', () => {
  it('each step’s are an array of their own, though the environment writes into one buffer', async () => {
    const env = new SyncVectorEnv<NDArray>(() => new Counter(), 2);
    const [first] = await env.reset();
    const [second] = await env.step([0, 0]);
    const [third] = await env.step([0, 0]);
    expect([first, second, third].map(plain)).toEqual([
      [[0], [0]],
      [[1], [1]],
      [[2], [2]],
    ]);
    third.data.fill(9 as never);
    expect(plain((await env.step([0, 0]))[0])).toEqual([[3], [3]]);
  });

  it('a last observation given again by a masked reset is a copy, too', async () => {
    const env = new SyncVectorEnv<NDArray>(() => new Counter(), 2);
    await env.reset();
    const [obs] = await env.reset({ mask: [true, false] });
    await env.step([0, 0]);
    expect(plain(obs)).toEqual([[0], [0]]);
  });

  it('of spaces whose batch is a list share no memory with the environment', async () => {
    const buffer = new NDArray(Float64Array.of(1), [1], 'float64');
    class Lists extends Counter {
      override readonly observationSpace = new Sequence(new Counter().observationSpace) as never;
      override reset(): never {
        return [[buffer], {}] as never;
      }
      override step(): never {
        buffer.data.fill(2 as never);
        return [[buffer, buffer], 0, false, false, {}] as never;
      }
    }
    const env = new SyncVectorEnv<NDArray[][]>(() => new Lists(), 1);
    const [first] = await env.reset();
    const [second] = await env.step([0]);
    expect([plain(first), plain(second)]).toEqual([[[[1]]], [[[2], [2]]]]);
  });

  it('of Dict and Tuple spaces keep their structure around batches', async () => {
    const observationSpace = new Dict({ n: new Discrete(5), rest: new Tuple([new Discrete(9), new Text(3)]) });
    const make = (n: number): Environment => ({
      observationSpace,
      actionSpace: new Discrete(2),
      reset: () => [{ n, rest: [n + 1, 'abc'] }, {}],
      step: (): Step => [{ n: n + 1, rest: [n, 'x'] }, 1, false, false, {}],
    });
    const env = new SyncVectorEnv([() => make(1), () => make(2)]);
    expect(plain((await env.reset())[0])).toEqual({
      n: [1, 2],
      rest: [
        [2, 3],
        ['abc', 'abc'],
      ],
    });
    expect(plain((await env.step([0, 0]))[0])).toEqual({
      n: [2, 3],
      rest: [
        [1, 2],
        ['x', 'x'],
      ],
    });
  });
});

describe('infos', () => {
  const withInfos = (...infos: Record<string, unknown>[]) =>
    infos.map(
      (info) => () =>
        ({
          observationSpace: new Discrete(2),
          actionSpace: new Discrete(2),
          reset: () => [0, info],
          step: () => [0, 0, false, false, {}],
        }) as Environment,
    );

  it('have Gymnasium’s vector form: arrays with masks, nested maps, lists', async () => {
    const array = new NDArray(Int32Array.of(1, 2), [2], 'int32');
    const env = new SyncVectorEnv(
      withInfos({ lives: 3, won: true, name: 'a', sub: { x: 1, y: 2 } }, { lives: 2, array, sub: { x: 4 } }, {}),
    );
    const [, info] = await env.reset();
    expect(plain(info)).toEqual({
      lives: [3, 2, 0],
      _lives: [true, true, false],
      won: [true, false, false],
      _won: [true, false, false],
      name: ['a', null, null],
      _name: [true, false, false],
      sub: { x: [1, 4, 0], _x: [true, true, false], y: [2, 0, 0], _y: [true, false, false] },
      _sub: [true, true, false],
      array: [
        [0, 0],
        [1, 2],
        [0, 0],
      ],
      _array: [false, true, false],
    });
    expect((info.array as NDArray).dtype).toBe('int32');
    expect((info.lives as NDArray).dtype).toBe('float64');
  });

  it('of no common form are a list of one entry an environment', async () => {
    const [, info] = await new SyncVectorEnv(withInfos({ x: 1 }, { x: 'one' }, { x: [1, 2] })).reset();
    expect(info.x).toEqual([1, 'one', [1, 2]]);
  });
});

describe('environments that answer later', () => {
  class Later extends Counter {
    override reset(...args: Parameters<Counter['reset']>): never {
      return Promise.resolve(super.reset(...args)) as never;
    }
    override step(action: number): never {
      return Promise.resolve(super.step(action)) as never;
    }
  }

  it.each(['next_step', 'same_step'] as const)('give what those give that answer at once (%s)', async (autoreset) => {
    const now = new SyncVectorEnv([() => new Counter(2), () => new Counter(3)], 2, { autoreset, maxEpisodeSteps: 3 });
    const later = new SyncVectorEnv([() => new Later(2), () => new Counter(3)], 2, { autoreset, maxEpisodeSteps: 3 });
    expect(await later.reset({ seed: 1 })).toEqual(await now.reset({ seed: 1 }));
    for (let t = 0; t < 8; t++) expect(await later.step([0, 1])).toEqual(await now.step([0, 1]));
  });

  it('are called again only when they have answered', async () => {
    const env = new SyncVectorEnv(() => new Later(), 2);
    await env.reset();
    const step = env.step([0, 0]);
    expect(() => env.step([0, 0])).toThrow('step was called before step was done');
    await step;
    await env.step([0, 0]);
  });

  it('no promise is made where no environment makes one', () => {
    const env = new SyncVectorEnv(() => new Counter(1), 2, { autoreset: 'same_step' });
    expect(env.reset()).toBeInstanceOf(Array);
    expect(env.step([0, 0])).toBeInstanceOf(Array);
    expect(env.render()).toEqual([null, null]);
    expect(env.close()).toBeUndefined();
  });
});

it('`await using` closes every environment, once', async () => {
  const env = new SyncVectorEnv(() => new Counter(), 2);
  await env[Symbol.asyncDispose]();
  await env.close();
  expect(env.envs.map((one) => (one as Counter).closed)).toEqual([1, 1]);
});
