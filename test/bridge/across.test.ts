import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { decode, Env, encode, VectorEnv } from '../../src/bridge/index.js';
import { createRng, NDArray, type Space } from '../../src/spaces/index.js';
import { anySpace } from '../spaces/anySpace.js';
import { serveOwn } from './setup.js';

// One server process for all spaces.
let endpoint: string;
beforeAll(async () => {
  const server = await serveOwn('any_space');
  endpoint = server.endpoint;
  return server.stop;
});

const VALUES = 3;

/** Runs with one environment and a vector of three whose observations and actions are of the space. */
async function withEnvs(space: Space, run: (env: Env, vector: VectorEnv) => Promise<void>): Promise<void> {
  const options = { kwargs: { description: space.describe() }, imports: ['any_space'] };
  const id = 'bridge-test/AnySpace-v0';
  const [env, vector] = await Promise.all([
    Env.connect(endpoint, id, options),
    VectorEnv.connect(endpoint, id, { numEnvs: VALUES, ...options }),
  ]);
  try {
    await run(env, vector);
  } finally {
    await Promise.all([env.close(), vector.close()]);
  }
}

/** Runs for random spaces, the same in every run. */
function forAnySpace(
  seed: number,
  numRuns: number,
  check: (space: Space, seed: number) => Promise<void>,
): Promise<void> {
  return fc.assert(fc.asyncProperty(anySpace, fc.nat(), check), {
    seed: seed + Number(process.env.XS ?? 0),
    numRuns: process.env.XS ? 400 : numRuns,
  });
}

/** Samples a value that can travel: a float16 has more digits here than on its way. */
function sample(space: Space, rng: ReturnType<typeof createRng>): unknown {
  const value = space.sample(rng);
  return JSON.stringify(space).includes('float16') ? decode(encode({ value })).value : value;
}

/** That two values are equal down to dtype and bits. */
function expectSame(actual: unknown, expected: unknown): void {
  if (expected instanceof NDArray) {
    expect(actual).toBeInstanceOf(NDArray);
    if (!(actual as NDArray).equals(expected)) expect(actual).toEqual(expected);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected)) expectSame((actual as Record<string, unknown>)[key], value);
  } else {
    expect(actual).toBe(expected);
  }
}

it('a value of any space goes to Python as an action and comes back as an observation, the same', async () => {
  await forAnySpace(5, 60, (space, seed) =>
    withEnvs(space, async (env, vector) => {
      expect(env.actionSpace.equals(space), `${env.actionSpace} for ${space}`).toBe(true);
      expect(vector.singleObservationSpace.equals(space)).toBe(true);
      const rng = createRng(seed);
      const values = Array.from({ length: VALUES }, () => sample(space, rng));
      await Promise.all([env.reset({ seed }), vector.reset({ seed })]);
      for (const value of values) {
        const [obs, , isOutside] = await env.step(value);
        expect(isOutside).toBe(false);
        expectSame(obs, value);
      }
      const [batch, , outside] = await vector.step(space.batchOf(values));
      expect([...outside]).toEqual([0, 0, 0]);
      values.forEach((value, i) => {
        expectSame(space.batchItem(batch, i), value);
      });
    }),
  );
});

it('a value that Gymnasium samples is in the space here, and goes back to Python the same', async () => {
  await forAnySpace(6, 60, (space, seed) =>
    withEnvs(space, async (env, vector) => {
      for (let i = 0; i < VALUES; i++) {
        const [obs] = await env.reset({ seed: (seed % 2 ** 30) + i });
        expect(space.contains(obs)).toBe(true);
        expect((await env.step(obs)).slice(1, 3)).toEqual([1, false]);
      }
      const [batch] = await vector.reset({ seed: seed % 2 ** 30 });
      for (let i = 0; i < VALUES; i++) expect(space.contains(space.batchItem(batch, i))).toBe(true);
      const [, rewards, outside] = await vector.step(batch);
      expect([...rewards]).toEqual([1, 1, 1]);
      expect([...outside]).toEqual([0, 0, 0]);
    }),
  );
});
