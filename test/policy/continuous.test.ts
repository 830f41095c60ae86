import { describe, expect, test } from 'vitest';
import { hatActions, LinearFeatures, oneHot, polynomialActions } from '../../src/features/index.js';
import { equalCells, productRule } from '../../src/measure/boxRule.js';
import { uniform } from '../../src/measure/reference.js';
import { nodeFamily } from '../../src/policy/nodeFamily.js';
import { Policy } from '../../src/policy/policy.js';
import { boxActionsOf } from '../../src/sampling/actions.js';
import { Box, createRng } from '../../src/spaces/index.js';

const low = [-2, 0];
const high = [2, 1];
const references = [uniform(-2, 2), uniform(0, 1)];
const rule = productRule(references, [equalCells(references[0], 40), equalCells(references[1], 20)]);
const line = productRule([uniform(-1, 1)], [equalCells(uniform(-1, 1), 9)]);
const rows = { values: Float64Array.of(1), indices: Int32Array.of(0) };

/** A policy of one state whose density is Gaussian in the Box: φ = (1, monomials of degree ≤ 2). */
function makePolicy(): Policy {
  const family = nodeFamily(rule, polynomialActions(rule, 2));
  const features = new LinearFeatures(oneHot(1), family.features);
  const w = Float64Array.from({ length: features.size }, (_, i) => 3 * Math.cos(i + 1));
  return new Policy(features, family, w);
}

/** ⟨w, φ(a)⟩ of an action, from the definition of the monomials, scaled as the table is. */
function energyAt(policy: Policy, a: number[]): number {
  const x = a.map((v, i) => (2 * (v - low[i])) / (high[i] - low[i]) - 1);
  const scale = 1 / policy.features.action.constant[0];
  // The order of integerVectors: the last dimension fastest, degree at most 2.
  const monomials = [1, x[1], x[1] ** 2, x[0], x[0] * x[1], x[0] ** 2];
  return monomials.reduce((sum, m, k) => sum + policy.w[k] * m * scale, 0);
}

test('every action feature vector has norm at most 1 (A1), and the constant vector gives 1', () => {
  for (const { table, size, constant } of [polynomialActions(rule, 3), hatActions(line, 3)]) {
    for (let at = 0; at < table.length; at += size) {
      const chi = table.subarray(at, at + size);
      expect(Math.hypot(...chi)).toBeLessThanOrEqual(1 + 1e-12);
      expect(chi.reduce((sum, x, k) => sum + x * constant[k], 0)).toBeCloseTo(1, 12);
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
      const a = [low[0] + ((i + 0.5) / n) * 4, low[1] + (j + 0.5) / n];
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
  const density = policy.at(rows, 0);
  const actions = boxActionsOf(space, policy.features.action.width);
  const rng = createRng(5);
  const n = 60_000;
  const code = new Float64Array(policy.features.action.width);
  const out = actions.buffer(1);
  const draws = Array.from({ length: n }, () => {
    density.draw(rng, code, 0);
    actions.write(code, 0, out, 0);
    return [...out];
  });

  test('lie in the space', () => {
    expect(draws.every(([x, y]) => x! >= -2 && x! <= 2 && y! >= 0 && y! <= 1)).toBe(true);
    expect(space.contains(out) || space.batch(1).contains(space.batch(1).coerce(out))).toBe(true);
  });

  test('have the histogram of the density', () => {
    const counts = new Float64Array(800);
    for (const [x, y] of draws) {
      counts[Math.min(39, Math.floor((x! + 2) * 10)) * 20 + Math.min(19, Math.floor(y! * 20))]++;
    }
    // Pearson's χ² with 799 degrees of freedom: mean 799, standard deviation 40.
    const chi = counts.reduce((sum, c, j) => {
      const expected = (n * density.at(Float64Array.of(j, 0, 0), 0)) / 800;
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
    const centres = Array.from({ length: 800 }, (_, j) => [-1.95 + Math.floor(j / 20) / 10, 0.025 + (j % 20) / 20]);
    const energies = centres.map((centre) => energyAt(policy, centre));
    const best = centres[energies.indexOf(Math.min(...energies))];
    policy.at(rows, 0).mode(code, 0);
    actions.write(code, 0, out, 0);
    expect([...out]).toEqual(best.map((x) => expect.closeTo(x, 6)));
  });
});

test('unbounded actions and too many cells are refused by name', () => {
  const many = equalCells(uniform(0, 1), 50);
  expect(() => uniform(0, Number.POSITIVE_INFINITY)).toThrow(/\[0, Infinity\]; expected finite bounds/);
  expect(() => productRule([uniform(0, 1), uniform(0, 1), uniform(0, 1)], [many, many, many])).toThrow(
    /125000; expected at most 10000/,
  );
  expect(() => hatActions(rule, 3)).toThrow(/one action dimension; this Box has 2/);
});
