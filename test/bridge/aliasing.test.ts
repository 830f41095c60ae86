import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { NDArray } from '../../src/spaces/index.js';
import { makeEnv, makeVectorEnv, plain } from './setup.js';

/** The environments that the Python tests have, too: they write again to every array they returned. */
const PYTHONPATH = fileURLToPath(new URL('../../python_bridge/tests', import.meta.url));
const SCRIBBLER = 'scribbling_envs:Scribbler-v0';
const OWN = { env: { PYTHONPATH } };
const STEPS = 8;

/** The numbers in an array; one that is torn has several. */
const numbers = (x: unknown) => [...new Set((x as NDArray).data as Uint8Array)];

describe('calls that are made at once get what the environment returned at that moment', () => {
  it('from one environment: observations and arrays in infos', async () => {
    const env = await makeEnv(SCRIBBLER, OWN);
    await env.reset();
    const steps = await Promise.all(Array.from({ length: STEPS }, () => env.step(0)));
    const expected = Array.from({ length: STEPS }, (_, t) => [t + 1]);
    expect(steps.map(([obs]) => numbers(obs))).toEqual(expected);
    expect(steps.map(([, , , , info]) => numbers(info.frame))).toEqual(expected);
  });

  it('from environments on two servers, each with one buffer', async () => {
    const envs = await makeVectorEnv(SCRIBBLER, { numEnvs: 4, servers: 2, kwargs: { kind: 'box' }, ...OWN });
    await envs.reset();
    const steps = await Promise.all(Array.from({ length: STEPS }, () => envs.step([0, 0, 0, 0])));
    expect(steps.map(([obs]) => numbers(obs))).toEqual(Array.from({ length: STEPS }, (_, t) => [t + 1]));
  });

  it('from a step and the picture after it, and from a reset and the step after it', async () => {
    const env = await makeEnv(SCRIBBLER, { renderMode: 'rgb_array', ...OWN });
    await env.reset();
    for (let episode = 1; episode <= 5; episode++) {
      const [reset, first, frame, second] = await Promise.all([env.reset(), env.step(0), env.render(), env.step(0)]);
      const seen = [reset[0], first[0], frame, second[0]].map(numbers);
      expect(seen).toEqual([0, 1, 1, 2].map((t) => [10 * episode + t]));
    }
  });
});

describe('many episodes that end in one step', () => {
  it('all have their final observation', async () => {
    const numEnvs = 1200;
    const envs = await makeVectorEnv('Pendulum-v1', { numEnvs, autoreset: 'same_step', maxEpisodeSteps: 1 });
    const [first] = await envs.reset({ seed: 7 });
    const [, , , truncated, info] = await envs.step(new Float32Array(numEnvs));
    expect(truncated.every((x) => x === 1)).toBe(true);
    const final = info.final_obs as NDArray[];
    expect(final).toHaveLength(numEnvs);
    for (const i of [0, 600, 1199]) {
      // One step of Pendulum without torque, from Gymnasium's source.
      const [cos, sin, speed] = (first as NDArray).row(i).data as Float32Array;
      const faster = Math.max(-8, Math.min(8, speed! + 15 * sin! * 0.05));
      const angle = Math.atan2(sin!, cos!) + faster * 0.05;
      const expected = [Math.cos(angle), Math.sin(angle), faster];
      expected.forEach((x, k) => {
        expect(final[i].data[k]).toBeCloseTo(x, 4);
      });
    }
  });

  it('have null where no episode ended', async () => {
    const kwargs = { kind: 'dict' };
    const options = { numEnvs: 3, autoreset: 'same_step', kwargs, ...OWN } as const;
    const envs = await makeVectorEnv('large_envs:Numbered-v0', options);
    await envs.reset();
    await envs.setAttr('length', [2, 1, 2]);
    const [, , , , info] = await envs.step([0, 0, 0]);
    expect(plain(info.final_obs)).toEqual([null, { a: [1, 1], b: 1, c: [1] }, null]);
  });
});

it('an info that is too large for a message does not cost the step', async () => {
  const env = await makeEnv('large_envs:Numbered-v0', { kwargs: { info: 'long_list' }, ...OWN });
  await env.reset();
  const [obs, reward, , , info] = await env.step(0);
  expect([plain(obs), reward, info.small]).toEqual([[1, 1], 0.5, 1]);
  expect(String(info.large)).toMatch(/^<list of 300001 entries/);
});
