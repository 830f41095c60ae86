import { describe, expect, it } from 'vitest';
import { NDArray } from '../../src/spaces/index.js';
import { RawClient, serveAgent } from './setup.js';

const SPACES = {
  observation_space: { type: 'Box', low: -1, high: 1, shape: [3], dtype: 'float32' },
  action_space: { type: 'Discrete', n: 2, start: 0, dtype: 'int64' },
};
const refusal = (code: string, words: string) => ({
  ok: false,
  error: expect.objectContaining({ code, message: expect.stringContaining(words) }),
});

describe('numbers that would allocate are refused first, and the server goes on', () => {
  it('environments and observations beyond max_num_envs, which hello tells', async () => {
    const { endpoint, memory } = await serveAgent();
    const client = new RawClient(endpoint);
    expect(await client.hello()).toMatchObject({ ok: true, limits: { max_num_envs: 65_536 } });
    const before = memory();
    expect(await client.ask('learn', { on: true, num_envs: 3e8 })).toMatchObject(
      refusal('LimitExceeded', 'max_num_envs = 300000000'),
    );
    const none = new NDArray(new Float32Array(0), [65_537, 0], 'float32');
    expect(await client.ask('act', { obs: none, num_envs: 65_537 })).toMatchObject(
      refusal('LimitExceeded', 'max_num_envs = 65537'),
    );
    expect(await client.ask('learn', { on: true, num_envs: 65_536 })).toMatchObject({ ok: true });
    expect(memory() - before).toBeLessThan(2 ** 27);
  });

  it.each<[string, object]>([
    [
      'a Box of 2⁴⁰ numbers',
      { ...SPACES, observation_space: { ...SPACES.observation_space, shape: [2 ** 20, 2 ** 20] } },
    ],
    ['a Text of 2⁴⁰ letters', { ...SPACES, observation_space: text(2 ** 40) }],
    [
      'a MultiBinary of 2³¹ bits in a Dict',
      { ...SPACES, observation_space: dict({ type: 'MultiBinary', shape: [2 ** 31] }) },
    ],
    ['a MultiDiscrete of 2²⁰ + 1 entries', { ...SPACES, observation_space: multiDiscrete(2 ** 20 + 1) }],
  ])('%s', async (_, spaces) => {
    const client = new RawClient((await serveAgent()).endpoint);
    expect(await client.hello(spaces as never)).toMatchObject(refusal('LimitExceeded', 'max_space_numbers'));
    expect(await client.hello()).toMatchObject({ ok: true });
  });

  it.each<[string, object]>([
    ['10¹⁵ actions', { ...SPACES, action_space: { ...SPACES.action_space, n: 1e15 } }],
    ['products of a million numbers', { ...SPACES, observation_space: { ...SPACES.observation_space, shape: [1e6] } }],
    ['a Tuple as deep as a message can have it', { ...SPACES, observation_space: nested(14) }],
  ])('%s, where the features are made', async (_, spaces) => {
    const server = await serveAgent();
    const client = new RawClient(server.endpoint);
    expect(await client.hello(spaces as never)).toMatchObject({ ok: false });
    expect(await client.hello()).toMatchObject({ ok: true });
    expect(server.memory()).toBeLessThan(2 ** 30);
  });

  it('a table of 10¹⁵ states', async () => {
    const server = await serveAgent(['--new', 'FrozenLake-v1']);
    const client = new RawClient(server.endpoint);
    const states = { type: 'Discrete', n: 1e15, start: 0, dtype: 'int64' };
    expect(await client.hello({ ...SPACES, observation_space: states })).toMatchObject(
      refusal('BadConfiguration', 'oneHot: 1000000000000000 features'),
    );
    expect(await client.hello({ ...SPACES, observation_space: { ...states, n: 16 } })).toMatchObject({ ok: true });
  });
});

function text(length: number): object {
  return { type: 'Text', min_length: 0, max_length: length, charset: 'ab' };
}

function dict(inner: object): object {
  return { type: 'Dict', spaces: [['a', inner]] };
}

function nested(depth: number): object {
  return depth === 0
    ? { type: 'Sequence', space: SPACES.action_space, stack: false }
    : { type: 'Tuple', spaces: [nested(depth - 1)] };
}

function multiDiscrete(n: number): object {
  const nvec = new NDArray(new Int32Array(n).fill(2), [n], 'int32');
  return { type: 'MultiDiscrete', nvec, start: 0, dtype: 'int64' };
}
