import { describe, expect, test } from 'vitest';
import { proximalStep } from '../../src/actor/mirrorDescent.js';
import type { Critic } from '../../src/critic/critic.js';
import { leastSquares } from '../../src/critic/leastSquares.js';
import { temporalDifference } from '../../src/critic/temporalDifference.js';
import { fourier, type LinearFeatures, makeRows, oneHot, tileCoding } from '../../src/features/index.js';
import { Policy } from '../../src/policy/policy.js';
import type { Batch } from '../../src/sampling/batch.js';
import {
  batchOf,
  exactActionValue,
  type FiniteMdp,
  makeFeatures,
  slipperyLine,
  softOptimal,
  twoState,
} from '../support/finiteMdp.js';
import { batchFixedPoint } from '../support/fixedPoint.js';

const gamma = 0.9;
const tau = 0.2;

/** π(a|s) of the policy of w in every state. */
function policyTable(features: LinearFeatures, policy: Policy, states: number): number[][] {
  const rows = makeRows(features.state, 1);
  return Array.from({ length: states }, (_, s) => {
    features.state.encode([s], 0, rows.values, rows.indices, 0);
    return [...policy.at(rows, 0).mean];
  });
}

/** Q(s,a;θ) in every state. */
function valueTable(features: LinearFeatures, theta: Float64Array, states: number): number[][] {
  const rows = makeRows(features.state, 1);
  const out = new Float64Array(features.action.size);
  return Array.from({ length: states }, (_, s) => {
    features.state.encode([s], 0, rows.values, rows.indices, 0);
    features.coefficients(theta, rows, 0, out);
    return [...out];
  });
}

function expectTables(actual: number[][], expected: number[][], digits: number): void {
  actual.forEach((row, s) => {
    row.forEach((x, a) => {
      expect(x, `s=${s} a=${a}`).toBeCloseTo(expected[s][a], digits);
    });
  });
}

/** Sweeps of a critic over a batch under a fixed policy. */
function sweep(critic: Critic, batch: Batch, w: Float64Array, sweeps: number, stepSize: number): void {
  const context = { w, tau, gamma };
  for (let i = 0; i < sweeps; i++) {
    critic.observe(batch, 0, context, stepSize);
    if (i === 0) critic.learn(batch, context, sweeps);
  }
}

describe.each<[string, FiniteMdp]>([
  ['two-state', twoState],
  ['slippery line with a terminal step', slipperyLine],
])('%s MDP, tabular', (_, mdp) => {
  const { features, family } = makeFeatures(oneHot(mdp.states), mdp.actions);
  const batch = batchOf(mdp, features.state);
  const w = Float64Array.from({ length: features.size }, (_, i) => Math.sin(3 * i));
  const exact = exactActionValue(mdp, policyTable(features, new Policy(features, family, w), mdp.states), gamma, tau);

  test('leastSquares with λ = 0 converges to Q^π, the solution of the linear system', () => {
    const critic = leastSquares({ features, family }, { lambda: 0, window: 1, ridge: 1e-12, initialValue: 0 });
    sweep(critic, batch, w, 400, 0);
    expectTables(valueTable(features, critic.theta, mdp.states), exact, 8);
  });

  test('td with a falling step converges to Q^π', () => {
    const td = temporalDifference(
      { features, family, numEnvs: batch.numEnvs },
      {
        lambda: 0,
        traces: 'accumulating',
        initialValue: 0,
      },
    );
    // On a deterministic MDP a constant step ends at Q^π; where the next state is random the step must fall.
    for (let n = 0; n < 20000; n++) td.observe(batch, 0, { w, tau, gamma }, mdp.parts === 1 ? 0.5 : 0.5 / (1 + n / 50));
    expectTables(valueTable(features, td.theta, mdp.states), exact, mdp.parts === 1 ? 10 : 2);
  });

  test('critic passes and proximal steps together converge to the soft-optimal policy of soft value iteration', () => {
    const critic = leastSquares({ features, family }, { lambda: 0, window: 1, ridge: 1e-12, initialValue: 0 });
    const policy = new Policy(features, family);
    critic.learn(batch, { w: policy.w, tau, gamma }, 300);
    for (let n = 0; n < 60; n++) {
      proximalStep(policy.w, critic.theta, 20, tau);
      critic.learn(batch, { w: policy.w, tau, gamma }, 300);
    }
    const best = softOptimal(mdp, gamma, tau);
    expectTables(policyTable(features, policy, mdp.states), best.pi, 8);
    expectTables(valueTable(features, critic.theta, mdp.states), best.q, 8);
  });
});

test('with fewer features than pairs, leastSquares and td share the fixed point θ = A⁻¹b of the projected Bellman equation', () => {
  const mdp = slipperyLine;
  const { features, family } = makeFeatures(fourier({ order: 2, low: [0], high: [4] }), mdp.actions);
  const batch = batchOf(mdp, features.state);
  const w = Float64Array.from({ length: features.size }, (_, i) => Math.cos(i));
  const policy = new Policy(features, family, w);
  const theta = batchFixedPoint(batch, policy, gamma, tau);
  const fit = leastSquares({ features, family }, { lambda: 0, window: 1, ridge: 1e-11, initialValue: 0 });
  fit.learn(batch, { w, tau, gamma }, 600);
  const td = temporalDifference(
    { features, family, numEnvs: batch.numEnvs },
    {
      lambda: 0,
      traces: 'accumulating',
      initialValue: 0,
    },
  );
  for (let n = 0; n < 40000; n++) td.observe(batch, 0, { w, tau, gamma }, 2 / (1 + n / 200));
  theta.forEach((x, i) => {
    expect(fit.theta[i], `leastSquares θ_${i}`).toBeCloseTo(x, 5);
    expect(td.theta[i], `td θ_${i}`).toBeCloseTo(x, 1);
  });
});

test('a terminated step has the target c, a truncated one bootstraps', () => {
  const { features, family } = makeFeatures(oneHot(2), 1);
  for (const terminated of [0, 1]) {
    const batch = batchOf({ states: 2, actions: 1, parts: 1, next: [[[1]], [[1]]], cost: [[3], [0]] }, features.state);
    batch.terminated[0] = terminated;
    batch.truncated[0] = 1 - terminated;
    const critic = temporalDifference(
      { features, family, numEnvs: 2 },
      { lambda: 0.9, traces: 'replacing', initialValue: 5 },
    );
    critic.observe(batch, 0, { w: new Float64Array(2), tau, gamma }, 1);
    expect(critic.theta[0]).toBeCloseTo(terminated ? 3 : 3 + gamma * 5, 14);
  }
});

test('the window forgets: after more batches than it holds, the Gram matrix is that of the latest', () => {
  for (const state of [
    fourier({ order: 2, low: [0], high: [4] }),
    tileCoding({ tilings: 3, tiles: 4, low: [0], high: [4] }),
    oneHot(5),
  ]) {
    const { features, family } = makeFeatures(state, 2);
    const batch = batchOf(slipperyLine, state);
    const other = batchOf({ ...slipperyLine, cost: slipperyLine.cost.map((row) => row.map((c) => 10 * c)) }, state);
    other.valid.fill(0, 3, 9);
    const context = { w: new Float64Array(features.size), tau, gamma };
    const once = leastSquares({ features, family }, { lambda: 0, window: 2, ridge: 0.1, initialValue: 0 });
    once.learn(batch, context, 1);
    const many = leastSquares({ features, family }, { lambda: 0, window: 1, ridge: 0.1, initialValue: 0 });
    for (let i = 0; i < 20; i++) many.learn(other, context, 1);
    many.theta.fill(0);
    many.learn(batch, context, 1);
    once.theta.forEach((x, i) => {
      expect(many.theta[i]).toBeCloseTo(x, 8);
    });
  }
});
