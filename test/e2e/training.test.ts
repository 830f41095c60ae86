import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  type ConfigInput,
  type Metrics,
  makePictureEnv,
  parseConfig,
  readCheckpoint,
  readPreset,
  train,
} from '../../src/agent/index.js';
import { folder } from '../support/folder.js';
import { learnedCartPole } from '../support/learnedCartPole.js';

const testEnvs = fileURLToPath(new URL('./python', import.meta.url));
process.env.PYTHONPATH = testEnvs;

test('the CartPole preset reaches 475 of 500 in at most 40 000 steps', async () => {
  const { evaluation, reason, steps } = await train(readPreset('CartPole-v1'));
  expect(reason).toBe('threshold');
  expect(evaluation!.mean).toBeGreaterThanOrEqual(475);
  expect(steps).toBeLessThanOrEqual(40_000);
});

test('CartPole is learned with τ and the mirror step chosen automatically, which the metrics tell', async () => {
  const seen: Metrics[] = [];
  const { evaluation, reason } = await train(
    { ...readPreset('CartPole-v1'), tau: 'auto', actor: { mirrorStep: 'auto' } },
    { onMetrics: (metrics) => seen.push(metrics) },
  );
  expect(reason).toBe('threshold');
  expect(evaluation!.mean).toBeGreaterThanOrEqual(475);
  for (const { tau, mirrorStep } of seen) expect(tau > 0 && mirrorStep > 0 && tau * mirrorStep < 1).toBe(true);
  expect(new Set(seen.map(({ mirrorStep }) => mirrorStep)).size).toBeGreaterThan(1);
});

test('the CliffWalking preset finds the shortest safe path, 13 steps', async () => {
  const { evaluation } = await train(readPreset('CliffWalking-v1'));
  expect(evaluation!.mean).toBe(-13);
});

test('evaluation.maxEpisodeSteps is the time limit of evaluations, env.maxEpisodeSteps that of training', async () => {
  // The car cannot reach the goal so soon: a return is minus the length of the episode.
  const config = parseConfig({
    ...readPreset('MountainCar-v0'),
    env: { id: 'MountainCar-v0', numEnvs: 2, maxEpisodeSteps: 10 },
    totalSteps: 100,
    evaluation: { every: 100, episodes: 2, maxEpisodeSteps: 30 },
  });
  const { evaluation } = await train(config);
  expect(evaluation!.mean).toBe(-30);
  const env = await makePictureEnv(config);
  expect(env.spec?.maxEpisodeSteps).toBe(30);
  await env.close();
});

const td: ConfigInput = {
  ...readPreset('MountainCar-v0'),
  totalSteps: 3000,
  evaluation: { every: 1000, episodes: 8 },
};
const fit: ConfigInput = {
  ...readPreset('CartPole-v1'),
  totalSteps: 3000,
  evaluation: { every: 1000, episodes: 8 },
};
const geometric: ConfigInput = { ...td, sampler: { type: 'geometric', firstAction: 'uniform' }, gamma: 0.95 };

const gaussians: ConfigInput = {
  ...readPreset('Pendulum-v1'),
  totalSteps: 3000,
  evaluation: { every: 1000, episodes: 8 },
};
const lattice: ConfigInput = {
  ...gaussians,
  actions: { basis: { type: 'polynomial', degree: 2 }, rule: { type: 'lattice', nodes: 31 } },
};
const learned: ConfigInput = { ...fit, ...learnedCartPole };

test.each([
  ['td', td],
  ['leastSquares', fit],
  ['td, geometric sampler', geometric],
  ['truncated Gaussians', gaussians],
  ['lattice', lattice],
  ['learned features', learned],
])('%s: a run that was interrupted and resumed is the run that was not, to the bit', async (_, config) => {
  const dir = folder();
  const whole = join(dir, 'whole.mf');
  const parts = join(dir, 'parts.mf');
  await train(config, { checkpoint: whole });

  const abort = new AbortController();
  const first = await train(config, {
    checkpoint: parts,
    signal: abort.signal,
    onMetrics: ({ steps }) => steps > 1400 && abort.abort(),
  });
  expect(first.reason).toBe('aborted');
  expect(first.steps).toBeLessThan(3000);
  await train(config, { checkpoint: parts, resume: readCheckpoint(parts) });

  const [a, b] = [whole, parts].map((path) => {
    const { state, steps } = readCheckpoint(path);
    const { seconds: _, evaluation, ...rest } = state as { seconds: number; evaluation: { seconds?: number } };
    delete evaluation.seconds;
    return { steps, evaluation, ...rest };
  });
  expect(b).toEqual(a);
});

test('another seed is another run', async () => {
  const short = { ...fit, totalSteps: 600 };
  const [a, b] = [await train({ ...short, seed: 1 }), await train({ ...short, seed: 2 })];
  expect(a.agent.theta).not.toEqual(b.agent.theta);
});

test('NaN in an observation stops the run by a clear error, and the last checkpoint can be read', async () => {
  const checkpoint = join(folder(), 'checkpoint.mf');
  const config: ConfigInput = {
    ...fit,
    env: { id: 'mirrorflow-test/NaN-v0', numEnvs: 2, imports: ['nan_env'] },
    features: { type: 'fourier', order: 1 },
    evaluation: { every: 100, episodes: 2 },
    sampler: { type: 'onPolicy', steps: 10 },
  };
  await expect(train(config, { checkpoint })).rejects.toThrow(
    /NonFiniteError|environment \d gave observation\[1\] = NaN at step \d+; expected a finite number/,
  );
  expect(existsSync(checkpoint)).toBe(true);
  expect(readCheckpoint(checkpoint).steps).toBeGreaterThanOrEqual(100);
});

test('NaN where nothing was saved speaks of no checkpoint', async () => {
  const env = { id: 'mirrorflow-test/NaN-v0', numEnvs: 2, imports: ['nan_env'] };
  const ended = train({
    ...fit,
    env,
    features: { type: 'fourier', order: 1 },
    sampler: { type: 'onPolicy', steps: 10 },
  });
  await expect(ended).rejects.toThrow(/= NaN at step \d+; expected a finite number/);
  await expect(ended).rejects.not.toThrow(/checkpoint/);
});

test('pictures of an environment without the render mode are refused with what it lacks', async () => {
  const env = { id: 'mirrorflow-test/NaN-v0', numEnvs: 1, imports: ['nan_env'] };
  await expect(makePictureEnv(parseConfig({ ...fit, env }))).rejects.toThrow(
    /mirrorflow-test\/NaN-v0 has no render mode "rgb_array", so there are no pictures of it; add the mode/,
  );
});

test('features that do not fit the observation space are refused by name', async () => {
  await expect(train({ ...fit, features: { type: 'oneHot' } })).rejects.toThrow(
    /features "oneHot" need a Discrete observation space; CartPole-v1 has Box/,
  );
  await expect(train({ ...fit, features: { type: 'fourier', order: 1 } })).rejects.toThrow(
    /dimension 1 is \[-Infinity, Infinity\]/,
  );
});
