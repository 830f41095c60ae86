import { expect, test } from 'vitest';
import { advantage } from '../../src/critic/advantage.js';
import { traceWeight } from '../../src/critic/lambdaReturns.js';
import { stateValue } from '../../src/critic/stateValue.js';
import { temporalDifferenceError } from '../../src/critic/temporalDifferenceError.js';
import { valueBounds } from '../../src/critic/valueBounds.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';
import { exactActionValue, slipperyLine, softOptimal } from '../support/finiteMdp.js';

const [gamma, tau] = [0.8, 0.3];
const mdp = slipperyLine;
const { states } = mdp;
/** π(1|s) of some policies. */
const policies = [0.5, 0.02, 0.99, 0.3].map((p) => Array.from({ length: states }, () => [1 - p, p]));

/** π in a state: u = −log π, μ being uniform. */
function densityOf(probabilities: number[]) {
  const density = discreteFamily(probabilities.length).density();
  density.set(Float64Array.from(probabilities, (p) => -Math.log(p)));
  return density;
}

test('the value of a state is the mean under the policy of cost to go and regularised log density', () => {
  // π = (3/4, 1/4), so dπ/dμ = (3/2, 1/2).
  const expected = 0.75 * (2 + tau * Math.log(1.5)) + 0.25 * (-1 + tau * Math.log(0.5));
  expect(stateValue(Float64Array.of(2, -1), densityOf([0.75, 0.25]), tau)).toBeCloseTo(expected, 14);
});

test('the advantage of the optimal policy is 0 in every state, by soft value iteration', () => {
  const { q, v, pi } = softOptimal(mdp, gamma, tau);
  q.forEach((values, s) => {
    values.forEach((value, a) => {
      expect(advantage(value, v[s], Math.log(2 * pi[s][a]), tau)).toBeCloseTo(0, 12);
    });
  });
});

test('the mean over next states of the temporal difference error is 0 at the exact Q of a policy', () => {
  for (const pi of policies) {
    const q = exactActionValue(mdp, pi, gamma, tau);
    const v = q.map((values, s) => stateValue(Float64Array.from(values), densityOf(pi[s]), tau));
    mdp.next.forEach((byAction, s) => {
      byAction.forEach((next, a) => {
        const errors = next.map((to) => temporalDifferenceError(mdp.cost[s][a], gamma, to < 0 ? 0 : v[to], q[s][a]));
        expect(errors.reduce((sum, x) => sum + x, 0) / next.length).toBeCloseTo(0, 12);
      });
    });
  }
});

test('the bounds hold for the exact values of policies near and far from the reference measure', () => {
  const costs = [0, ...mdp.cost.flat()];
  const range = {
    lowestCost: Math.min(...costs),
    highestCost: Math.max(...costs),
    highestRegularisation: tau * Math.log(2),
  };
  const { low, high } = valueBounds(range, gamma);
  expect(low).toBeCloseTo(-15, 12);
  for (const pi of policies) {
    exactActionValue(mdp, pi, gamma, tau).forEach((values, s) => {
      const value = stateValue(Float64Array.from(values), densityOf(pi[s]), tau);
      expect(value).toBeGreaterThan(low);
      expect(value).toBeLessThan(high);
    });
  }
});

test('the weight of a step is the ratio of the densities, cut at the clip', () => {
  expect(traceWeight(0.5, 2, 1)).toBe(0.25);
  expect(traceWeight(3, 2, 1)).toBe(1);
});
