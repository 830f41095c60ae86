import { describe, expect, it } from 'vitest';
import {
  banditOnInterval,
  explicitFlow,
  type FiniteProblem,
  finiteProblem,
  garnet,
  implicitFlow,
  linearMdp,
  logDensityFlow,
  lqrProblem,
  planarLqr,
  policyOf,
  randomWalk,
  sampleTimes,
  scalarLqr,
  tabular,
  twoState,
} from '../../src/theory/index.js';
import { fieldInNumpy, pathDistance, plain, python } from './support.js';

const tau = 0.5;
const random = garnet({ states: 5, actions: 3, branching: 2, seed: 3 });
const linear = linearMdp({ states: 10, actions: 3, features: 5, seed: 2 });
const problems: FiniteProblem[] = [
  finiteProblem(twoState(), tabular(twoState()), tau),
  finiteProblem(random, tabular(random), tau),
  finiteProblem(randomWalk(), tabular(randomWalk()), tau),
  finiteProblem(linear.mdp, linear.features, tau),
];
const eta = { type: 'exponential', value: 4, rate: tau / 2 } as const;
const times = sampleTimes(8, 17);

describe('the flow', () => {
  it('is the same to 1e-8 in w by two integrators and in log dπ/dμ itself', () => {
    for (const problem of problems) {
      const explicit = explicitFlow(problem, { eta, times, tolerance: 1e-11 });
      const implicit = implicitFlow(problem, { eta, times, tolerance: 1e-10 });
      expect(pathDistance(explicit.theta, implicit.theta)).toBeLessThan(1e-8);
      expect(pathDistance(explicit.w, implicit.w)).toBeLessThan(1e-8);
      const direct = logDensityFlow(problem, eta, times, 1e-11);
      expect(pathDistance(explicit.theta, direct.theta)).toBeLessThan(1e-8);
      const logDensity = explicit.w.map((w) => policyOf(problem.mdp, problem.features, w).logDensity);
      expect(pathDistance(logDensity, direct.logDensity)).toBeLessThan(1e-8);
    }
  });

  it('is the same by the classical Runge–Kutta method in NumPy, on π itself', () => {
    const mdp = garnet({ states: 5, actions: 3, branching: 2, seed: 3 });
    const last = python<{ theta: number[]; logDensity: number[] }>(flowInNumpy, {
      ...plain(mdp),
      tau,
      T: 8,
      steps: 6000,
    });
    const { theta, w } = implicitFlow(problems[1], { eta, times, tolerance: 1e-10 });
    expect(pathDistance([theta.at(-1)!], [last.theta])).toBeLessThan(1e-8);
    expect(pathDistance([policyOf(mdp, tabular(mdp), w.at(-1)!).logDensity], [last.logDensity])).toBeLessThan(1e-8);
  });

  it('follows w_t = e^{−τt} w₀ + (1 − e^{−τt}) θ/τ on a bandit with the right critic to begin with', () => {
    const { mdp, features } = banditOnInterval([0.2, 1, -2]);
    const problem = finiteProblem(mdp, features, tau);
    const theta0 = new Float64Array(3);
    problem.implicitCritic(theta0, theta0, 0, theta0);
    const w0 = Float64Array.of(1, -2, 0.5);
    const expected = [...times].map((t) => {
      const kept = Math.exp(-tau * t);
      return w0.map((x, i) => kept * x + ((1 - kept) * theta0[i]) / tau);
    });
    for (const integrate of [explicitFlow, implicitFlow]) {
      const path = integrate(problem, { eta, times, theta0, w0, tolerance: 1e-11 });
      expect(pathDistance(path.w, expected)).toBeLessThan(1e-8);
    }
  });

  it('is integrated where an explicit method cannot follow: η up to 1e14', () => {
    const stiff = { type: 'exponential', value: 1e6, rate: tau } as const;
    for (const problem of problems) {
      const path = implicitFlow(problem, { eta: stiff, times: sampleTimes(37, 41), tolerance: 1e-7 });
      expect(path.evaluations).toBeLessThan(60_000);
      expect(problem.diagnose(path.theta.at(-1)!, path.w.at(-1)!).gap).toBeLessThan(1e-13);
    }
  });

  it('tends to the fast-critic limit θ = θ_π at the rate 1/η', () => {
    for (const problem of problems) {
      const explicit = explicitFlow(problem, { eta: 'infinite', times, tolerance: 1e-11 });
      const limit = implicitFlow(problem, { eta: 'infinite', times, tolerance: 1e-10 });
      expect(pathDistance(explicit.w, limit.w)).toBeLessThan(1e-8);
      expect(problem.diagnose(limit.theta[9], limit.w[9]).criticError).toBeLessThan(1e-10);
      const ends = Float64Array.of(0, times.at(-1)!);
      const away = (value: number) => {
        const path = implicitFlow(problem, { eta: { type: 'constant', value }, times: ends, tolerance: 1e-8 });
        return pathDistance([path.w.at(-1)!], [limit.w.at(-1)!]);
      };
      expect(away(1e5) / away(1e4)).toBeCloseTo(0.1, 1);
    }
  });

  it('is the same by both integrators on regulators of one and two dimensions', () => {
    for (const lqr of [scalarLqr(), planarLqr()]) {
      const problem = lqrProblem(lqr, 0.3);
      const schedule = { type: 'exponential', value: 1, rate: 0.15 } as const;
      const short = sampleTimes(6, 7);
      const explicit = explicitFlow(problem, { eta: schedule, times: short, tolerance: 1e-10 });
      const implicit = implicitFlow(problem, { eta: schedule, times: short, tolerance: 1e-10 });
      expect(pathDistance(explicit.theta, implicit.theta)).toBeLessThan(1e-8);
      expect(pathDistance(explicit.w, implicit.w)).toBeLessThan(1e-8);
    }
  });
});

const flowInNumpy = `
import json, sys
import numpy as np
x = json.load(sys.stdin)
S, m, g, tau, T, steps = (x[k] for k in ('S', 'm', 'gamma', 'tau', 'T', 'steps'))
P = np.array(x['P']); c = np.array(x['cost']); beta = np.full(S * m, 1 / (S * m))
${fieldInNumpy}
y = np.zeros(2 * S * m); h = T / steps
for n in range(steps):
    t = n * h
    a = field(t, y, tau); b = field(t + h / 2, y + h / 2 * a, tau); e = field(t + h / 2, y + h / 2 * b, tau); f = field(t + h, y + h * e, tau)
    y = y + h / 6 * (a + 2 * b + 2 * e + f)
print(json.dumps({'theta': y[:S * m].tolist(), 'logDensity': y[S * m:].tolist()}))
`;
