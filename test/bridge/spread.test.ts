import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide } from '../../src/bridge/env/layout.js';
import { chooseSpread } from '../../src/bridge/env/spread.js';
import { VectorEnv, type VectorEnvOptions } from '../../src/bridge/index.js';
import {
  freeEndpoint,
  gymnasium,
  isAlive,
  makeVectorEnv,
  OWN,
  plain,
  rejection,
  serve,
  temporaryFolder,
} from './setup.js';

const TROUBLE = 'bridge-test/Trouble-v0';
const AUTO = { servers: 'auto', groups: 'auto' } as const;
const several = availableParallelism() > 1;

describe('the choice of servers and groups', () => {
  it.each([
    // Cheap environments: a process of their own costs more than it saves.
    [
      { cores: 2, numEnvs: 8, cost: 0.04 },
      { servers: 1, groups: 2 },
    ],
    [
      { cores: 64, numEnvs: 8, cost: 0.04 },
      { servers: 1, groups: 2 },
    ],
    // From 1 ms for each server on.
    [
      { cores: 2, numEnvs: 8, cost: 0.26 },
      { servers: 2, groups: 2 },
    ],
    [
      { cores: 8, numEnvs: 64, cost: 0.07 },
      { servers: 4, groups: 2 },
    ],
    // At most one a core, and one an environment; a multiple of the groups.
    [
      { cores: 4, numEnvs: 8, cost: 50 },
      { servers: 4, groups: 2 },
    ],
    [
      { cores: 64, numEnvs: 8, cost: 50 },
      { servers: 8, groups: 2 },
    ],
    [
      { cores: 7, numEnvs: 8, cost: 50 },
      { servers: 6, groups: 2 },
    ],
    // Nothing can be done beside anything else.
    [
      { cores: 1, numEnvs: 8, cost: 50 },
      { servers: 1, groups: 1 },
    ],
    [
      { cores: 8, numEnvs: 1, cost: 50 },
      { servers: 1, groups: 1 },
    ],
    // Nothing is known.
    [
      { cores: 8, numEnvs: 8, cost: null },
      { servers: 1, groups: 1 },
    ],
  ])('%o: %o', (facts, spread) => {
    expect(chooseSpread(facts, {})).toEqual(spread);
  });

  it.each([
    [{ servers: 3 }, { servers: 3, groups: 1 }],
    [{ servers: 4 }, { servers: 4, groups: 2 }],
    [{ groups: 1 }, { servers: 8, groups: 1 }],
    [{ groups: 3 }, { servers: 6, groups: 3 }],
    [{ groups: 12 }, { servers: 6, groups: 12 }],
    [
      { servers: 2, groups: 4 },
      { servers: 2, groups: 4 },
    ],
  ])('what is given stays: %o of 12 environments', (given, spread) => {
    expect(chooseSpread({ cores: 8, numEnvs: 12, cost: 50 }, given)).toEqual(spread);
  });

  it('can always be divided, by more servers than cores never', () => {
    const count = fc.integer({ min: 1, max: 70 });
    const cost = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(
        count,
        count,
        cost,
        count,
        fc.constantFrom('servers', 'groups', 'none'),
        (cores, numEnvs, cost, n, own) => {
          const given = own === 'none' ? {} : { [own]: Math.min(n, numEnvs) };
          const { servers, groups } = chooseSpread({ cores, numEnvs, cost }, given);
          expect(divide(numEnvs, servers, groups)).toHaveLength(Math.max(servers, groups));
          if (own !== 'servers') expect(servers).toBeLessThanOrEqual(cores);
        },
      ),
    );
  });
});

describe('servers and groups "auto"', () => {
  it('one environment is measured before, and those that are made give what Gymnasium’s give', async () => {
    const sequence = Array.from({ length: 30 }, (_, t) => [t % 2, 1, 0, (t >> 1) % 2]);
    const [expected] = gymnasium({ id: 'CartPole-v1', seed: 5, actions: sequence, num_envs: 4 });
    const env = await makeVectorEnv('CartPole-v1', { numEnvs: 4, ...AUTO });
    const { spread } = env;
    expect(spread).toMatchObject({ numEnvs: 4, cores: availableParallelism(), groups: several ? 2 : 1 });
    expect(env.groups).toHaveLength(spread.groups);
    expect(env.serverInfos).toHaveLength(spread.servers);
    if (several) expect(spread.cost).toBeGreaterThanOrEqual(0);
    const rows = [(await env.reset({ seed: 5 }))[0]];
    for (const action of sequence) rows.push((await env.step(action))[0]);
    expect(rows.map(plain)).toEqual(expected!.map((result) => result[0]));
  });

  it.runIf(several)('costly environments get more servers', async () => {
    const env = await makeVectorEnv('bridge-test/Slow-v0', { numEnvs: 4, kwargs: { seconds: 0.01 }, ...AUTO, ...OWN });
    expect(env.spread.cost).toBeGreaterThanOrEqual(9);
    expect(env.spread.servers).toBeGreaterThan(1);
    expect(env.serverInfos).toHaveLength(env.spread.servers);
  });

  it('both are 1 unless they are asked for', async () => {
    const env = await makeVectorEnv('CartPole-v1', { numEnvs: 2 });
    expect(env.spread).toMatchObject({ servers: 1, groups: 1, cost: null });
  });

  it('numbers stay', async () => {
    const env = await makeVectorEnv('CartPole-v1', { numEnvs: 3, servers: 3, groups: 'auto' });
    expect(env.spread).toMatchObject({ servers: 3, groups: 1 });
    expect(env.serverInfos).toHaveLength(3);
  });

  it('a vector that is made as a whole has one server and one group', async () => {
    const env = await makeVectorEnv('CartPole-v1', { numEnvs: 4, backend: 'vector_entry_point', ...AUTO });
    expect(env.spread).toMatchObject({ servers: 1, groups: 1, cost: null });
  });

  it('an environment that raises in the probe has one of each, and its error where it is stepped', async () => {
    const options = { numEnvs: 2, kwargs: { kind: 'raise' }, ...AUTO, ...OWN };
    const env = await makeVectorEnv(TROUBLE, options);
    expect(env.spread).toMatchObject({ servers: 1, groups: 1, cost: null });
    expect(plain((await env.reset())[0])).toEqual([[0], [0]]);
    expect(plain((await env.step([0, 0]))[0])).toEqual([[1], [1]]);
    await expect(env.step([1, 0])).rejects.toMatchObject({ code: 'EnvironmentFault' });
  });

  it.runIf(several)('a server that the probe ends is replaced', async () => {
    const marker = join(temporaryFolder(), 'marker');
    const options: VectorEnvOptions = { numEnvs: 2, kwargs: { kind: 'exit', marker }, onStderr: () => {}, ...AUTO };
    const env = await makeVectorEnv(TROUBLE, { ...options, ...OWN });
    expect(existsSync(marker)).toBe(true);
    expect(env.spread).toMatchObject({ servers: 1, groups: 1, cost: null });
    await env.reset();
    expect(plain((await env.step([1, 1]))[0])).toEqual([[1], [1]]);
  });

  it('an environment that cannot be made is the error of make, and leaves no server behind', async () => {
    const error = await rejection(VectorEnv.make('nothing-v0', { numEnvs: 2, ...AUTO }));
    expect(error).toMatchObject({ name: 'ServerError', code: 'UnknownEnvironment' });
    expect(error.message).toContain('make of nothing-v0 (2 environments)');
    const ended = await rejection(
      VectorEnv.make(TROUBLE, { numEnvs: 2, kwargs: { kind: 'exit-in-make' }, onStderr: () => {}, ...AUTO, ...OWN }),
    );
    expect(ended).toMatchObject({ name: 'ServerDiedError' });
    const pid = Number(/pid (\d+)/.exec(ended.message)![1]);
    expect(isAlive(pid)).toBe(false);
  });

  it('numbers that do not fit are refused as ever, and "auto" of servers elsewhere', async () => {
    await expect(VectorEnv.make('CartPole-v1', { numEnvs: 2, servers: 3, groups: 'auto' })).rejects.toThrow(
      '2 environments cannot be divided into 3 parts',
    );
    const endpoint = await freeEndpoint();
    serve(endpoint);
    const error = await rejection(
      VectorEnv.connect(endpoint, 'CartPole-v1', { numEnvs: 2, servers: 'auto' as unknown as number }),
    );
    expect(error).toMatchObject({ code: 'BadArgument' });
    expect(error.message).toContain('servers is "auto"');
  });
});
