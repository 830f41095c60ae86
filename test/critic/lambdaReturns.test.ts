import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lambdaReturns } from '../../src/critic/lambdaReturns.js';

const steps = 12;
const E = 2;
const number = fc.double({ min: -3, max: 3, noNaN: true });
const numbers = (n: number) => fc.array(number, { minLength: n, maxLength: n }).map((x) => Float64Array.from(x));
const flags = (n: number, one: number) =>
  fc
    .array(
      fc.double({ min: 0, max: 1, noNaN: true }).map((u) => (u < one ? 1 : 0)),
      { minLength: n, maxLength: n },
    )
    .map((x) => Uint8Array.from(x));

const inputs = fc.record({
  costs: numbers(steps * E),
  terminated: flags(steps * E, 0.15),
  truncated: flags(steps * E, 0.15),
  valid: flags(steps * E, 0.85),
  actionValues: numbers(steps * E),
  stateValues: numbers((steps + 1) * E),
});

test('G is the mixture of n-step returns, (1−λ) Σ λⁿ⁻¹ G⁽ⁿ⁾, over what is left of the episode', () => {
  const gamma = 0.9;
  const lambda = 0.7;
  fc.assert(
    fc.property(inputs, (x) => {
      const out = new Float64Array(steps * E).fill(Number.NaN);
      lambdaReturns({ ...x, steps, numEnvs: E }, gamma, lambda, out);
      for (let at = 0; at < steps * E; at++) {
        if (!x.valid[at]) {
          expect(out[at]).toBeNaN();
          continue;
        }
        // How many steps the episode still has in the batch.
        let length = 1;
        let row = at;
        const ends = (r: number) => x.terminated[r] || x.truncated[r];
        while (!ends(row) && row + E < steps * E && x.valid[row + E]) {
          row += E;
          length++;
        }
        // The sum of n discounted temporal differences, on top of Q(s,a).
        const nStep = (n: number): number => {
          let sum = 0;
          for (let k = 0; k < n; k++) {
            const r = at + k * E;
            const v = x.terminated[r] ? 0 : x.stateValues[r + E];
            sum += gamma ** k * (x.costs[r] + gamma * v - x.actionValues[r]);
          }
          return x.actionValues[at] + sum;
        };
        let expected = 0;
        for (let n = 1; n < length; n++) expected += (1 - lambda) * lambda ** (n - 1) * nStep(n);
        expected += lambda ** (length - 1) * nStep(length);
        expect(out[at]).toBeCloseTo(expected, 9);
      }
    }),
  );
});

test('arrays of the wrong length are refused with what was expected', () => {
  const x = {
    steps: 2,
    numEnvs: 1,
    costs: new Float64Array(2),
    terminated: new Uint8Array(2),
    truncated: new Uint8Array(2),
    valid: new Uint8Array(2),
  };
  expect(() =>
    lambdaReturns(
      { ...x, actionValues: new Float64Array(2), stateValues: new Float64Array(2) },
      0.9,
      1,
      new Float64Array(2),
    ),
  ).toThrow(/expected 2 and 3 for 2 steps of 1 environments/);
});
