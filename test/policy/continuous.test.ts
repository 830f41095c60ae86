import { describe, expect, test } from 'vitest';
import { hatActions, LinearFeatures, oneHot, polynomialActions } from '../../src/features/index.js';
import { boxCells } from '../../src/measure/box.js';
import { Policy } from '../../src/policy/policy.js';
import { boxActionsOf } from '../../src/sampling/actions.js';
import { Box, createRng } from '../../src/spaces/index.js';

const low = [-2, 0];
const high = [2, 1];
const cells = boxCells(low, high, [40, 20]);
const rows = { values: Float64Array.of(1), indices: Int32Array.of(0) };

/** A policy of one state whose density is Gaussian in the Box: φ = (1, monomials of degree ≤ 2). */
function makePolicy(): Policy {
  const features = new LinearFeatures(oneHot(1), polynomialActions(cells, 2));
  return new Policy(
    features,
    cells,
    Float64Array.from({ length: features.size }, (_, i) => 3 * Math.cos(i + 1)),
  );
}

/** ⟨w, φ(a)⟩ of an action, from the definition of the monomials, scaled as the table is. */
function energyAt(policy: Policy, a: number[]): number {
  const x = a.map((v, i) => (2 * (v - low[i]!)) / (high[i]! - low[i]!) - 1);
  const scale = 1 / policy.features.action.constant[0]!;
  // The order of integerVectors: the last dimension fastest, degree at most 2.
  const monomials = [1, x[1]!, x[1]! ** 2, x[0]!, x[0]! * x[1]!, x[0]! ** 2];
  return monomials.reduce((sum, m, k) => sum + policy.w[k]! * m * scale, 0);
}

test('every action feature vector has norm at most 1 (A1), and the constant vector gives 1', () => {
  for (const features of [polynomialActions(cells, 3), hatActions(boxCells([-1], [1], [9]), 3)]) {
    for (let j = 0; j < features.nodes; j++) {
      const chi = features.table!.subarray(j * features.size, (j + 1) * features.size);
      expect(Math.hypot(...chi)).toBeLessThanOrEqual(1 + 1e-12);
      expect(chi.reduce((sum, x, k) => sum + x * features.constant[k]!, 0)).toBeCloseTo(1, 12);
    }
  }
});

test('log Z and KL agree with a fine numerical integral of the same density on the Box', () => {
  const policy = makePolicy();
  const { logZ, kl } = policy.at(rows, 0);
  // An independent midpoint rule on 1,200 × 1,200 points.
  const n = 1200;
  let mass = 0;
  let weighted = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const a = [low[0]! + ((i + 0.5) / n) * 4, low[1]! + (j + 0.5) / n];
      const energy = energyAt(policy, a);
      mass += Math.exp(-energy) / n ** 2;
      weighted += (Math.exp(-energy) * -energy) / n ** 2;
    }
  }
  expect(logZ).toBeCloseTo(Math.log(mass), 2);
  expect(kl).toBeCloseTo(weighted / mass - Math.log(mass), 2);
});

describe('actions drawn from a Box', () => {
  const space = new Box(low, high);
  const policy = makePolicy();
  const { probabilities } = policy.at(rows, 0);
  const actions = boxActionsOf(space, cells);
  const rng = createRng(5);
  const n = 60_000;
  const out = actions.buffer(1);
  const draws = Array.from({ length: n }, () => {
    actions.draw(policy.sample(rows, 0, rng.next()), rng, out, 0);
    return [...out];
  });

  test('lie in the space', () => {
    expect(draws.every(([x, y]) => x! >= -2 && x! <= 2 && y! >= 0 && y! <= 1)).toBe(true);
    expect(space.contains(out) || space.batch(1).contains(space.batch(1).coerce(out))).toBe(true);
  });

  test('have the histogram of the density', () => {
    const counts = new Float64Array(cells.nodes);
    for (const [x, y] of draws) {
      counts[Math.min(39, Math.floor((x! + 2) * 10)) * 20 + Math.min(19, Math.floor(y! * 20))]!++;
    }
    // Pearson's χ² with 799 degrees of freedom: mean 799, standard deviation 40.
    const chi = counts.reduce((sum, c, j) => {
      const expected = n * probabilities[j]!;
      return expected > 1 ? sum + (c - expected) ** 2 / expected : sum;
    }, 0);
    expect(chi).toBeLessThan(799 + 5 * 40);
  });

  test('are spread evenly inside a cell', () => {
    const inside = draws.map(([x]) => ((x! + 2) * 10) % 1);
    const mean = inside.reduce((a, b) => a + b, 0) / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan((4 * Math.sqrt(1 / 12)) / Math.sqrt(n));
  });

  test('the mode is the middle of the cell of least energy', () => {
    const energies = Array.from({ length: cells.nodes }, (_, j) =>
      energyAt(policy, [...cells.centres.subarray(2 * j, 2 * j + 2)]),
    );
    const best = energies.indexOf(Math.min(...energies));
    actions.centre(policy.mode(rows, 0), out, 0);
    expect(out[0]).toBeCloseTo(cells.centres[2 * best]!, 6);
    expect(out[1]).toBeCloseTo(cells.centres[2 * best + 1]!, 6);
  });
});

test('unbounded actions and too many cells are refused by name', () => {
  expect(() => boxCells([-1, 0], [1, Number.POSITIVE_INFINITY], [2, 2])).toThrow(/\[0, Infinity\] in dimension 1/);
  expect(() => boxCells([0, 0, 0], [1, 1, 1], [50, 50, 50])).toThrow(/125000; expected at most 10000/);
  expect(() => boxCells([0], [1], [2, 2])).toThrow(/cells has 2 entries; expected one for each of the 1/);
  expect(() => hatActions(cells, 3)).toThrow(/one action dimension; this Box has 2/);
});
