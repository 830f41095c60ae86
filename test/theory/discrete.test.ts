import { describe, expect, it } from 'vitest';
import { mirrorSteps } from '../../src/actor/mirrorDescent.js';
import type { StepCount } from '../../src/critic/schedule.js';
import {
  diagnosePath,
  discreteFlow,
  finiteMdp,
  finiteProblem,
  garnet,
  implicitFlow,
  policyOf,
  tabular,
} from '../../src/theory/index.js';
import { distance, numbers, pathDistance } from './support.js';

const tau = 0.5;
const mdp = garnet({ states: 5, actions: 3, branching: 2, seed: 3 });
const problem = finiteProblem(mdp, tabular(mdp), tau);

describe('the mirror step', () => {
  // One state, three actions: the slides' argmin over the simplex, minimised directly.
  const bandit = finiteMdp({ name: 'b', gamma: 0, cost: [[0, 0, 0]], successors: [[[], [], []]] });
  const features = tabular(bandit);
  const klSum = (p: number[], q: ArrayLike<number>) => p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]), 0);

  it('is the argmin of ∫A dπ + λ⁻¹ KL(π|πⁿ) (explicit), and with τ KL(π|μ) kept at π (proximal)', () => {
    for (const lambda of [0.1, 1, 3]) {
      for (let seed = 0; seed < 3; seed++) {
        const [w, theta] = [numbers(3, seed), numbers(3, seed + 10).map((x) => 2 * x)];
        const before = policyOf(bandit, features, w);
        const frozen = (p: number[]) =>
          p.reduce((sum, x, i) => sum + x * (theta[i] + tau * before.logDensity[i]), 0) +
          klSum(p, before.probabilities) / lambda;
        const kept = (p: number[]) =>
          p.reduce((sum, x, i) => sum + x * theta[i], 0) +
          tau * klSum(p, [1 / 3, 1 / 3, 1 / 3]) +
          klSum(p, before.probabilities) / lambda;
        for (const [name, objective] of [
          ['explicit', frozen],
          ['proximal', kept],
        ] as const) {
          const next = w.slice();
          mirrorSteps[name](next, theta, lambda, tau);
          const { probabilities } = policyOf(bandit, features, next);
          // The objective is flat at its minimum, so its argmin is found to the root of rounding.
          expect(distance(probabilities, minimise(objective))).toBeLessThan(2e-7);
          expect(objective([...probabilities])).toBeLessThanOrEqual(objective(minimise(objective)) + 1e-14);
        }
      }
    }
  });
});

describe('the updates in discrete time', () => {
  it('tend to the flow as the steps shrink: halving them halves the distance', () => {
    const eta = { type: 'constant', value: 10 } as const;
    const flow = implicitFlow(problem, { eta, times: Float64Array.of(0, 4), tolerance: 1e-9 });
    for (const mirror of ['explicit', 'proximal'] as const) {
      const away = [0.02, 0.01].map((lambda) => {
        const path = discreteFlow(problem, {
          updates: Math.round(4 / lambda),
          criticStep: 10 * lambda,
          mirrorStep: lambda,
          mirror,
          criticSteps: { type: 'constant', value: 1 },
        });
        return pathDistance([path.w.at(-1)!], [flow.w.at(-1)!]);
      });
      expect(away[1] / away[0]).toBeGreaterThan(0.45);
      expect(away[1] / away[0]).toBeLessThan(0.55);
    }
  });

  it('in a single loop are slow; with M_n ~ log n better; with M_n ~ n the gap falls linearly in n', () => {
    const gapAfter = (criticSteps: StepCount) => {
      const path = discreteFlow(problem, {
        updates: 120,
        criticStep: 1,
        mirrorStep: 0.4,
        mirror: 'proximal',
        criticSteps,
      });
      return diagnosePath(problem, path).leastGap;
    };
    const single = gapAfter({ type: 'constant', value: 1 });
    const logarithmic = gapAfter({ type: 'logarithmic', value: 1, scale: 8 });
    const linear = gapAfter({ type: 'linear', value: 1, slope: 8 });
    expect(logarithmic.at(-1)!).toBeLessThan(single.at(-1)! / 10);
    expect(linear.at(-1)!).toBeLessThan(logarithmic.at(-1)! / 10);
    // A linear rate: the exponent of the second half is no smaller than that of the first.
    const exponent = (a: number, b: number) => Math.log(linear[a] / linear[b]) / (b - a);
    expect(exponent(30, 60)).toBeGreaterThan(0.8 * exponent(10, 30));
  });
});

/** The minimiser of a convex function on the simplex of three, by golden section within golden section. */
function minimise(f: (p: number[]) => number): number[] {
  const inner = (x: number) => golden((y) => f([x, (1 - x) * y, (1 - x) * (1 - y)]));
  const x = golden((p) => {
    const y = inner(p);
    return f([p, (1 - p) * y, (1 - p) * (1 - y)]);
  });
  const y = inner(x);
  return [x, (1 - x) * y, (1 - x) * (1 - y)];
}

function golden(f: (x: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [1e-12, 1 - 1e-12];
  while (b - a > 1e-10) {
    const [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
    if (f(c) < f(d)) b = d;
    else a = c;
  }
  return (a + b) / 2;
}
