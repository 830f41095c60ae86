import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ConfigInput, train } from '../../src/agent/index.js';

process.env.PYTHONPATH = fileURLToPath(new URL('../../python_bridge/tests', import.meta.url));

const gamma = 0.5;
/** Of value_envs.py: a step from s leads to s + 1, that from 3 terminates, and after two steps an episode is truncated. */
const rewards = [1, 2, 3, 10];
/** V(3) = 10, V(s) = r(s) + V(s+1)/2. */
const values = [4, 6, 8, 10];

const input: ConfigInput = {
  env: { id: 'mirrorflow-test/Line-v0', numEnvs: 3, imports: ['value_envs'] },
  totalSteps: 1500,
  gamma,
  // The policy stays μ, so that both actions are met again and again and KL is 0.
  tau: 0.01,
  features: { type: 'oneHot' },
  critic: { type: 'leastSquares', window: 4, lambda: 0, ridge: 1e-9 },
  criticSteps: { type: 'constant', value: 11 },
  actor: { mirrorStep: 1e-9 },
  // A batch ends in the middle of episodes, too.
  sampler: { type: 'onPolicy', steps: 11 },
  evaluation: { every: 10_000, episodes: 1 },
};

/** −Q(s,a;θ)/costScale of all states, for both actions. */
async function learned(change: Partial<ConfigInput>): Promise<number[][]> {
  const { agent } = await train({ ...input, ...change });
  const q = Array.from(agent.theta, (cost) => agent.core.rewardsOf(cost));
  return [q.slice(0, 4), q.slice(4)];
}

const near = (expected: number[]) => Array(2).fill(expected.map((value) => expect.closeTo(value, 3)));

test.each<[string, Partial<ConfigInput>]>([
  ['leastSquares', {}],
  ['leastSquares with long returns', { critic: { type: 'leastSquares', window: 4, lambda: 0.95, ridge: 1e-9 } }],
  ['td', { critic: { type: 'td', stepSize: 0.5, lambda: 0.5 } }],
  ['trueOnlineTd', { critic: { type: 'trueOnlineTd', stepSize: 0.5, lambda: 0.5 } }],
  ['recursiveLeastSquares', { critic: { type: 'recursiveLeastSquares', lambda: 0.95, forgetting: 0.8, ridge: 1e-9 } }],
  ['the geometric sampler', { sampler: { type: 'geometric', steps: 11 } }],
])('values found by hand are learned where episodes are truncated and terminated: %s', async (_, change) => {
  expect(await learned(change)).toEqual(near(values));
});

test("a time limit of one step leaves the values; with truncation 'terminate' they are the rewards", async () => {
  const env = { ...input.env, maxEpisodeSteps: 1 };
  expect(await learned({ env })).toEqual(near(values));
  expect(await learned({ env, truncation: 'terminate' })).toEqual(near(rewards));
});
