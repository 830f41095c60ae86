import { expect, test } from 'vitest';
import { Gram } from '../../src/critic/gram.js';
import {
  fourier,
  hatActions,
  LinearFeatures,
  oneHot,
  polynomialActions,
  tileCoding,
} from '../../src/features/index.js';
import { equalCells, productRule } from '../../src/measure/boxRule.js';
import { uniform } from '../../src/measure/reference.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';
import { nodeFamily } from '../../src/policy/nodeFamily.js';
import { encodeStates, makeBatch } from '../../src/sampling/batch.js';
import { createRng } from '../../src/spaces/index.js';
import { phiOf } from '../support/fixedPoint.js';

const states = {
  dense: fourier({ order: 3, low: [0], high: [4] }),
  sparse: tileCoding({ tilings: 3, tiles: 4, low: [0], high: [4] }),
  indicator: oneHot(5),
};
const one = uniform(-1, 1);
const plane = productRule([one, uniform(0, 2)], [equalCells(one, 4), equalCells(one, 3)]);
const line = productRule([one], [equalCells(one, 8)]);
const actions = {
  polynomials: { action: nodeFamily(plane, polynomialActions(plane, 2)).features, count: 12 },
  hats: { action: nodeFamily(line, hatActions(line, 3)).features, count: 8 },
  discrete: { action: discreteFamily(3).features, count: 3 },
};

test.each(
  Object.entries(states).flatMap(([s, state]) =>
    Object.entries(actions).map(([a, action]) => [s, a, state, action] as const),
  ),
)(
  '%s states and %s of actions: the Gram matrix solves Σ φφᵀ + ridge·I computed directly',
  (_s, _a, state, { action, count }) => {
    const features = new LinearFeatures(state, action);
    const N = features.size;
    const rng = createRng(3);
    const batch = makeBatch(state, 6, 4, action.width);
    for (let i = 0; i < batch.observations.length; i++) batch.observations[i] = rng.integer(5);
    for (let t = 0; t <= 6; t++) encodeStates(state, batch, t);
    batch.valid.forEach((_, at) => {
      batch.actions[at * action.width] = rng.integer(count);
      batch.valid[at] = at % 5 === 0 ? 0 : 1;
    });
    const direct = Array.from({ length: N }, () => new Array<number>(N).fill(0));
    batch.valid.forEach((valid, at) => {
      if (!valid) return;
      const phi = phiOf(features, batch.states, at, batch.actions[at * action.width]);
      phi.forEach((x, i) => {
        phi.forEach((y, j) => {
          direct[i][j] += x * y;
        });
      });
    });

    const gram = new Gram(features);
    gram.update(batch, 1);
    gram.update(batch, 1);
    gram.update(batch, -1);
    if (!action.indicator) {
      // One block: the lower triangle is the matrix itself.
      for (let i = 0; i < N; i++) {
        for (let j = 0; j <= i; j++) expect(gram.matrix[i * N + j], `${i},${j}`).toBeCloseTo(direct[i][j], 12);
      }
    }
    gram.factorise(0.1);
    const x = Float64Array.from({ length: N }, () => rng.next() - 0.5);
    const b = Float64Array.from(direct, (row, i) => row.reduce((sum, y, j) => sum + y * x[j], 0.1 * x[i]));
    gram.solve(b);
    b.forEach((value, i) => {
      expect(value).toBeCloseTo(x[i], 9);
    });
  },
);
