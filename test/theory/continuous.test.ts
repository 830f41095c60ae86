import { beforeAll, describe, expect, it } from 'vitest';
import {
  banditProcess,
  builtinProblem,
  continuousProblem,
  driftProcess,
  type FiniteProblem,
  flow,
  gaussHermite,
  type ProblemOptions,
  scalarLqr,
  solveRiccati,
} from '../../src/theory/index.js';
import { distance, python } from './support.js';
import { type Found, inScipy, tau, theta, tilted, w } from './tilted.js';

let scipy: Found;
beforeAll(() => {
  scipy = python<Found>(inScipy, { w: [...w], theta: [...theta], tau });
}, 60_000);

describe('a process on continuous states and actions', () => {
  it('has the values of NumPy, by a Gauss rule of 40 nodes, at the nodes and between them', () => {
    // The accuracy asked is relative to 1 + sup|Q|, which is below 3.
    for (const tolerance of [1e-4, 1e-8, 1e-12]) {
      const problem = continuousProblem({ ...tilted, tolerance });
      expect(problem.continuum!.error).toBeLessThanOrEqual(tolerance);
      const unscaled = scaled(problem.featuresAt([0], [0])[0], w);
      const found = [
        problem.optimalValue,
        problem.valueAt([0.37]),
        problem.actionValueAt([0.37], [0.2]),
        problem.valueAt([0.37], unscaled),
      ];
      expect(distance(found, [scipy.optimum, scipy.V, scipy.Q, scipy.ofPolicy])).toBeLessThan(3 * tolerance);
    }
  });

  it('has V* of a density on the actions and of a Gaussian μ, as scipy.integrate.quad gives them', () => {
    const bandit = { ...banditProcess(), tau };
    const density = continuousProblem({ ...bandit, actions: { low: [0], high: [1], density: ([a]) => 2 * a } });
    expect(density.optimalValue).toBeCloseTo(scipy.density, 8);
    const gaussian = continuousProblem({
      ...bandit,
      actions: { mean: [0.5], deviation: [0.7] },
      features: (_, [a]) => [1, Math.tanh(a)],
      cost: (_, [a]) => Math.cos(a),
    });
    expect(gaussian.optimalValue).toBeCloseTo(scipy.gaussian, 8);
  });

  it('may be all of R: the regulator, with the value of its Riccati equation', () => {
    const deviation = 0.5;
    const problem = continuousProblem({
      name: 'regulator',
      states: { mean: [0], deviation: [1] },
      actions: { mean: [0], deviation: [1] },
      cost: ([s], [a]) => s * s + 0.2 * a * a,
      transition: ([next], [s], [a]) =>
        Math.exp(-(((next - 0.9 * s - 0.5 * a) / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI)),
      features: ([s], [a]) => [1, s * s, s * a, a * a],
      gamma: 0.9,
      tau: 0.3,
      tolerance: 1e-6,
    });
    const lqr = scalarLqr();
    const { P, v0 } = solveRiccati({ ...lqr, noise: lqr.noise.clone().fill(deviation ** 2) }, 0.3);
    for (const s of [-1, 0, 0.5, 1]) {
      expect(Math.abs(problem.valueAt([s]) - (P.get(0, 0) * s * s + v0))).toBeLessThan(1e-5);
    }
    // Quadratic features and costs have no supremum on R, and a policy whose mean moves with s none of KL.
    expect([problem.supPhi, problem.costBound]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    const { K } = problem.diagnose(new Float64Array(4), Float64Array.of(0, 0, 1, 0.5));
    expect(K).toBe(Number.POSITIVE_INFINITY);
  });

  it('may have two states and two actions: V* is the sum of those of two independent processes', () => {
    const one = { ...driftProcess(0.8), tau: 0.5 };
    const other = { ...one, cost: ([s]: readonly number[], [a]: readonly number[]) => s * s - 0.3 * s * a };
    const both = continuousProblem({
      name: 'two at once',
      states: { low: [0, 0], high: [1, 1] },
      actions: { low: [-1, -1], high: [1, 1] },
      cost: ([x, y], [a, b]) => one.cost([x], [a]) + other.cost([y], [b]),
      transition: ([u, v], [x, y], [a, b]) => one.transition!([u], [x], [a]) * one.transition!([v], [y], [b]),
      features: ([x, y], [a, b]) => [1, x, y, a, b],
      gamma: 0.8,
      tau: 0.5,
    });
    const [first, second] = [continuousProblem(one), continuousProblem(other)];
    for (const [x, y] of [[0, 1] as const, [0.3, 0.6] as const]) {
      expect(both.valueAt([x, y])).toBeCloseTo(first.valueAt([x]) + second.valueAt([y]), 8);
    }
  });

  it('may end: a density of mass ½ everywhere, worked out by hand', () => {
    // Q* = s + a + γ/2 m, m = ∫V*; V*(s) = s + L + γ/2 m with L = −τ log ∫ e^{−a/τ} da/2, so m = (½ + L)/(1 − γ/2).
    const problem = continuousProblem({
      ...tilted,
      cost: ([s], [a]) => s + a,
      transition: () => 0.5,
      survival: () => 0.5,
      tolerance: 1e-12,
    });
    const L = -tau * Math.log(tau * Math.sinh(1 / tau));
    const m = (0.5 + L) / (1 - 0.45);
    expect(problem.valueAt([0.3])).toBeCloseTo(0.3 + L + 0.45 * m, 10);
  });

  it('takes as many nodes as the accuracy takes, and says in the result of a flow what it has', () => {
    const coarse = continuousProblem({ ...tilted, tolerance: 1e-2 });
    const fine = continuousProblem({ ...tilted, tolerance: 1e-12 });
    expect(fine.continuum!.nodes).toBeGreaterThan(coarse.continuum!.nodes);
    const result = flow(coarse, { eta0: 5, horizon: 5, samples: 5 });
    expect(result.quadrature).toEqual({ nodes: coarse.continuum!.nodes, error: coarse.continuum!.error });
    expect(result.rho).toBe('a density');
  });

  it('keeps its functions at other temperatures', () => {
    const moved = continuousProblem(tilted).withTau(0.5);
    expect(moved.valueAt([0.37])).toBeCloseTo(continuousProblem({ ...tilted, tau: 0.5 }).valueAt([0.37]), 9);
  });
});

describe('the built-in continuous processes', () => {
  it('have as many nodes as the accuracy takes at the least temperature, and refuse one at which it is not reached', () => {
    const problem = (name: string, options: ProblemOptions) => builtinProblem(name, options) as FiniteProblem;
    const warm = problem('drift', { tau: 0.2 });
    expect(warm.continuum!.error).toBeLessThanOrEqual(1e-8);
    expect(warm.laws).toEqual({ beta: 'uniform on [0, 1] ⊗ μ', rho: 'uniform on [0, 1]', mu: 'uniform on [-1, 1]' });
    const cooling = { type: 'exponential', value: 0.2, rate: -0.1, min: 0.01 } as const;
    const cold = problem('drift', { tau: 0.2, tauSchedule: cooling });
    expect(cold.continuum!.nodes).toBe(problem('drift', { tau: 0.01 }).continuum!.nodes);
    expect(cold.continuum!.nodes).toBeGreaterThan(warm.continuum!.nodes);
    expect(() => problem('bandit', { tau: 0.001 })).toThrow(
      /bandit: V\*\(ρ\) is .* by 64 nodes a coordinate and .* by 128/,
    );
    expect(() => problem('bandit', { tau: 0 })).toThrow(/tau is 0; expected a positive number: without regularisation/);
    expect(() => problem('drift:3', { tau: 1 })).toThrow(/drift:3: drift has no parameters; expected drift/);
  });

  it('are taken at their own laws, which are uniform on the space and not on the nodes', () => {
    const { beta, mdp } = builtinProblem('drift', { tau: 0.2, beta: 'uniform', rho: 'uniform' }) as FiniteProblem;
    const [first, middle] = [beta[0], beta[mdp.cost.length / 2 + mdp.actions / 2]];
    expect(first / middle).toBeLessThan(0.5);
  });
});

describe('Gauss–Hermite weights', () => {
  it('are right relative to their size, however small they are', () => {
    const { weights } = gaussHermite(64, 1);
    expect(Math.max(...weights.map((x, i) => Math.abs(x / scipy.hermite[i] - 1)))).toBeLessThan(1e-9);
    expect(weights[0]).toBeLessThan(1e-40);
  });
});

describe('suprema over the space', () => {
  it('scale the features by sup‖φ‖ itself, which the bandit has at the end of its interval', () => {
    const bandit = continuousProblem({ ...banditProcess(), tau });
    expect(bandit.supPhi).toBe(1);
    expect(Math.hypot(...bandit.featuresAt([], [1]))).toBeCloseTo(1, 14);
    // Over the nodes it is less.
    expect(largestNorm(bandit.features.table!, 3)).toBeLessThan(0.999);
  });

  it('give K, e and the residual of A3 as scipy.optimize finds them', () => {
    const problem = continuousProblem({ ...tilted, tolerance: 1e-12 });
    const scale = problem.featuresAt([0], [0])[0];
    const found = problem.diagnose(scaled(scale, theta), scaled(scale, w));
    expect(Math.abs(found.K / scipy.K - 1)).toBeLessThan(1e-7);
    expect(Math.abs(found.actionValueError / scipy.e - 1)).toBeLessThan(1e-7);
    expect(Math.abs(found.residual / scipy.residual - 1)).toBeLessThan(1e-7);
    const drift = continuousProblem({ ...driftProcess(), tau });
    expect(Math.abs(drift.diagnose(theta, w).K / scipy.drift - 1)).toBeLessThan(1e-7);
  });

  it('look for the least cost between the nodes of the actions, where τ is 0', () => {
    const bandit = continuousProblem({ ...banditProcess(), tau });
    const vector = scaled(bandit.featuresAt([], [0])[0], w);
    expect(bandit.unregularisedGap(vector)).toBeCloseTo(scipy.overCost, 9);
  });
});

/** A vector for the unscaled features (1, …) as one for the scaled ones. */
function scaled(first: number, vector: Float64Array): Float64Array {
  return vector.map((x) => x / first);
}

function largestNorm(table: Float64Array, size: number): number {
  const rows = Array.from({ length: table.length / size }, (_, i) => table.subarray(i * size, (i + 1) * size));
  return Math.max(...rows.map((row) => Math.hypot(...row)));
}
