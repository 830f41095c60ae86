import { expect, test } from 'vitest';
import { stateValue } from '../../src/critic/stateValue.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';

test("a state's value is the mean under the policy of cost to go and regularised log density", () => {
  const tau = 0.3;
  // Two actions, π = (3/4, 1/4): e^{−u} ∝ (3, 1), and dπ/dμ = (3/2, 1/2) since μ is uniform.
  const density = discreteFamily(2).density();
  density.set(Float64Array.of(-Math.log(3), 0));
  const expected = 0.75 * (2 + tau * Math.log(1.5)) + 0.25 * (-1 + tau * Math.log(0.5));
  expect(stateValue(Float64Array.of(2, -1), density, tau)).toBeCloseTo(expected, 14);
});
