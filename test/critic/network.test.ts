import { describe, expect, test } from 'vitest';
import { networkCritic } from '../../src/critic/network.js';
import { oneHot } from '../../src/features/index.js';
import { NetworkFeatures } from '../../src/features/network.js';
import { Adam } from '../../src/numeric/adam.js';
import { Policy } from '../../src/policy/policy.js';
import { createRng } from '../../src/spaces/index.js';
import { batchOf, exactActionValue, makeFeatures, slipperyLine } from '../support/finiteMdp.js';
import { ring, tabulatePolicy, trajectories } from '../support/fixedPoint.js';

const options = { stepSize: 0.003, lambda: 0, clip: 1, window: 1, draws: 1, minibatch: 64, initialValue: 0 };
const network = (seed: number) => new NetworkFeatures({ low: [0], high: [4], hidden: [16, 12], seed });

describe('Adam', () => {
  test("its first steps are those of the paper's algorithm, computed by hand", () => {
    const x = Float64Array.of(1);
    const adam = new Adam(x, 0.1);
    adam.step(Float64Array.of(0.5)); // m̂ = 0.5, v̂ = 0.25: one step size down
    expect(x[0]).toBeCloseTo(0.9, 7);
    adam.step(Float64Array.of(-1));
    // m = 0.9·0.05 − 0.1 = −0.055, v = 0.999·0.00025 + 0.001 = 0.00124975; m̂ = m/0.19, v̂ = v/0.001999
    expect(x[0]).toBeCloseTo(0.9 + (0.1 * 0.055) / 0.19 / Math.sqrt(0.00124975 / 0.001999), 7);
  });
});

describe('the critic with learned features', () => {
  test.each([0, 1, 2])('seed %d: on a finite MDP Q(·;θ) comes to the exact Q^π of the linear system', (seed) => {
    const { features, family } = makeFeatures(network(seed), 2);
    const batch = batchOf(slipperyLine, features.state);
    const [gamma, tau] = [0.8, 0.2];
    const policy = new Policy(features, family);
    const critic = networkCritic({ features, family, seed: seed }, options);
    for (let n = 0; n < 300; n++) {
      policy.w.fill(0); // π = μ throughout
      critic.learn(batch, { w: policy.w, tau, gamma }, 20);
    }
    const { pi } = tabulatePolicy(policy, slipperyLine.states);
    const exact = exactActionValue(slipperyLine, pi, gamma, tau);
    const rows = { values: new Float64Array(features.state.size), indices: new Int32Array(0) };
    const q = new Float64Array(2);
    exact.forEach((values, s) => {
      features.state.encode([s], 0, rows.values, rows.indices, 0);
      features.coefficients(critic.theta, rows, 0, q);
      values.forEach((value, a) => {
        expect(Math.abs(q[a] - value), `Q(${s},${a})`).toBeLessThan(0.02);
      });
    });
  });

  test('while the features move the policy stays: π before and after learning agree in every state', () => {
    const { features, family } = makeFeatures(network(1), 2);
    const batch = batchOf(slipperyLine, features.state);
    const rng = createRng(3);
    const policy = new Policy(
      features,
      family,
      Float64Array.from({ length: features.size }, () => 3 * rng.normal()),
    );
    const before = tabulatePolicy(policy, slipperyLine.states).pi;
    const first = (features.state as NetworkFeatures).layers[0].parameters.slice();
    networkCritic({ features, family, seed: 0 }, options).learn(batch, { w: policy.w, tau: 0.1, gamma: 0.9 }, 50);
    const moved = (features.state as NetworkFeatures).layers[0].parameters.some(
      (x, i) => Math.abs(x - first[i]) > 0.01,
    );
    expect(moved, 'the features moved').toBe(true);
    tabulatePolicy(policy, slipperyLine.states).pi.forEach((probabilities, s) => {
      probabilities.forEach((p, a) => {
        expect(p, `π(${a}|${s})`).toBeCloseTo(before[s][a], 3);
      });
    });
  });

  test('goes on from its snapshot to the bit', () => {
    const half = [0, 1, 2].map(() => [0.4, 0.6]);
    const context = { w: new Float64Array(0), tau: 0.1, gamma: 0.9 };
    const start = () => {
      const { features, family } = makeFeatures(
        new NetworkFeatures({ low: [0], high: [2], hidden: [4, 3], seed: 2 }),
        2,
      );
      const critic = networkCritic(
        { features, family, seed: 7 },
        { ...options, lambda: 0.8, window: 4, draws: 2, minibatch: 5 },
      );
      return { features, critic, w: features.constantVector(0).map((_, i) => Math.cos(i)) };
    };
    type Start = ReturnType<typeof start>;
    const learn = ({ features, critic, w }: Start, from: number, to: number) => {
      const rng = createRng(2);
      for (let n = 0; n < to; n++) {
        // Encoded with the ψ of the moment, as a rollout does.
        const batch = trajectories(ring, features, half, 7, [0, 1], rng);
        if (n >= from) critic.learn(batch, { ...context, w }, 2);
      }
    };
    const one = start();
    learn(one, 0, 5);
    const saved = structuredClone({ critic: one.critic.snapshot(), w: one.w });
    learn(one, 5, 8);
    const other = start();
    other.critic.restore(saved.critic);
    other.w.set(saved.w);
    learn(other, 5, 8);
    expect(other.critic.snapshot()).toEqual(one.critic.snapshot());
    expect(other.w).toEqual(one.w);
    expect(other.critic.takeError()).toBe(one.critic.takeError());
  });

  test('its features must be a network', () => {
    const { features, family } = makeFeatures(oneHot(2), 2);
    expect(() => networkCritic({ features, family, seed: 0 }, options)).toThrow(/the state features are no network/);
  });
});
