import { expect, test } from 'vitest';
import { type ConfigInput, type Metrics, readPreset, train } from '../../src/agent/index.js';

test("rewardClip learns what Gymnasium's ClipReward has it learn, to the bit, and tells the returns of the rewards as they are", async () => {
  const config: ConfigInput = {
    ...readPreset('Pendulum-v1'),
    totalSteps: 3_200,
    evaluation: { every: 3_200, episodes: 4 },
  };
  const seen: Metrics[] = [];
  const ours = await train({ ...config, rewardClip: [-3, -0.5] }, { onMetrics: (metrics) => seen.push(metrics) });
  const wrapper = { id: 'ClipReward', kwargs: { min_reward: -3, max_reward: -0.5 } };
  const theirs: Metrics[] = [];
  const { agent } = await train(
    { ...config, env: { ...config.env, wrappers: [wrapper] } },
    { onMetrics: (metrics) => theirs.push(metrics) },
  );
  expect(ours.agent.theta).toEqual(agent.theta);
  expect(ours.agent.w).toEqual(agent.w);
  // The first episodes fall and swing: far below 200 steps of at most -3 by true rewards.
  expect(theirs[7].meanReturn).toBeGreaterThanOrEqual(-600);
  expect(seen[7].meanReturn).toBeLessThan(-600);
});

test('without rewardClip another critic is learned', async () => {
  const config: ConfigInput = {
    ...readPreset('Pendulum-v1'),
    totalSteps: 400,
    evaluation: { every: 400, episodes: 1 },
  };
  const plain = await train(config);
  const clipped = await train({ ...config, rewardClip: [-3, 0] });
  expect(clipped.agent.theta).not.toEqual(plain.agent.theta);
});
