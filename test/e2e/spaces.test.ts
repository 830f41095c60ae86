import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ConfigInput, readCheckpoint, train } from '../../src/agent/index.js';
import { folder } from '../support/folder.js';

process.env.PYTHONPATH = fileURLToPath(new URL('./python', import.meta.url));

const common: Omit<ConfigInput, 'env' | 'features'> = {
  totalSteps: 3000,
  gamma: 0.1,
  tau: 0.01,
  critic: { type: 'leastSquares', lambda: 0, window: 20 },
  actor: { mirrorStep: 20 },
  evaluation: { every: 3000, episodes: 20 },
};

const nested: ConfigInput = {
  ...common,
  env: { id: 'mirrorflow-test/Nested-v0', numEnvs: 4, imports: ['spaces_env'] },
  observations: { scaling: 'running', freezeAt: 200 },
  features: {
    type: 'product',
    parts: [
      { type: 'polynomial', degree: 1, dimensions: [0, 1, 2] },
      { type: 'tileCoding', tilings: 2, tiles: 4, dimensions: [3] },
    ],
  },
};

test('Dict observations, running scaling and MultiDiscrete actions: the agent finds the best action of each observation', async () => {
  const { evaluation, agent, steps } = await train(nested);
  expect(evaluation!.mean).toBe(20);
  expect(agent.core.model.family.features.size).toBe(6);
  expect(steps).toBeLessThanOrEqual(3000);
});

test('images as a grey grid and MultiBinary actions: the agent finds the quarter that is lit', async () => {
  const { evaluation } = await train({
    ...common,
    env: { id: 'mirrorflow-test/Image-v0', numEnvs: 4, imports: ['spaces_env'] },
    observations: { image: 2 },
    features: { type: 'polynomial', degree: 1 },
  });
  expect(evaluation!.mean).toBe(10);
});

test('running scaling, true online TD, averaged weights and a falling τ: a run that was interrupted and resumed is the run that was not, to the bit', async () => {
  const change: Partial<ConfigInput> = {
    critic: { type: 'trueOnlineTd', stepSize: 0.1, lambda: 0.8 },
    criticSteps: { type: 'constant', value: 16 },
    actor: { mirrorStep: 1, averaging: 0.9 },
    tau: { type: 'polynomial', value: 0.1, power: -0.5, min: 0.01 },
  };
  const dir = folder();
  const [whole, parts] = [join(dir, 'whole.mf'), join(dir, 'parts.mf')];
  const config = { ...nested, ...change, totalSteps: 1200 };
  await train(config, { checkpoint: whole });
  const abort = new AbortController();
  const onMetrics = ({ steps }: { steps: number }) => steps > 600 && abort.abort();
  const first = await train(config, { checkpoint: parts, signal: abort.signal, onMetrics });
  expect(first.steps).toBeLessThan(1200);
  await train(config, { checkpoint: parts, resume: readCheckpoint(parts) });
  const [a, b] = [whole, parts].map((path) => {
    const { agent, rollout, rng } = readCheckpoint(path).state;
    return { agent, rollout, rng };
  });
  expect(b).toEqual(a);
});
