import { afterEach, expect, test } from 'vitest';
import { VectorEnv } from '../../src/bridge/index.js';
import { LinearFeatures, tileCoding } from '../../src/features/index.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';
import { Policy } from '../../src/policy/policy.js';
import { discreteActionsOf } from '../../src/sampling/actions.js';
import { arrayObservations } from '../../src/sampling/arrayObservations.js';
import type { Batch } from '../../src/sampling/batch.js';
import { Rollout } from '../../src/sampling/rollout.js';
import { createRng, Discrete, type Rng } from '../../src/spaces/index.js';

let env: VectorEnv | undefined;
let policy: Policy;
afterEach(() => env?.close());

const bounds = { low: [-2.4, -3, -0.21, -3], high: [2.4, 3, 0.21, 3] };

async function makeRollout(
  maxEpisodeSteps?: number,
  rng: Rng = createRng(0),
  size = 0,
  truncation?: 'bootstrap' | 'terminate',
): Promise<Rollout> {
  env = await VectorEnv.make('CartPole-v1', { numEnvs: 3, maxEpisodeSteps, info: false });
  const features = new LinearFeatures(tileCoding({ tilings: 2, tiles: 3, ...bounds }), discreteFamily(2).features);
  policy = new Policy(
    features,
    discreteFamily(2),
    Float64Array.from({ length: features.size }, (_, i) => size * Math.sin(i)),
  );
  const rollout = new Rollout(env, policy, rng, {
    gamma: 0.9,
    cost: (reward) => -0.5 * reward,
    sampler: { type: 'onPolicy' },
    truncation,
    seed: () => 42,
    actions: discreteActionsOf(new Discrete(2)),
    observations: arrayObservations(env.singleObservationSpace)!,
  });
  await rollout.reset(0);
  return rollout;
}

const observation = (batch: Batch, t: number, e: number) => [
  ...batch.observations.subarray((t * 3 + e) * 4, (t * 3 + e) * 4 + 4),
];

test('the transition that ends an episode has its true last observation as next state; the reset is no transition', async () => {
  const rollout = await makeRollout();
  const batch = await rollout.collect(200);
  let ends = 0;
  for (let e = 0; e < 3; e++) {
    for (let t = 0; t < 199; t++) {
      const at = t * 3 + e;
      if (!batch.terminated[at]) continue;
      ends++;
      // CartPole ends where the pole is tilted by more than 12° or the cart is 2.4 away: the last state must show it.
      const [x, , angle] = observation(batch, t + 1, e);
      expect(Math.abs(x!) > 2.4 || Math.abs(angle!) > (12 * Math.PI) / 180).toBe(true);
      expect(batch.valid[at]).toBe(1);
      expect(batch.costs[at]).toBe(-0.5);
      expect(batch.valid[at + 3]).toBe(0);
      // A new episode starts within ±0.05 in every coordinate.
      expect(observation(batch, t + 2, e).every((c) => Math.abs(c) <= 0.05)).toBe(true);
    }
  }
  expect(ends).toBeGreaterThan(10);
  expect(rollout.transitions).toBe(batch.valid.reduce((a, b) => a + b, 0));
  expect(rollout.episodes.finished).toBeGreaterThanOrEqual(ends);
});

test('an episode cut by its time limit is truncated, not terminated', async () => {
  const rollout = await makeRollout(5);
  const batch = await rollout.collect(6);
  for (let e = 0; e < 3; e++) {
    expect(batch.truncated[4 * 3 + e]).toBe(1);
    expect(batch.terminated[4 * 3 + e]).toBe(0);
    expect(batch.valid[5 * 3 + e]).toBe(0);
  }
  expect(rollout.episodes.recent).toEqual([5, 5, 5]);
});

test("with truncation 'terminate' the cost-to-go ends at the time limit, too", async () => {
  const rollout = await makeRollout(5, createRng(0), 0, 'terminate');
  const batch = await rollout.collect(6);
  for (let e = 0; e < 3; e++) {
    expect([3, 4].map((t) => batch.terminated[t * 3 + e])).toEqual([0, 1]);
    expect(batch.valid[5 * 3 + e]).toBe(0);
  }
});

test('a rollout restored from its snapshot on new environments goes on to the bit', async () => {
  const rng = createRng(0);
  const one = await makeRollout(undefined, rng);
  await one.collect(57);
  const saved = structuredClone(one.snapshot());
  const state = rng.state();
  const expected = await one.collect(40);
  await env?.close();

  const other = await makeRollout(undefined, createRng(state));
  expect(await other.restore(saved)).toBe(true);
  const actual = await other.collect(40);
  expect(actual.observations).toEqual(expected.observations);
  expect(actual.actions).toEqual(expected.actions);
  expect(other.transitions).toBe(one.transitions);
});

test('the density dπ/dμ that each action had is kept beside it', async () => {
  const rollout = await makeRollout(undefined, createRng(0), 1);
  const batch = await rollout.collect(20);
  const seen = new Set<number>();
  batch.actions.forEach((node, at) => {
    expect(batch.behaviour[at]).toBeCloseTo(2 * policy.at(batch.states, at).mean[node], 14);
    seen.add(batch.behaviour[at]);
  });
  expect(seen.size).toBeGreaterThan(4);
});
