import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NetworkFeatures } from '../../src/features/network.js';
import { multiplyTransposed } from '../../src/numeric/matrix.js';
import { createRng } from '../../src/spaces/index.js';
import { dense } from '../support/dense.js';

const bounds = { low: [-1, 0, -2], high: [1, 4, 2] };
const make = (hidden: number[], seed = 1) => new NetworkFeatures({ ...bounds, hidden, seed });

/** The same network written out for one observation: layers of sums, rectified but for the last, normalised. */
function byHand(map: NetworkFeatures, observation: number[]): number[] {
  let x = observation.map((o, i) => {
    const half = (bounds.high[i] - bounds.low[i]) / 2;
    return Math.min(3, Math.max(-3, (o - bounds.low[i] - half) / half));
  });
  map.layers.forEach(({ parameters }, l) => {
    const units = parameters.length / (x.length + 1);
    const z = Array.from({ length: units }, (_, j) =>
      x.reduce((sum, xi, i) => sum + parameters[j * x.length + i] * xi, parameters[units * x.length + j]),
    );
    x = l < map.layers.length - 1 ? z.map((v) => Math.max(0, v)) : z;
  });
  const mean = x.reduce((a, b) => a + b) / x.length;
  const deviation = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length + 1e-5);
  return [1, ...x.map((v) => (v - mean) / deviation)].map((v) => v / Math.sqrt(x.length + 1));
}

test('ψ is what the layers, written out, give; several observations at once are the same as one by one', () => {
  const map = make([7, 5]);
  const observations = [0.3, 1, -1.5, 100, -100, 0, -0.9, 3.9, 1];
  const values = new Float64Array(3 * map.size);
  map.forward(observations, 0, 3, values, 0);
  for (let r = 0; r < 3; r++) {
    const expected = byHand(map, observations.slice(3 * r, 3 * r + 3));
    const single = dense(map, observations.slice(3 * r, 3 * r + 3));
    expected.forEach((value, i) => {
      expect(values[r * map.size + i], `observation ${r}, feature ${i}`).toBeCloseTo(value, 12);
      expect(single[i], `observation ${r}, feature ${i}`).toBeCloseTo(value, 12);
    });
  }
});

test('A1: ‖ψ‖ ≤ 1 and ⟨constant, ψ⟩ = 1 for all weights and observations', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 3 }),
      fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      fc.integer({ min: 0, max: 1000 }),
      (observation, scale, seed) => {
        const map = make([6, 4], seed);
        for (const { parameters } of map.layers) for (let i = 0; i < parameters.length; i++) parameters[i] *= scale;
        const psi = dense(map, observation);
        expect(Math.hypot(...psi)).toBeLessThanOrEqual(1 + 1e-12);
        expect(psi.reduce((sum, x, i) => sum + x * map.constant[i], 0)).toBeCloseTo(1, 12);
      },
    ),
  );
});

test.each([[[6]], [[5, 4]], [[6, 5, 3]]])('layers %j: gradients agree with central differences', (hidden) => {
  const map = make(hidden, 3);
  const n = 5; // four rows are taken at a time, so one is left over
  const rng = createRng(5);
  const observations = Float64Array.from({ length: 3 * n }, (_, i) =>
    i % 3 === 1 ? 4 * rng.next() : 2 * rng.next() - 1,
  );
  const weights = Float64Array.from({ length: n * map.size }, () => rng.normal());
  const values = new Float64Array(n * map.size);
  // The loss Σ weights · sin(ψ), so that its gradient by ψ is not constant.
  const loss = () => {
    map.forward(observations, 0, n, values, 0);
    return values.reduce((sum, v, i) => sum + weights[i] * Math.sin(v), 0);
  };
  loss();
  map.backward(
    values,
    values.map((v, i) => weights[i] * Math.cos(v)),
    n,
  );
  const gradients = map.layers.map((layer) => layer.parameterGradient.slice());
  map.layers.forEach(({ parameters }, l) => {
    parameters.forEach((x, i) => {
      const h = 1e-5;
      parameters[i] = x + h;
      const above = loss();
      parameters[i] = x - h;
      const below = loss();
      parameters[i] = x;
      expect(gradients[l][i], `layer ${l}, parameter ${i}`).toBeCloseTo((above - below) / (2 * h), 6);
    });
  });
});

test('multiplyTransposed is A Bᵀ + bias for every remainder of its blocks', () => {
  const rng = createRng(1);
  for (const [n, m, k] of [
    [1, 1, 1],
    [4, 2, 3],
    [5, 3, 4],
    [7, 5, 2],
    [8, 4, 6],
  ] as const) {
    const [a, b, bias] = [n * k, m * k, m].map((size) => Float64Array.from({ length: size }, () => rng.normal()));
    const out = new Float64Array(n * m);
    multiplyTransposed(a!, b!, bias!, out, n, m, k);
    for (let r = 0; r < n; r++) {
      for (let c = 0; c < m; c++) {
        let sum = bias![c];
        for (let i = 0; i < k; i++) sum += a![r * k + i] * b![c * k + i];
        expect(out[r * m + c], `${n}×${m}×${k} at ${r},${c}`).toBeCloseTo(sum, 12);
      }
    }
  }
});
