import type { ConfigInput } from '../../src/agent/index.js';

/** A small network for CartPole-v1, in place of its preset's features and critic. */
export const learnedCartPole = {
  features: { type: 'network', hidden: [8, 6], low: [-2.4, -3, -0.21, -3], high: [2.4, 3, 0.21, 3] },
  critic: { type: 'network', window: 4, draws: 2 },
} satisfies Partial<ConfigInput>;
