import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counting } from '../../src/measure/measure.js';
import { gibbs, gibbsBuffers, modeNode, sampleNode } from '../../src/policy/gibbs.js';

const energies = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 8 });
const weighted = energies.chain((energy) =>
  fc.record({
    energy: fc.constant(Float64Array.from(energy)),
    raw: fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: energy.length, maxLength: energy.length }),
  }),
);

function measureOf(raw: number[]) {
  const sum = raw.reduce((a, b) => a + b, 0);
  return { nodes: raw.length, weights: Float64Array.from(raw, (r) => r / sum) };
}

test('the density integrates to one, log Z and KL are what their definitions say', () => {
  fc.assert(
    fc.property(weighted, ({ energy, raw }) => {
      const measure = measureOf(raw);
      const out = gibbsBuffers(measure.nodes);
      gibbs(energy, measure, out);
      const Z = energy.reduce((sum, E, j) => sum + measure.weights[j] * Math.exp(-E), 0);
      expect(out.logZ).toBeCloseTo(Math.log(Z), 9);
      const pi = [...energy].map((E, j) => (measure.weights[j] * Math.exp(-E)) / Z);
      pi.forEach((p, j) => {
        expect(out.probabilities[j]).toBeCloseTo(p, 12);
      });
      expect(out.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      const kl = pi.reduce((sum, p, j) => sum + (p > 0 ? p * Math.log(p / measure.weights[j]) : 0), 0);
      expect(out.kl).toBeCloseTo(kl, 8);
      expect(out.kl).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('a constant added to the energy does not change the policy, however large', () => {
  const measure = counting(3);
  const one = gibbsBuffers(3);
  const other = gibbsBuffers(3);
  gibbs(Float64Array.of(1, 2, 3), measure, one);
  gibbs(Float64Array.of(100_001, 100_002, 100_003), measure, other);
  one.probabilities.forEach((p, j) => {
    expect(other.probabilities[j]).toBeCloseTo(p, 10);
  });
});

test('without energy the policy is μ and its divergence is zero', () => {
  const out = gibbsBuffers(5);
  gibbs(new Float64Array(5), counting(5), out);
  expect(out.kl).toBe(0);
  expect([...out.probabilities]).toEqual(new Array(5).fill(0.2));
});

test('draws have the frequencies of the probabilities', () => {
  const probabilities = Float64Array.of(0.1, 0, 0.6, 0.3);
  const n = 100_000;
  const counts = new Array<number>(4).fill(0);
  for (let i = 0; i < n; i++) counts[sampleNode(probabilities, (i + 0.5) / n)]++;
  counts.forEach((count, j) => {
    expect(Math.abs(count / n - probabilities[j])).toBeLessThan(1e-4);
  });
});

test('a uniform number next to one draws a node of positive probability', () => {
  expect(sampleNode(Float64Array.of(0.3, 0.7 - 1e-12, 0), 1 - 2 ** -53)).toBe(1);
});

test('the mode is the first node of least energy', () => {
  expect(modeNode(Float64Array.of(2, 1, 1))).toBe(1);
});
