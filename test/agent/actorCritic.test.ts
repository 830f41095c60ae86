import { expect, test } from 'vitest';
import { adaptStep } from '../../src/actor/adaptiveStep.js';
import { ActorCritic, type ConfigInput, parseConfig } from '../../src/agent/index.js';
import { oneHot } from '../../src/features/index.js';
import { encodeStates, makeBatch } from '../../src/sampling/batch.js';
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
  new ActorCritic(parseConfig({ ...input, ...change }), new Discrete(2), new Discrete(2));

test('a τ that is a schedule runs on the sum of the mirror steps, in the critic and in the mirror step', () => {
  const agent = makeAgent({ tau: { type: 'exponential', value: 0.5, rate: -0.1, min: 0.3 } });
  agent.critic.theta.fill(1);
  const taus: number[] = [];
  let w = 0;
  for (let n = 0; n < 4; n++) {
    taus.push(agent.context.tau);
    // w ← (w + λθ)/(1 + λτ) with the τ of the moment.
    w = (w + 2) / (1 + 2 * taus[n]);
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
  const move = (agent: ActorCritic, n: number) => {
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

test('an adaptive mirror step settles where a step moves the policy by the target, and is a part of the snapshot', () => {
  const mirrorStep = { type: 'adaptive', target: 1e-3, initial: 1 } as const;
  const agent = makeAgent({ actor: { mirrorStep }, tau: 1e-3 });
  const batch = makeBatch(oneHot(2), 1, 2);
  batch.observations.set([0, 1, 0, 1]);
  for (let t = 0; t < 2; t++) encodeStates(agent.model.features.state, batch, t);
  batch.valid.fill(1);
  // θ of the pair (action, state): the policy goes one way and back again, so that it always has somewhere to go.
  const probabilities = () => [0, 1].map((s) => [...agent.policy.at(batch.states, s).mean]);
  let moved = 0;
  for (let n = 0; n < 40; n++) {
    const before = probabilities();
    agent.critic.theta.set([1, -0.5, -1, 0.5].map((x) => (n % 2 === 0 ? x : -x)));
    agent.improve(batch);
    const after = probabilities();
    // KL(π'|π) = Σ π' log(π'/π), the mean over both states.
    moved = after.reduce((sum, p, s) => sum + p.reduce((kl, x, a) => kl + x * Math.log(x / before[s][a]), 0) / 2, 0);
  }
  expect(Math.abs(moved / 1e-3 - 1)).toBeLessThan(0.05);
  const other = makeAgent({ actor: { mirrorStep }, tau: 1e-3 });
  other.restore(structuredClone(agent.snapshot()));
  for (const each of [agent, other]) each.improve(batch);
  expect(other.snapshot()).toEqual(agent.snapshot());
});

test('an adaptive step at most doubles or halves, and stays between its bounds', () => {
  const options = { target: 1, initial: 1, min: 0.1, max: 3 };
  expect(adaptStep(1, 1e-9, options)).toBe(2);
  expect(adaptStep(1, 0, options)).toBe(2);
  expect(adaptStep(1, 1e9, options)).toBe(0.5);
  expect(adaptStep(1, 1.44, options)).toBeCloseTo(1 / 1.2, 14);
  expect(adaptStep(2, 0, options)).toBe(3);
  expect(adaptStep(0.15, 1e9, options)).toBe(0.1);
});

test('an automatic τ keeps the bias τ log m/(1−γ) at a tenth of the range of the values, and is a part of the snapshot', () => {
  const agent = makeAgent({ tau: 'auto', actor: { mirrorStep: 'auto' } });
  const batch = makeBatch(oneHot(2), 1, 2);
  batch.observations.set([0, 1, 0, 1]);
  for (let t = 0; t < 2; t++) encodeStates(agent.model.features.state, batch, t);
  batch.valid.fill(1);
  batch.costs.set([0.5, -0.25]);
  expect((agent.tau * Math.log(2)) / (1 - 0.9)).toBeCloseTo(0.1, 14);
  // π = μ: V(s) = Σ_a Q(s,a)/2 is 3 and −1 after the mirror step has left w at zero, since θ is balanced over the actions.
  agent.critic.theta.set([3, -1, 3, -1]);
  agent.improve(batch);
  expect((agent.tau * Math.log(2)) / (1 - 0.9)).toBeCloseTo(0.1 * 4, 12);
  // Values 0: the range falls to the greatest cost, by a tenth of the way.
  agent.critic.theta.fill(0);
  agent.improve(batch);
  expect((agent.tau * Math.log(2)) / (1 - 0.9)).toBeCloseTo(0.1 * (4 + 0.1 * (0.5 - 4)), 12);
  expect(agent.lambda * agent.tau).toBeLessThanOrEqual(0.25 + 1e-12);
  const other = makeAgent({ tau: 'auto', actor: { mirrorStep: 'auto' } });
  other.restore(structuredClone(agent.snapshot()));
  expect(other.tau).toBe(agent.tau);
  for (const each of [agent, other]) each.improve(batch);
  expect(other.snapshot()).toEqual(agent.snapshot());
});
