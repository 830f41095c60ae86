import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Agent, readPreset, train } from '../../src/agent/index.js';
import { folder } from '../support/folder.js';
import { learnedCartPole } from '../support/learnedCartPole.js';

test.each([
  ['fixed features', {}],
  ['learned features', learnedCartPole],
])('%s: the agent of a checkpoint has the policy that was trained', async (_, changes) => {
  const checkpoint = join(folder(), 'checkpoint.mf');
  const evaluation = { every: 600, episodes: 1, threshold: 1e9 };
  const config = { ...readPreset('CartPole-v1'), ...changes, totalSteps: 600, evaluation };
  const { agent } = await train(config, { checkpoint });
  const read = await Agent.load(checkpoint);
  const probabilities = [agent, read].map(({ core: { policy, model } }) => {
    const { state } = model.features;
    const rows = { values: new Float64Array(state.size), indices: new Int32Array(0) };
    state.encode([0.1, -0.3, 0.05, 0.7], 0, rows.values, rows.indices, 0);
    return Array.from(policy.at(rows, 0).mean);
  });
  expect(probabilities[1]).toEqual(probabilities[0]);
  expect(probabilities[0][0]).not.toBeCloseTo(0.5, 3);
});
