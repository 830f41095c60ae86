import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explicitStep, proximalStep } from '../../src/actor/mirrorDescent.js';
import { counting } from '../../src/measure/measure.js';
import { gibbs, gibbsBuffers } from '../../src/policy/gibbs.js';

/** π of two actions with energy w (tabular: φ is the indicator of the action). */
function policyOf(w: Float64Array): number {
  const out = gibbsBuffers(2);
  gibbs(w, counting(2), out);
  return out.probabilities[0];
}

const xlogx = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(p / q));
const kl = (p: number, q: number) => xlogx(p, q) + xlogx(1 - p, 1 - q);

/** The minimum of a convex function on (0,1) by golden section: an independent way to the argmin of the slides. */
function minimise(f: (p: number) => number): number {
  const g = (Math.sqrt(5) - 1) / 2;
  let a = 0;
  let b = 1;
  for (let i = 0; i < 200; i++) {
    const c = b - g * (b - a);
    const d = a + g * (b - a);
    if (f(c) < f(d)) b = d;
    else a = c;
  }
  return (a + b) / 2;
}

const small = fc.double({ min: -2, max: 2, noNaN: true });
const cases = fc.record({
  w: fc.tuple(small, small),
  theta: fc.tuple(small, small),
  lambda: fc.double({ min: 0.05, max: 3, noNaN: true }),
  tau: fc.double({ min: 0.01, max: 0.6, noNaN: true }),
});

test("the explicit step minimises ∫A dπ + KL(π|πⁿ)/λ, the slides' argmin", () => {
  fc.assert(
    fc.property(cases, ({ w, theta, lambda, tau }) => {
      const before = policyOf(Float64Array.from(w));
      const advantage = [theta[0] + tau * Math.log(before * 2), theta[1] + tau * Math.log((1 - before) * 2)];
      const best = minimise((p) => p * advantage[0] + (1 - p) * advantage[1] + kl(p, before) / lambda);
      const after = Float64Array.from(w);
      explicitStep(after, Float64Array.from(theta), lambda, tau);
      expect(policyOf(after)).toBeCloseTo(best, 6);
    }),
  );
});

test('the proximal step minimises ∫Q dπ + τ KL(π|μ) + KL(π|πⁿ)/λ', () => {
  fc.assert(
    fc.property(cases, ({ w, theta, lambda, tau }) => {
      const before = policyOf(Float64Array.from(w));
      const best = minimise((p) => p * theta[0] + (1 - p) * theta[1] + tau * kl(p, 0.5) + kl(p, before) / lambda);
      const after = Float64Array.from(w);
      proximalStep(after, Float64Array.from(theta), lambda, tau);
      expect(policyOf(after)).toBeCloseTo(best, 6);
    }),
  );
});

test.each([
  ['explicit', explicitStep],
  ['proximal', proximalStep],
])('for frozen θ the %s step follows w_t = e^{−τt} w₀ + (1 − e^{−τt}) θ/τ to first order in the step', (_, step) => {
  const tau = 0.3;
  const t = 2;
  const w0 = [1, -2, 0.5];
  const theta = Float64Array.of(0.4, -1, 2);
  const errorOf = (n: number) => {
    const w = Float64Array.from(w0);
    for (let i = 0; i < n; i++) step(w, theta, t / n, tau);
    const decay = Math.exp(-tau * t);
    return Math.max(...w.map((x, i) => Math.abs(x - (decay * w0[i] + ((1 - decay) * theta[i]) / tau))));
  };
  expect(errorOf(1000)).toBeLessThan(1e-3);
  expect(errorOf(500) / errorOf(1000)).toBeCloseTo(2, 1);
});

test('both steps keep the fixed point w = θ/τ', () => {
  for (const step of [explicitStep, proximalStep]) {
    const w = Float64Array.of(2, -4);
    step(w, Float64Array.of(1, -2), 0.7, 0.5);
    expect(w[0]).toBeCloseTo(2, 14);
    expect(w[1]).toBeCloseTo(-4, 14);
  }
});

test('the proximal step is stable for any step, the explicit one says when it is not', () => {
  const w = Float64Array.of(5);
  proximalStep(w, Float64Array.of(1), 1e9, 0.5);
  expect(w[0]).toBeCloseTo(2, 6);
  expect(() => explicitStep(w, Float64Array.of(1), 5, 0.5)).toThrow(/mirrorStep × tau is 2.5; expected less than 2/);
});

test('vectors of unequal length are refused with both lengths', () => {
  expect(() => proximalStep(new Float64Array(3), new Float64Array(2), 1, 1)).toThrow(/w has 3 entries and theta 2/);
});
