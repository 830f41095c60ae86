import { beforeAll, describe, expect, it } from 'vitest';
import { Env, VectorEnv } from '../../src/bridge/index.js';
import { createRng } from '../../src/spaces/index.js';
import { OWN, serveOwn } from './setup.js';

const KINDS = [
  'Box',
  'Scalar',
  'Half',
  'Image',
  'Int64',
  'Discrete',
  'MultiBinary',
  'MultiDiscrete',
  'Text',
  'Dict',
  'IntegerKeys',
  'Tuple',
  'Sequence',
  'Stacked',
  'Graph',
  'OneOf',
];

// One server for all kinds.
let endpoint: string;
beforeAll(() => {
  const server = serveOwn('bridge_test_envs');
  endpoint = server.endpoint;
  return server.stop;
});

// An environment that observes the action: what comes back went through both codecs twice.
describe.each(KINDS)('values of %s', (kind) => {
  it('travel as actions and come back as observations, alone and in a batch', async () => {
    const options = { kwargs: { kind }, imports: OWN.imports };
    const [env, vector] = await Promise.all([
      Env.connect(endpoint, 'bridge-test/Echo-v0', options),
      VectorEnv.connect(endpoint, 'bridge-test/Echo-v0', { numEnvs: 3, ...options }),
    ]);
    try {
      const space = env.actionSpace;
      const rng = createRng(9);
      const [first] = await env.reset({ seed: 1 });
      expect(space.contains(first)).toBe(true);
      for (let i = 0; i < 3; i++) {
        const action = space.sample(rng);
        const [obs, , isOutside] = await env.step(action);
        expect(space.contains(obs)).toBe(true);
        expect(isOutside).toBe(false);
        // Compared after one journey: float16 is rounded on the way.
        const [again] = await env.step(obs);
        expect(space.valueToJSON(again)).toEqual(space.valueToJSON(obs));
        if (kind !== 'Half') expect(space.valueToJSON(obs)).toEqual(space.valueToJSON(action));
      }
      const [batch] = await vector.reset({ seed: 1 });
      expect(vector.observationSpace.contains(batch)).toBe(true);
      expect(space.valueToJSON(space.batchItem(batch, 0))).toEqual(space.valueToJSON(first));
      const [same, , outside] = await vector.step(batch);
      expect([...outside]).toEqual([0, 0, 0]);
      for (let i = 0; i < 3; i++) {
        expect(space.valueToJSON(space.batchItem(same, i))).toEqual(space.valueToJSON(space.batchItem(batch, i)));
      }
    } finally {
      await Promise.all([env.close(), vector.close()]);
    }
  });
});

describe('an action out of its space', () => {
  let env: VectorEnv;
  beforeAll(async () => {
    env = await VectorEnv.make('CartPole-v1', { numEnvs: 4, servers: 2, groups: 2 });
    await env.reset();
    return () => env.close();
  });

  it('is refused before it is sent, with the environment, the value and the space', async () => {
    await expect(env.step([0, 1, 0, 7])).rejects.toMatchObject({ name: 'SpaceError', index: 3, value: 7 });
    await expect(env.step([0, 1, 0, 7])).rejects.toThrow(
      'the action for environment 3: 7 is no integer from 0 to 1.\nExpected: a value of Discrete(2)',
    );
  });

  it('in a group names the environment by its number in the whole', async () => {
    await expect(env.group(1).step([0, 7])).rejects.toMatchObject({ index: 3 });
  });

  it('of the wrong number is refused', async () => {
    await expect(env.step([0, 1])).rejects.toThrow('shape [2], expected [4] (one integer an environment)');
  });

  it('does not keep the next one from being taken', async () => {
    await expect(env.step([0, 1, 0, 1])).resolves.toHaveLength(5);
  });
});
