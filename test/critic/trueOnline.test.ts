import { expect, test } from 'vitest';
import { polyakStep } from '../../src/actor/mirrorDescent.js';
import { temporalDifference } from '../../src/critic/temporalDifference.js';
import { trueOnline } from '../../src/critic/trueOnline.js';
import { fourier, type LinearFeatures, oneHot, tileCoding } from '../../src/features/index.js';
import { Policy } from '../../src/policy/policy.js';
import type { Batch } from '../../src/sampling/batch.js';
import { createRng } from '../../src/spaces/index.js';
import { batchOf, makeFeatures, slipperyLine, twoState } from '../support/finiteMdp.js';
import { lambdaFixedPoint, phiOf, ring, tabulatePolicy, trajectories } from '../support/fixedPoint.js';

const gamma = 0.9;
const tau = 0.2;
const context = (w: Float64Array) => ({ w, tau, gamma });
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);
const waves = (features: LinearFeatures) => Float64Array.from({ length: features.size }, (_, i) => Math.sin(3 * i + 1));

/**
 * The online forward view from its definition: at every step the whole trajectory is gone through again from θ₀, with the
 * interim returns of the values that were at hand when they were made. O(T²).
 */
function forwardView(batch: Batch, policy: Policy, lambda: number, alpha: number): Float64Array {
  const { features } = policy;
  const { size, state } = features;
  const scale = (i: number) => state.stepScale?.[i % state.size] ?? 1;
  const Q = (theta: Float64Array, row: number, a: number) => dot(theta, phiOf(features, batch.states, row, a));
  const next: number[] = []; // v_{k+1} = V̄(s_{k+1};θ_k)
  const before: number[] = []; // Q(s_{k+1},a_{k+1};θ_k)
  let theta = new Float64Array(size);
  for (let h = 1; h <= batch.steps; h++) {
    const { mean, kl } = policy.at(batch.states, h);
    const last = batch.terminated[h - 1] === 1;
    next.push(last ? 0 : tau * kl + mean.reduce((sum, p, a) => sum + p * Q(theta, h, a), 0));
    before.push(h < batch.steps ? Q(theta, h, batch.actions[h]) : 0);
    const returns = new Array<number>(h);
    for (let k = h - 1; k >= 0; k--) {
      const later = k === h - 1 ? 0 : lambda * (returns[k + 1] - before[k]);
      returns[k] = batch.costs[k] + gamma * (next[k] + later);
    }
    theta = new Float64Array(size);
    for (let k = 0; k < h; k++) {
      const phi = phiOf(features, batch.states, k, batch.actions[k]);
      const error = returns[k] - dot(theta, phi);
      phi.forEach((x, i) => {
        theta[i] = theta[i] + alpha * scale(i) * error * x;
      });
    }
  }
  return theta;
}

test.each([
  ['one-hot', oneHot(5)],
  ['Fourier, with a step of its own for each feature', fourier({ order: 2, low: [0], high: [4] })],
  ['tile coding', tileCoding({ tilings: 3, tiles: 2, low: [0], high: [4] })],
])('%s features: θ is that of the online forward view at every horizon', (_, state) => {
  const { features, family } = makeFeatures(state, 2);
  const policy = new Policy(features, family, waves(features));
  const line = {
    ...slipperyLine,
    next: slipperyLine.next.map((row) => row.map((to) => to.map((s) => Math.max(0, s)))),
  };
  for (const terminated of [0, 1]) {
    const batch = trajectories(line, features, tabulatePolicy(policy, 5).pi, 40, [2], createRng(4));
    batch.terminated[39] = terminated;
    for (const lambda of [0, 0.5, 0.95, 1]) {
      const critic = trueOnline({ features, family, numEnvs: 1 }, { lambda, initialValue: 0 });
      for (let t = 0; t < 40; t++) critic.observe(batch, t, context(policy.w), 0.4);
      const expected = forwardView(batch, policy, lambda, 0.4);
      critic.theta.forEach((x, i) => {
        expect(x, `λ=${lambda} θ_${i}`).toBeCloseTo(expected[i], 8);
      });
    }
  }
});

test('with λ = 0 it is td, the semi-gradient step itself', () => {
  const { features, family } = makeFeatures(fourier({ order: 2, low: [0], high: [4] }), 2);
  const batch = batchOf(slipperyLine, features.state);
  const one = trueOnline({ features, family, numEnvs: batch.numEnvs }, { lambda: 0, initialValue: 1 });
  const td = temporalDifference(
    { features, family, numEnvs: batch.numEnvs },
    {
      lambda: 0,
      traces: 'accumulating',
      initialValue: 1,
    },
  );
  for (let n = 0; n < 50; n++) {
    for (const critic of [one, td]) critic.observe(batch, 0, context(waves(features)), 0.3);
  }
  one.theta.forEach((x, i) => {
    expect(x).toBeCloseTo(td.theta[i], 11);
  });
});

test('on a deterministic MDP, tabular, it converges to Q^π with a constant step, for λ > 0 and off-policy data too', () => {
  const { features, family } = makeFeatures(oneHot(2), 2);
  const policy = new Policy(features, family, waves(features));
  const half = [
    [0.5, 0.5],
    [0.5, 0.5],
  ];
  const batch = trajectories(twoState, features, half, 4000, [0, 1], createRng(5));
  const critic = trueOnline({ features, family, numEnvs: 2 }, { lambda: 0.5, initialValue: 0 });
  for (let t = 0; t < batch.steps; t++) critic.observe(batch, t, context(policy.w), 0.2);
  // λ = 0: tabular fixed points do not depend on λ.
  const exact = lambdaFixedPoint(twoState, policy, gamma, tau, 0);
  critic.theta.forEach((x, i) => {
    expect(x).toBeCloseTo(exact[i], 8);
  });
});

test('with fewer features than pairs it and td end at the fixed point of TD(λ), a linear solve under the stationary law', () => {
  const { features, family } = makeFeatures(fourier({ order: 1, low: [0], high: [2] }), 2);
  const policy = new Policy(features, family, waves(features));
  const { pi } = tabulatePolicy(policy, 3);
  const lambda = 0.6;
  const critics = [
    trueOnline({ features, family, numEnvs: 1 }, { lambda, initialValue: 0 }),
    temporalDifference({ features, family, numEnvs: 1 }, { lambda, traces: 'accumulating', initialValue: 0 }),
  ];
  const averages = critics.map(() => new Float64Array(features.size));
  const from = [0];
  const rng = createRng(6);
  for (let n = 0; n < 600; n++) {
    const batch = trajectories(ring, features, pi, 1000, from, rng);
    critics.forEach((critic, k) => {
      for (let t = 0; t < 1000; t++) critic.observe(batch, t, context(policy.w), 0.2 / (1 + n / 20) ** 0.7);
      // The mean of θ over the last 400 batches.
      if (n >= 200) polyakStep(averages[k], critic.theta, 1 - 1 / (n - 199));
    });
  }
  const exact = lambdaFixedPoint(ring, policy, gamma, tau, lambda);
  for (const average of averages) {
    average.forEach((x, i) => {
      expect(Math.abs(x - exact[i]), `θ_${i}`).toBeLessThan(0.03);
    });
  }
  // The fixed point depends on λ here, so the test tells the two apart.
  const other = lambdaFixedPoint(ring, policy, gamma, tau, 0);
  expect(Math.hypot(...exact.map((x, i) => x - other[i]))).toBeGreaterThan(0.1);
});
