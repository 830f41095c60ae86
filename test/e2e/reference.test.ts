import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ActorCritic, parseConfig, train } from '../../src/agent/index.js';
import { VectorEnv } from '../../src/bridge/index.js';
import { makeRows } from '../../src/features/index.js';
import { Rollout } from '../../src/sampling/rollout.js';
import { createRng } from '../../src/spaces/index.js';
import {
  explicitFlow,
  finiteProblem,
  fromTransitions,
  scalarLqr,
  softOptimal,
  solveRiccati,
  tabulate,
} from '../../src/theory/index.js';

process.env.PYTHONPATH = fileURLToPath(new URL('../../envs/mirrorflow_envs', import.meta.url));
const imports = ['mirrorflow_envs'];

/** The environment's own transition table, and the process that it is. */
async function processOf(id: string, gamma: number, rho?: number[]) {
  const env = await VectorEnv.make(id, { numEnvs: 1, imports });
  const [P] = (await env.getAttr('P')) as unknown[];
  await env.close();
  return fromTransitions({ name: id, gamma, P, ...(rho ? { rho } : {}) });
}

test("the sampled agent's path on TwoState approaches the exact flow as its steps shrink", async () => {
  const [gamma, tau, eta, horizon, numEnvs] = [0.8, 0.2, 4, 6, 64];
  const mdp = await processOf('mirrorflow/TwoState-v0', gamma, [1, 0]);

  async function distance(mirrorStep: number): Promise<number> {
    // Of the vector's steps a share 1 / (2 − γ) are transitions: a trajectory makes 1/(1−γ) of them and is then reset.
    const stepSize = (eta * mirrorStep * (2 - gamma)) / numEnvs;
    const config = parseConfig({
      env: { id: 'mirrorflow/TwoState-v0', numEnvs, imports },
      totalSteps: 1,
      gamma,
      tau,
      costScale: 1,
      features: { type: 'oneHot' },
      critic: { type: 'td', stepSize, traces: 'accumulating' },
      actor: { mirrorStep, type: 'explicit' },
      sampler: { type: 'geometric', firstAction: 'uniform' },
    });
    const env = await VectorEnv.make(config.env.id, { numEnvs, imports, info: false });
    const agent = new ActorCritic(config, env.singleObservationSpace, env.singleActionSpace);
    const { actions, observations } = agent.model;
    const options = { gamma, cost: agent.cost, sampler: config.sampler, seed: () => 7, actions, observations };
    const rollout = new Rollout(env, agent.policy, createRng(1), options);
    await rollout.reset(0);

    const n = Math.round(horizon / mirrorStep);
    const times = Float64Array.from({ length: n + 1 }, (_, i) => i * mirrorStep);
    const beta = Float64Array.of(0.5, 0.5, 0, 0); // ρ ⊗ μ
    const problem = finiteProblem(mdp, tabulate(agent.model.features, mdp, 'one-hot'), tau, beta);
    const flow = explicitFlow(problem, { eta: { type: 'constant', value: eta }, times });
    let greatest = 0;
    for (let i = 1; i <= n; i++) {
      const { context } = agent;
      agent.critic.observe(await rollout.collect(1), 0, context, stepSize);
      agent.improve();
      flow.w[i].forEach((x, k) => {
        greatest = Math.max(greatest, Math.abs(x - agent.policy.w[k]));
      });
    }
    await env.close();
    return greatest;
  }

  const distances = [await distance(0.2), await distance(0.02), await distance(0.004)];
  // The flow's w reaches about 6 here. The sampling error falls like the root of the step, that of discretisation like the step.
  expect(distances[1]).toBeLessThan(distances[0] / 2);
  expect(distances[2]).toBeLessThan(distances[1]);
  expect(distances[2]).toBeLessThan(0.25);
});

test('on Garnet the trained agent comes to the soft-optimal policy and values of the exact solution', async () => {
  const [gamma, tau] = [0.9, 0.1];
  const mdp = await processOf('mirrorflow/Garnet-v0', gamma);
  const { policy, value } = softOptimal(mdp, tau);
  const { agent } = await train({
    env: { id: 'mirrorflow/Garnet-v0', imports, numEnvs: 16 },
    totalSteps: 40_000,
    gamma,
    tau,
    costScale: 1,
    features: { type: 'oneHot' },
    critic: { type: 'leastSquares', lambda: 0, window: 100, ridge: 0.01 },
    criticSteps: { type: 'constant', value: 10 },
    actor: { mirrorStep: 20 },
    sampler: { type: 'onPolicy', steps: 50 },
    evaluation: { every: 100_000, episodes: 1 },
  });
  let greatest = 0;
  for (let s = 0; s < mdp.states; s++) {
    const { mean } = agent.core.policy.at({ values: Float64Array.of(1), indices: Int32Array.of(s) }, 0);
    mean.forEach((p, a) => {
      greatest = Math.max(greatest, Math.abs(p - policy.probabilities[s * mdp.actions + a]));
    });
  }
  expect(greatest).toBeLessThan(0.05);
  // V(s) = −τ log ∫ e^{−Q/τ} dμ at the optimum; values are about 10 times a step's cost, which is in [0,1].
  const w = agent.core.critic.theta;
  for (let s = 0; s < mdp.states; s++) {
    const q = Array.from({ length: mdp.actions }, (_, a) => w[a * mdp.states + s]);
    const soft = -tau * Math.log(q.reduce((sum, x) => sum + Math.exp(-x / tau), 0) / mdp.actions);
    expect(Math.abs(soft - value[s])).toBeLessThan(0.1);
  }
});

test('on the continuous bandit the density of actions comes to e^{−c/τ}/Z', async () => {
  const tau = 0.3;
  const { agent } = await train({
    env: { id: 'mirrorflow/ContinuousBandit-v0', imports, numEnvs: 32 },
    totalSteps: 6_000,
    gamma: 0.5,
    tau,
    costScale: 1,
    features: { type: 'tileCoding', tilings: 1, tiles: 1 },
    actions: { basis: { type: 'polynomial', degree: 2 }, rule: { type: 'cells', cells: 50 } },
    critic: { type: 'leastSquares', lambda: 0, window: 1000, ridge: 1e-6 },
    actor: { mirrorStep: 100 },
    sampler: { type: 'onPolicy', steps: 16 },
    evaluation: { every: 100_000, episodes: 1 },
  });
  const rows = { values: Float64Array.of(1), indices: Int32Array.of(0) };
  const density = agent.core.policy.at(rows, 0);
  const cost = (a: number) => 1 - 2.5 * a + 3 * a * a;
  // The partition function by a fine midpoint rule, independent of the agent's cells.
  let Z = 0;
  for (let i = 0; i < 10_000; i++) Z += Math.exp(-cost((i + 0.5) / 10_000) / tau) / 10_000;
  for (let j = 0; j < 50; j++) {
    const a = (j + 0.5) / 50;
    const exact = -cost(a) / tau - Math.log(Z);
    expect(Math.abs(Math.log(density.at(Float64Array.of(j, a), 0)) - exact)).toBeLessThan(0.02);
  }
});

test('on the linear-quadratic regulator, with a Gaussian μ on unbounded actions, the agent comes to the exact soft optimum', async () => {
  const [gamma, tau] = [0.9, 0.3];
  const lqr = scalarLqr(gamma);
  const optimum = solveRiccati(lqr, tau);
  const { agent } = await train({
    env: { id: 'mirrorflow/LQR-v0', imports, numEnvs: 32, maxEpisodeSteps: 20 },
    totalSteps: 16_000,
    gamma,
    tau,
    costScale: 1,
    // Q* is quadratic in (x,a), cross term included: in products of powers of the state and of the action.
    features: { type: 'polynomial', degree: 2, low: [-8], high: [8] },
    actions: {
      measure: { type: 'gaussian', standardDeviation: 1 },
      basis: { type: 'quadratic' },
    },
    critic: { type: 'leastSquares', lambda: 0, window: 15, ridge: 1e-6 },
    criticSteps: { type: 'constant', value: 4 },
    actor: { mirrorStep: 20 },
    sampler: { type: 'onPolicy', steps: 16 },
    evaluation: { every: 100_000, episodes: 1 },
  });
  const { state } = agent.core.model.features;
  const rows = makeRows(state, 1);
  const [mean, second] = [1, 2];
  for (const x of [-1.5, -0.5, 0, 1, 2]) {
    state.encode([x], 0, rows.values, rows.indices, 0);
    const density = agent.core.policy.at(rows, 0);
    // χ = (1, y, y²)/√3 with y = a/8, since μ reaches eight standard deviations.
    const first = density.mean[mean] * Math.sqrt(3) * 8;
    const variance = density.mean[second] * Math.sqrt(3) * 64 - first ** 2;
    expect(Math.abs(first + optimum.policy.K.get(0, 0) * x)).toBeLessThan(0.03);
    expect(Math.abs(variance / optimum.policy.covariance.get(0, 0) - 1)).toBeLessThan(0.05);
    // V(x) = −τ log ∫ e^{−Q/τ} dμ at the optimum.
    const q = new Float64Array(3);
    agent.core.model.features.coefficients(agent.core.critic.theta, rows, 0, q);
    const soft = agent.core.model.family.density();
    soft.set(q.map((v) => v / tau));
    const exact = optimum.P.get(0, 0) * x * x + optimum.v0;
    expect(Math.abs(-tau * soft.logZ - exact)).toBeLessThan(0.1);
  }
});
