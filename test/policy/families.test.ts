import { describe, expect, test } from 'vitest';
import { hatActions, polynomialActions } from '../../src/features/index.js';
import { equalCells, gaussCells, productRule } from '../../src/measure/boxRule.js';
import { latticeRule } from '../../src/measure/lattice.js';
import { gaussian, type Reference, uniform } from '../../src/measure/reference.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';
import type { ActionFamily } from '../../src/policy/family.js';
import { nodeFamily } from '../../src/policy/nodeFamily.js';
import { quadraticFamily } from '../../src/policy/quadraticFamily.js';
import { randomisedLogZ } from '../../src/policy/randomisation.js';
import { createRng } from '../../src/spaces/index.js';
import { chiSquareScore } from '../support/chiSquare.js';

/** A dimension's μ as the test integrates it: bounds, and the log of its density but for a constant. */
interface Line {
  reference: Reference;
  low: number;
  high: number;
  log: (a: number) => number;
}
const flat = (low: number, high: number): Line => ({ reference: uniform(low, high), low, high, log: () => 0 });
const bell = (low: number, high: number, m: number, s: number): Line => ({
  reference: gaussian(low, high, m, s),
  low: Math.max(low, m - 8 * s),
  high: Math.min(high, m + 8 * s),
  log: (a) => -((a - m) ** 2) / (2 * s * s),
});
const free = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const references = (lines: Line[]) => lines.map((line) => line.reference);
const product = (lines: Line[], make: typeof equalCells, n: number) =>
  productRule(
    references(lines),
    lines.map((line) => make(line.reference, n)),
  );

/** χ(a), from its definition, of features with an energy that is a sum over dimensions: (1, y_i, y_i²) but for the scale. */
const quadratics: [string, Line[], (lines: Line[]) => ActionFamily, number][] = [
  ['exact, uniform', [flat(-2, 2), flat(0, 1), flat(-1, 3)], (lines) => quadraticFamily(references(lines)), 1e-9],
  ['exact, Gaussian without bounds', [bell(...free, 0.5, 2)], (lines) => quadraticFamily(references(lines)), 1e-9],
  [
    'exact, Gaussian in a Box',
    [bell(-1, 1, 0.7, 0.5), bell(0, 9, 1, 3)],
    (lines) => quadraticFamily(references(lines)),
    1e-9,
  ],
  ['cells, uniform', [flat(-2, 2), flat(0, 1)], (lines) => tabulated(product(lines, equalCells, 90)), 2e-3],
  ['cells, Gaussian', [bell(-1, 1, 0.7, 0.5)], (lines) => tabulated(product(lines, equalCells, 400)), 2e-3],
  ['Gauss–Legendre', [flat(-2, 2), flat(0, 1)], (lines) => tabulated(product(lines, gaussCells, 24)), 1e-9],
  ['Gauss–Hermite', [bell(...free, 0.5, 2)], (lines) => tabulated(product(lines, gaussCells, 40)), 1e-5],
];
const tabulated = (rule: ReturnType<typeof productRule>) => nodeFamily(rule, polynomialActions(rule, 2, 1));

/** Energy ⟨u, χ(a)⟩ of an action as a sum over dimensions, read off the family: the coefficients of y_i and y_i², and the constant. */
function naturalOf(family: ActionFamily, lines: Line[], scale: number) {
  const d = lines.length;
  const u = Float64Array.from({ length: 1 + 2 * d }, (_, k) => scale * Math.cos(2 * k + 1));
  // The exact family lists y_1 … y_d, then the squares; the tabulated one, in the order of integerVectors, each y_i and its square, the last first.
  const exact = family.features.width === d;
  const unit = 1 / family.features.constant[0];
  const place = (i: number, degree: number) => (exact ? 1 + i + (degree - 1) * d : 1 + 2 * (d - 1 - i) + degree - 1);
  const energy = (i: number, a: number) => {
    const { low, high } = lines[i];
    const y = (2 * (a - low)) / (high - low) - 1;
    return unit * (u[place(i, 1)] * y + u[place(i, 2)] * y * y);
  };
  return { u, energy, constant: unit * u[0] };
}

/** ∫ f dμ, by Simpson's rule on 20,001 points. */
function integrate({ low, high, log }: Line, f: (a: number) => number, to = high): number {
  const n = 20_000;
  let [top, mass] = [0, 0];
  for (let j = 0; j <= n; j++) {
    const weight = j === 0 || j === n ? 1 : j % 2 === 1 ? 4 : 2;
    const all = low + (j / n) * (high - low);
    const part = low + (j / n) * (to - low);
    mass += weight * Math.exp(log(all)) * (high - low);
    top += weight * Math.exp(log(part)) * f(part) * (to - low);
  }
  return top / mass;
}

describe.each(quadratics)('%s', (_, lines, make, tolerance) => {
  const family = make(lines);
  const density = family.density();
  const d = lines.length;
  const { width, size } = family.features;

  test('log Z, KL and mean agree with numerical integration', () => {
    for (const scale of [0, 1, 6]) {
      const { u, energy, constant } = naturalOf(family, lines, scale);
      density.set(u);
      let [logZ, kl] = [-constant, 0];
      lines.forEach((line, i) => {
        const Z = integrate(line, (a) => Math.exp(-energy(i, a)));
        logZ += Math.log(Z);
        kl += integrate(line, (a) => (Math.exp(-energy(i, a)) / Z) * (-energy(i, a) - Math.log(Z)));
      });
      expect(Math.abs(density.logZ - logZ)).toBeLessThan(tolerance);
      expect(Math.abs(density.kl - kl)).toBeLessThan(2 * tolerance);
      // KL(π|μ) = −⟨u, E χ⟩ − log Z, whatever the family.
      const dot = u.reduce((sum, x, k) => sum + x * density.mean[k], 0);
      expect(density.kl).toBeCloseTo(-dot - density.logZ, 10);
    }
  });

  test('draws have the distribution of the density: χ² of each dimension, five seeds, each at 10⁻⁵', () => {
    const { u, energy } = naturalOf(family, lines, 5);
    density.set(u);
    const n = 4000;
    const bins = 12;
    const probabilities = lines.map((line, i) => {
      const Z = integrate(line, (a) => Math.exp(-energy(i, a)));
      const below = Array.from({ length: bins + 1 }, (_, b) =>
        integrate(line, (a) => Math.exp(-energy(i, a)) / Z, line.low + (b / bins) * (line.high - line.low)),
      );
      return below.slice(1).map((p, b) => p - below[b]);
    });
    for (let seed = 0; seed < 5; seed++) {
      const rng = createRng(seed);
      const counts = lines.map(() => new Float64Array(bins));
      const code = new Float64Array(width);
      for (let k = 0; k < n; k++) {
        density.draw(rng, code, 0);
        lines.forEach(({ low, high }, i) => {
          const a = code[width - d + i];
          expect(a >= low && a <= high).toBe(true);
          counts[i][Math.min(bins - 1, Math.floor(((a - low) / (high - low)) * bins))]++;
        });
      }
      counts.forEach((count, i) => {
        expect(chiSquareScore(count, probabilities[i]), `seed ${seed}, dimension ${i}`).toBeLessThan(4.26);
      });
    }
  });

  test('draws from μ have the distribution of μ', () => {
    const n = 4000;
    const counts = lines.map(() => new Float64Array(12));
    const code = new Float64Array(width);
    const rng = createRng(7);
    for (let k = 0; k < n; k++) {
      family.drawReference(rng, code, 0);
      lines.forEach(({ low, high }, i) => {
        counts[i][Math.min(11, Math.floor(((code[width - d + i] - low) / (high - low)) * 12))]++;
      });
    }
    lines.forEach((line, i) => {
      const below = Array.from({ length: 13 }, (_, b) =>
        integrate(line, () => 1, line.low + (b / 12) * (line.high - line.low)),
      );
      expect(
        chiSquareScore(
          counts[i],
          below.slice(1).map((p, b) => p - below[b]),
        ),
      ).toBeLessThan(4.26);
    });
  });

  test('the mode is that of a grid search, as near as the nodes are', () => {
    for (const scale of [4, -40]) {
      const { u, energy } = naturalOf(family, lines, scale);
      density.set(u);
      const code = new Float64Array(width);
      density.mode(code, 0);
      const logDensity = (i: number, a: number) => lines[i].log(a) - energy(i, a);
      lines.forEach((line, i) => {
        const grid = Array.from({ length: 2001 }, (_, j) => line.low + (j / 2000) * (line.high - line.low));
        const best = Math.max(...grid.map((a) => logDensity(i, a)));
        const found = logDensity(i, code[width - d + i]);
        // Exact, or less by what a cell of the rules here can hide.
        expect(best - found).toBeLessThan(width === d ? 1e-4 * (1 + Math.abs(best)) : 0.15 * Math.abs(scale));
        expect(found - best).toBeLessThan(1e-3 * (1 + Math.abs(best)));
      });
    }
  });

  test('the features have norm at most 1 and the constant vector gives 1', () => {
    const rng = createRng(1);
    const code = new Float64Array(width);
    const chi = new Float64Array(size);
    for (let k = 0; k < 200; k++) {
      family.drawReference(rng, code, 0);
      family.features.encode(code, 0, chi);
      expect(Math.hypot(...chi)).toBeLessThanOrEqual(1 + 1e-12);
      expect(chi.reduce((sum, x, i) => sum + x * family.features.constant[i], 0)).toBeCloseTo(1, 12);
    }
  });
});

test('discrete: log Z, KL, mean, density and draws agree', () => {
  const density = discreteFamily(5).density();
  const u = Float64Array.of(0.3, -1, 2, 0, 0.5);
  density.set(u);
  const Z = u.reduce((sum, x) => sum + Math.exp(-x) / 5, 0);
  expect(density.logZ).toBeCloseTo(Math.log(Z), 12);
  const pi = Array.from(u, (x) => Math.exp(-x) / 5 / Z);
  expect([...density.mean]).toEqual(pi.map((p) => expect.closeTo(p, 12)));
  expect(density.at(Float64Array.of(2), 0)).toBeCloseTo(5 * pi[2], 12);
  expect(density.kl).toBeCloseTo(
    pi.reduce((sum, p) => sum + p * Math.log(5 * p), 0),
    12,
  );
  for (let seed = 0; seed < 5; seed++) {
    const rng = createRng(seed);
    const counts = new Float64Array(5);
    const code = new Float64Array(1);
    for (let n = 0; n < 4000; n++) {
      density.draw(rng, code, 0);
      counts[code[0]]++;
    }
    expect(chiSquareScore(counts, pi), `seed ${seed}`).toBeLessThan(4.26);
  }
});

test.each<[string, ReturnType<typeof productRule>]>([
  ['Gauss', product([flat(-1, 1), bell(...free, 0, 1)], gaussCells, 7)],
  ['lattice', latticeRule([uniform(0, 1), uniform(0, 1), uniform(0, 1), uniform(0, 1)], 127, 1)],
])('%s: cells are drawn as often as they weigh, and the whole of μ is covered evenly', (_, rule) => {
  const family = nodeFamily(rule, polynomialActions(rule, 2));
  const density = family.density();
  density.set(Float64Array.from({ length: family.features.size }, (_, k) => 3 * Math.sin(k + 1)));
  const { width } = family.features;
  const code = new Float64Array(width);
  for (let seed = 0; seed < 5; seed++) {
    const rng = createRng(seed);
    const counts = new Float64Array(rule.nodes);
    for (let n = 0; n < 20_000; n++) {
      density.draw(rng, code, 0);
      counts[code[0]]++;
    }
    const masses = Array.from(rule.weights, (weight, j) => {
      code[0] = j;
      return weight * density.at(code, 0);
    });
    expect(chiSquareScore(counts, masses), `seed ${seed}`).toBeLessThan(4.26);
  }
  // π = μ as drawn from the cells: all halves of all dimensions together by the mass that μ gives them.
  const rng = createRng(9);
  density.set(new Float64Array(family.features.size));
  const quarters = new Float64Array(16);
  const middle = rule.dimensions === 2 ? 0 : 0.5;
  for (let n = 0; n < 20_000; n++) {
    density.draw(rng, code, 0);
    let bin = 0;
    for (let i = 0; i < rule.dimensions; i++) bin = 2 * bin + (code[1 + i] > middle ? 1 : 0);
    quarters[bin]++;
  }
  const cells = 2 ** rule.dimensions;
  expect(chiSquareScore(quarters.subarray(0, cells), new Float64Array(cells).fill(1 / cells))).toBeLessThan(4.26);
});

test('each Gauss node lies in the interval of μ that stands for it', () => {
  for (const reference of [uniform(-1, 1), gaussian(-1, 2, 0.3, 0.4), gaussian(...free, 0, 1)]) {
    const { nodes, weights } = gaussCells(reference, 15);
    let below = 0;
    nodes.forEach((node, j) => {
      expect(node).toBeGreaterThan(reference.quantile(below));
      below += weights[j];
      expect(node).toBeLessThan(reference.quantile(Math.min(1, below)));
    });
  }
});

test('hats are the linear B-splines of evenly spaced knots', () => {
  const rule = product([flat(-1, 1)], equalCells, 8);
  const { table, constant } = hatActions(rule, 3);
  // Cell 2 is centred at −0.375: 0.375 of the way from the middle knot to the first.
  expect([...table.subarray(6, 9)].map((x) => x * constant[0])).toEqual(
    [0.375, 0.625, 0].map((x) => expect.closeTo(x, 12)),
  );
});

describe('a lattice for three dimensions', () => {
  const lines = [flat(-2, 2), flat(0, 1), bell(-1, 3, 0, 1)];
  const make = (nodes: number, seed: number) => tabulated(latticeRule(references(lines), nodes, seed));
  const natural = (scale: number) => {
    const { u, energy, constant } = naturalOf(make(13, 0), lines, scale);
    const parts = lines.map((line, i) => integrate(line, (a) => Math.exp(-energy(i, a))));
    return { u, energy, parts, logZ: parts.reduce((sum, Z) => sum + Math.log(Z), -constant) };
  };
  const replicas = (nodes: number) => Array.from({ length: 8 }, (_, r) => make(nodes, r));

  test('the error of log Z is the standard error that independent shifts show', () => {
    const families = replicas(509);
    for (const scale of [0.5, 2, 6, -8]) {
      const { u, logZ } = natural(scale);
      const { mean, standardError } = randomisedLogZ(families, u);
      // Student's t with 7 degrees of freedom is above 5.41 with probability 0.001.
      expect(Math.abs(mean - logZ)).toBeLessThan(5.41 * standardError + 1e-12);
    }
  });

  test('sixteen times the nodes leave less than an eighth of the error; Monte Carlo would leave a quarter', () => {
    const { u } = natural(3);
    expect(randomisedLogZ(replicas(2039), u).spread).toBeLessThan(randomisedLogZ(replicas(127), u).spread / 8);
  });

  test('draws have the mean of the density, but for their own error and that of the cells', () => {
    const { u, energy, parts } = natural(5);
    const density = make(2039, 0).density();
    density.set(u);
    const n = 20_000;
    const rng = createRng(4);
    const code = new Float64Array(4);
    const sums = lines.map(() => [0, 0] as [number, number]);
    for (let k = 0; k < n; k++) {
      density.draw(rng, code, 0);
      sums.forEach((sum, i) => {
        sum[0] += code[1 + i] / n;
        sum[1] += code[1 + i] ** 2 / n;
      });
    }
    lines.forEach((line, i) => {
      const exact = integrate(line, (a) => (a * Math.exp(-energy(i, a))) / parts[i]);
      const [mean, square] = sums[i];
      const error = 4 * Math.sqrt((square - mean ** 2) / n);
      expect(Math.abs(mean - exact)).toBeLessThan(error + 0.01 * (line.high - line.low));
    });
  });
});
