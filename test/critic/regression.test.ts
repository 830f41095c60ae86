import { describe, expect, test } from 'vitest';
import { polyakStep } from '../../src/actor/mirrorDescent.js';
import { leastSquares } from '../../src/critic/leastSquares.js';
import { recursiveLeastSquares } from '../../src/critic/recursiveLeastSquares.js';
import { fourier, type LinearFeatures, oneHot } from '../../src/features/index.js';
import { Policy } from '../../src/policy/policy.js';
import { createRng } from '../../src/spaces/index.js';
import { batchOf, exactActionValue, makeFeatures, slipperyLine, twoState } from '../support/finiteMdp.js';
import { batchFixedPoint, lambdaFixedPoint, ring, tabulatePolicy, trajectories } from '../support/fixedPoint.js';

const gamma = 0.9;
const tau = 0.2;
const waves = (features: LinearFeatures, size = 1) =>
  Float64Array.from({ length: features.size }, (_, i) => size * Math.sin(3 * i + 1));

describe('recursiveLeastSquares', () => {
  test('with λ = 0 its fixed point is θ = A⁻¹b of the projected Bellman equation', () => {
    const { features, family } = makeFeatures(fourier({ order: 2, low: [0], high: [4] }), 2);
    const batch = batchOf(slipperyLine, features.state);
    const policy = new Policy(features, family, waves(features));
    const theta = batchFixedPoint(batch, policy, gamma, tau);
    const critic = recursiveLeastSquares(
      { features, family },
      {
        lambda: 0,
        forgetting: 0.8,
        ridge: 1e-10,
        initialValue: 0,
      },
    );
    for (let n = 0; n < 2000; n++) critic.learn(batch, { w: policy.w, tau, gamma }, 1);
    theta.forEach((x, i) => {
      expect(critic.theta[i], `θ_${i}`).toBeCloseTo(x, 5);
    });
  });

  test('with λ > 0 and data of π it ends at the fixed point of TD(λ), a linear solve under the stationary law', () => {
    const { features, family } = makeFeatures(fourier({ order: 1, low: [0], high: [2] }), 2);
    const policy = new Policy(features, family, waves(features));
    const { pi } = tabulatePolicy(policy, 3);
    const critic = recursiveLeastSquares(
      { features, family },
      {
        lambda: 0.6,
        forgetting: 0.9,
        ridge: 1e-6,
        initialValue: 0,
      },
    );
    const average = new Float64Array(features.size);
    const from = [0, 1];
    const rng = createRng(7);
    for (let n = 0; n < 400; n++) {
      critic.learn(trajectories(ring, features, pi, 500, from, rng), { w: policy.w, tau, gamma }, 2);
      if (n >= 200) polyakStep(average, critic.theta, 1 - 1 / (n - 199));
    }
    // The mean of 200 estimates, each from some 10 batches; the fixed points for λ = 0 and 0.6 are 0.2 to 0.4 apart.
    lambdaFixedPoint(ring, policy, gamma, tau, 0.6).forEach((x, i) => {
      expect(Math.abs(average[i] - x), `θ_${i}`).toBeLessThan(0.03);
    });
  });

  test('weighs batch k by forgetting^k: two batches give the solution of the weighted normal equations', () => {
    const { features, family } = makeFeatures(oneHot(2), 2);
    // γ → 0 makes the cost the target, so that one pair's θ is the weighted mean of its costs.
    const context = { w: new Float64Array(4), tau: 1e-9, gamma: 1e-9 };
    const critic = recursiveLeastSquares(
      { features, family },
      {
        lambda: 0,
        forgetting: 0.5,
        ridge: 1e-9,
        initialValue: 0,
      },
    );
    critic.learn(batchOf(twoState, features.state), context, 1);
    critic.learn(
      batchOf(
        {
          ...twoState,
          cost: [
            [4, 5],
            [6, 7],
          ],
        },
        features.state,
      ),
      context,
      1,
    );
    const mean = (old: number, latest: number) => (0.5 * old + latest) / 1.5;
    [mean(1, 4), mean(0.5, 6), mean(2, 5), mean(0, 7)].forEach((x, i) => {
      expect(critic.theta[i]).toBeCloseTo(x, 6);
    });
  });
});

describe('leastSquares with clipped importance weights along the returns', () => {
  // π nearly always moves, b nearly always stays.
  const { features, family } = makeFeatures(oneHot(2), 2);
  const policy = new Policy(features, family, Float64Array.of(4, 4, -4, -4));
  const behaviour = [
    [0.9, 0.1],
    [0.9, 0.1],
  ];
  const { pi } = tabulatePolicy(policy, 2);
  const exact = exactActionValue(twoState, pi, gamma, tau);
  const data = () => trajectories(twoState, features, behaviour, 300, [0, 1, 0, 1], createRng(8));
  const worstError = (options: { correction: 'none' | 'clipped'; clip: number }) => {
    const critic = leastSquares(
      { features, family },
      { lambda: 1, window: 1, ridge: 1e-12, initialValue: 0, ...options },
    );
    critic.learn(data(), { w: policy.w, tau, gamma }, 300);
    return Math.max(...exact.flatMap((row, s) => row.map((x, a) => Math.abs(critic.theta[a * 2 + s] - x))));
  };

  test.each([0.5, 1, 3])('converges to Q^π with λ = 1 from data of a very different policy, clip %d', (clip) => {
    expect(worstError({ correction: 'clipped', clip })).toBeLessThan(1e-8);
  });

  test('does not converge there without the weights, which is why they are there', () => {
    expect(worstError({ correction: 'none', clip: 1 })).toBeGreaterThan(0.1);
  });

  test('changes nothing where b is π, but for rounding', () => {
    const batch = trajectories(twoState, features, pi, 200, [0, 1], createRng(9));
    const thetas = (['none', 'clipped'] as const).map((correction) => {
      const critic = leastSquares(
        { features, family },
        {
          lambda: 0.9,
          window: 1,
          ridge: 1,
          initialValue: 0,
          correction,
          clip: 1.0000001,
        },
      );
      critic.learn(batch, { w: policy.w, tau, gamma }, 3);
      return critic.theta;
    });
    thetas[0].forEach((x, i) => {
      expect(thetas[1][i]).toBeCloseTo(x, 10);
    });
  });

  test('with fewer features and λ = 0 the fixed point θ = A⁻¹b is kept, whoever gathered the data', () => {
    const few = makeFeatures(fourier({ order: 1, low: [0], high: [2] }), 2);
    const other = new Policy(few.features, few.family, waves(few.features, 3));
    const batch = trajectories(
      ring,
      few.features,
      [
        [0.5, 0.5],
        [0.3, 0.7],
        [0.6, 0.4],
      ],
      400,
      [0, 1],
      createRng(10),
    );
    const critic = leastSquares(few, {
      lambda: 0,
      window: 1,
      ridge: 1e-9,
      initialValue: 0,
      correction: 'clipped',
      clip: 1,
    });
    critic.learn(batch, { w: other.w, tau, gamma }, 800);
    batchFixedPoint(batch, other, gamma, tau).forEach((x, i) => {
      expect(critic.theta[i], `θ_${i}`).toBeCloseTo(x, 5);
    });
  });
});
