import { expect, test } from 'vitest';
import type { Critic } from '../../src/critic/critic.js';
import type { TemporalDifferenceState } from '../../src/critic/criticState.js';
import { leastSquares } from '../../src/critic/leastSquares.js';
import { recursiveLeastSquares } from '../../src/critic/recursiveLeastSquares.js';
import { temporalDifference } from '../../src/critic/temporalDifference.js';
import { trueOnline } from '../../src/critic/trueOnline.js';
import { fourier, tileCoding } from '../../src/features/index.js';
import { createRng } from '../../src/spaces/index.js';
import { makeFeatures } from '../support/finiteMdp.js';
import { ring, trajectories } from '../support/fixedPoint.js';

const states = [fourier({ order: 2, low: [0], high: [2] }), tileCoding({ tilings: 3, tiles: 2, low: [0], high: [2] })];

test.each(states.map((state) => [state.dense ? 'dense' : 'sparse', state] as const))(
  '%s features: every critic goes on from its snapshot to the bit',
  (_, state) => {
    const problem = { ...makeFeatures(state, 2), numEnvs: 2 };
    const { features } = problem;
    const common = { lambda: 0.8, initialValue: -1 };
    const critics: Record<string, () => Critic> = {
      td: () => temporalDifference(problem, { ...common, traces: 'replacing' }),
      trueOnlineTd: () => trueOnline(problem, common),
      leastSquares: () => leastSquares(problem, { ...common, window: 3, ridge: 0.1 }),
      'leastSquares, clipped': () =>
        leastSquares(problem, { ...common, window: 3, ridge: 0.1, correction: 'clipped', clip: 0.7 }),
      recursiveLeastSquares: () => recursiveLeastSquares(problem, { ...common, forgetting: 0.9, ridge: 0.1 }),
    };
    const half = [0, 1, 2].map(() => [0.4, 0.6]);
    const rng = createRng(2);
    const from = [0, 1];
    const batches = Array.from({ length: 8 }, () => trajectories(ring, features, half, 7, from, rng));
    const context = { w: features.constantVector(0).map((_, i) => Math.cos(i)), tau: 0.1, gamma: 0.9 };
    const learn = (critic: Critic, part: typeof batches) => {
      for (const batch of part) {
        for (let t = 0; t < batch.steps; t++) critic.observe(batch, t, context, 0.1);
        critic.learn(batch, context, 2);
      }
    };
    for (const [name, make] of Object.entries(critics)) {
      const one = make();
      learn(one, batches.slice(0, 5));
      const saved = structuredClone(one.snapshot());
      learn(one, batches.slice(5));
      const other = make();
      other.restore(saved);
      learn(other, batches.slice(5));
      expect(other.snapshot(), name).toEqual(one.snapshot());
      expect(other.takeError(), name).toBe(one.takeError());
      expect(
        one.theta.some((x, i) => x !== make().theta[i]),
        name,
      ).toBe(true);
    }
  },
);

test('a critic refuses the state of another with the place and what is wrong there', () => {
  const problem = { ...makeFeatures(states[0], 2), numEnvs: 2 };
  const td = temporalDifference(problem, { lambda: 0, traces: 'accumulating', initialValue: 0 });
  const fit = leastSquares(problem, { lambda: 0, window: 1, ridge: 1, initialValue: 0 });
  const saved = td.snapshot() as TemporalDifferenceState;
  const short = { ...saved.traces[0], values: new Float64Array(3) };
  expect(() => td.restore(fit.snapshot())).toThrow(
    new TypeError('the state of the critic: errors: Invalid input: expected object, received undefined'),
  );
  expect(() => td.restore({ ...saved, theta: new Float64Array(5) })).toThrow(/theta: expected 6 numbers/);
  expect(() => td.restore({ ...saved, theta: [1, 2, 3, 4, 5, 6] })).toThrow(/theta: expected a Float64Array/);
  expect(() => td.restore({ ...saved, traces: saved.traces.slice(1) })).toThrow(/traces: .*2 items/);
  expect(() => td.restore({ ...saved, traces: [saved.traces[0], short] })).toThrow(
    /traces\.1: expected as many values as places/,
  );
  expect(() => td.restore(null)).toThrow(/the whole: /);
});
