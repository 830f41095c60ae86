import { expect, test } from 'vitest';
import { Agent, type ConfigInput, parseConfig } from '../../src/agent/index.js';
import { Discrete } from '../../src/spaces/index.js';

const input: ConfigInput = {
  env: { id: 'CartPole-v1', numEnvs: 1 },
  totalSteps: 100,
  gamma: 0.9,
  tau: 0.5,
  features: { type: 'oneHot' },
  critic: { type: 'td', stepSize: 0.1 },
  actor: { mirrorStep: 2 },
};

const makeAgent = (change: Partial<ConfigInput> = {}) =>
  new Agent(parseConfig({ ...input, ...change }), new Discrete(2), new Discrete(2));

test('a τ that is a schedule runs on the sum of the mirror steps, in the critic and in the mirror step', () => {
  const agent = makeAgent({ tau: { type: 'exponential', value: 0.5, rate: -0.1, min: 0.3 } });
  agent.critic.theta.fill(1);
  const taus: number[] = [];
  let w = 0;
  for (let n = 0; n < 4; n++) {
    taus.push(agent.context.tau);
    // w ← (w + λθ)/(1 + λτ) with the τ of the moment.
    w = (w + 2) / (1 + 2 * taus[n]!);
    agent.improve();
    expect(agent.policy.w[0]).toBeCloseTo(w, 14);
  }
  expect(taus).toEqual([0.5, 0.5 * Math.exp(-0.2), 0.5 * Math.exp(-0.4), 0.3].map((x) => expect.closeTo(x, 14)));
});

test('with averaging the mirror step takes the exponential mean of the θs', () => {
  const agent = makeAgent({
    actor: { mirrorStep: 2, averaging: 0.8 },
    critic: { type: 'td', stepSize: 1, initialValue: 5 },
  });
  const thetas = [1, -3, 4];
  let [w, average] = [0, 5];
  for (const theta of thetas) {
    agent.critic.theta.fill(theta);
    agent.improve();
    average = 0.8 * average + 0.2 * theta;
    w = (w + 2 * average) / 2;
    expect(agent.policy.w[3]).toBeCloseTo(w, 13);
  }
});

test('an agent restored from its snapshot, the average of θ included, goes on to the bit', () => {
  const change: Partial<ConfigInput> = { actor: { mirrorStep: 0.7, averaging: 0.9 } };
  const one = makeAgent(change);
  const move = (agent: Agent, n: number) => {
    agent.critic.theta.fill(Math.sin(n));
    agent.improve();
  };
  move(one, 1);
  move(one, 2);
  const other = makeAgent(change);
  other.restore(structuredClone(one.snapshot()));
  for (const agent of [one, other]) move(agent, 3);
  expect(other.snapshot()).toEqual(one.snapshot());
});

test.each<ConfigInput['critic']>([
  { type: 'td', stepSize: 0.1, eta: { type: 'constant', value: 3 } },
  { type: 'trueOnlineTd', stepSize: 0.1, eta: { type: 'constant', value: 3 } },
])('$type learns online: M_n steps a batch, each of size hη', (critic) => {
  const agent = makeAgent({ critic, criticSteps: { type: 'constant', value: 7 } });
  expect([agent.batchSteps, agent.stepSize]).toEqual([7, expect.closeTo(0.3, 14)]);
});

test.each<ConfigInput['critic']>([{ type: 'leastSquares', window: 3 }, { type: 'recursiveLeastSquares' }])(
  '$type learns from whole batches, with M_n passes',
  (critic) => {
    const agent = makeAgent({ critic, criticSteps: { type: 'constant', value: 7 } });
    expect([agent.batchSteps, agent.stepSize]).toEqual([32, 0]);
  },
);
