import { beforeAll, describe, expect, it } from 'vitest';
import {
  banditProcess,
  builtinProblem,
  type ContinuousOptions,
  continuousProblem,
  driftProcess,
  type FiniteProblem,
  flow,
  gaussHermite,
  MdpError,
  type ProblemOptions,
  scalarLqr,
  solveRiccati,
} from '../../src/theory/index.js';
import { distance, python } from './support.js';

const tau = 0.2;
/** s' has the density k e^{ks'}/(e^k − 1) on [0,1], k = 2 sin s + a: no linear MDP, so that A3 fails. */
const tilted: ContinuousOptions = {
  name: 'tilted',
  states: { low: [0], high: [1] },
  actions: { low: [-1], high: [1] },
  cost: ([s], [a]) => (s - 0.5) ** 2 + 0.1 * a * a,
  transition([next], [s], [a]) {
    const k = 2 * Math.sin(s) + a;
    return Math.abs(k) < 1e-9 ? 1 : (k * Math.exp(k * next)) / Math.expm1(k);
  },
  features: ([s], [a]) => [1, s, a],
  rho: ([s]) => 2 * s,
  gamma: 0.9,
  tau,
};
const w = Float64Array.of(0.5, -2, 3);
const theta = Float64Array.of(1, 0.5, -1);

interface Found {
  V: number;
  Q: number;
  optimum: number;
  ofPolicy: number;
  K: number;
  e: number;
  residual: number;
  density: number;
  gaussian: number;
  drift: number;
  overCost: number;
  hermite: number[];
}
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

describe('what quadrature cannot integrate', () => {
  const narrow =
    (width: number) =>
    ([next]: readonly number[], [s]: readonly number[]) =>
      Math.exp(-(((next - 0.25 - 0.5 * s) / width) ** 2) / 2) / (width * Math.sqrt(2 * Math.PI));
  it.each<[string, Partial<ContinuousOptions>, RegExp]>([
    [
      'a density with a jump',
      { transition: ([x], [s]) => (Math.abs(x - 0.25 - 0.5 * s) < 0.1 ? 5 : 0) },
      /tilted: transition: at s = \[.*\], a = \[.*\] the density of s' has mass .* by 128 nodes a coordinate; expected 1 to 1e-8\. It is narrower .* or has a jump: make it wider/,
    ],
    [
      'a narrow density',
      { transition: narrow(0.001) },
      /the density of s' has mass .*; expected 1 to 1e-8\. It is narrower than the nodes are apart/,
    ],
    [
      'a density of another mass',
      { transition: () => 0.5 },
      /transition: at s = \[0\], a = \[-1\] the density of s' has mass 0\.4999\d*; expected 1 to 1e-8\. Divide it by its integral, or give `survival`/,
    ],
    [
      'a negative density',
      { transition: ([x]) => 2 * x - 0.5 },
      /the density of s' = \[.*\] at s = \[.*\], a = \[.*\] is -0\.\d+; expected a finite number of 0 or more/,
    ],
    [
      'a density that is no number',
      { transition: (_x, _s, [a]) => (a > 0.9 ? Number.NaN : 1) },
      /a = \[0\.96.*\] is NaN; expected a finite number/,
    ],
    [
      'a cost with a jump',
      { cost: ([s]) => (s < 0.4 ? 1 : 0) },
      /Q.* at s = \[.*\], a = \[.*\] is .* by 64 nodes a coordinate and .* by 128; expected 1e-8 of accuracy .* jump, a kink .*raise tau, or ask for less/,
    ],
    [
      'a cost that is not finite',
      { cost: ([s]) => Math.log(s - 0.5) },
      /cost: at s = \[.*\], a = \[.*\] it is NaN; expected a finite number/,
    ],
    ['features with a jump', { features: ([s]) => [1, s < 0.4 ? 1 : 0] }, /∫φ_iφ_j dβ/],
    [
      'features of different lengths',
      { features: ([s]) => (s < 0.5 ? [1, s] : [1]) },
      /features: at s = .* they are \[1\]; expected 2 finite numbers, as elsewhere/,
    ],
    ['a policy that is too narrow', { tau: 1e-4 }, /optimal policy is narrow at this temperature/],
    [
      'a law of s₀ of another mass',
      { rho: () => 3 },
      /rho: the density of s₀ has mass [\d.]*; expected 1 to 1e-8\. Divide it by its integral/,
    ],
    [
      'a density of μ of another mass',
      { actions: { low: [0], high: [1], density: () => 2 } },
      /actions: the density of μ has mass [\d.]*; expected 1/,
    ],
    [
      'a probability of going on that is none',
      { survival: () => 1.5 },
      /survival: at .* it is 1\.5; expected a probability/,
    ],
    [
      'a box without width',
      { states: { low: [1], high: [1] } },
      /states: low is 1 and high 1 in coordinate 0; expected low < high/,
    ],
    [
      'a box of three coordinates',
      { actions: { low: [0, 0, 0], high: [1, 1, 1] } },
      /actions: low is \[0,0,0\]; expected one or two finite numbers/,
    ],
    [
      'a region without its keys',
      { actions: { low: [0] } as never },
      /actions: has the keys low; expected low and high .* or mean and deviation/,
    ],
    ['states without a density', { transition: undefined }, /states and transition: one of them is left out/],
    ['a temperature of 0', { tau: 0 }, /tau is 0; expected a positive number/],
    ['a discount of 1', { gamma: 1 }, /gamma: is 1; expected 0 ≤ gamma < 1/],
    ['an accuracy below rounding', { tolerance: 1e-17 }, /tolerance is 1e-17; expected a number from 1e-13 to 0\.1/],
  ])('refuses %s', (_, change, message) => {
    const error = thrown(() => continuousProblem({ ...tilted, ...change }));
    expect(error).toBeInstanceOf(MdpError);
    expect(String(error)).toMatch(message);
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A vector for the unscaled features (1, …) as one for the scaled ones. */
function scaled(first: number, vector: Float64Array): Float64Array {
  return vector.map((x) => x / first);
}

function largestNorm(table: Float64Array, size: number): number {
  const rows = Array.from({ length: table.length / size }, (_, i) => table.subarray(i * size, (i + 1) * size));
  return Math.max(...rows.map((row) => Math.hypot(...row)));
}

const inScipy = `
import json, sys
import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize, minimize_scalar
x = json.load(sys.stdin)
tau, g = x['tau'], 0.9
w, theta = np.array(x['w']), np.array(x['theta'])
n = 40
A, rule = np.polynomial.legendre.leggauss(n)
rule = rule / 2; S = (A + 1) / 2
cost = lambda s, a: (s - 0.5) ** 2 + 0.1 * a * a
def density(t, s, a):
    k = 2 * np.sin(s) + a
    k = np.where(np.abs(k) < 1e-9, 1e-9, k)
    return k * np.exp(k * t) / np.expm1(k)
P = density(S, S[:, None, None], A[:, None]) * rule
C = cost(S[:, None], A)
def soft(q): 
    low = q.min(-1, keepdims=True)
    return low[..., 0] - tau * np.log((np.exp(-(q - low) / tau) * rule).sum(-1))
V = np.zeros(n)
for k in range(260): V = soft(C + g * P @ V)
row = lambda s, V: cost(s, A) + g * (density(S, s, A[:, None]) * rule) @ V
Qat = lambda s, a, V: cost(s, a) + g * (density(S, s, a) * rule) @ V
energy = lambda s: w[0] + w[1] * s + w[2] * A
def policy(s):
    e = np.exp(-(energy(s) - energy(s).min()))
    Z = (e * rule).sum()
    return e / Z * rule, -(energy(s) - energy(s).min()) - np.log(Z)
def kl(s):
    p, l = policy(s)
    return (p * l).sum()
pis = np.array([policy(s)[0] for s in S]); kls = np.array([kl(s) for s in S])
U = np.linalg.solve(np.eye(n) - g * np.einsum('sa,sat->st', pis, P), (pis * C).sum(1) + tau * kls)
p, l = policy(0.37)

def sup(f, starts, bounds):
    best = max(f(y) for y in starts)
    for y in sorted(starts, key=lambda y: -f(y))[:4]:
        found = minimize(lambda z: -f(z), y, method='Nelder-Mead', bounds=bounds, options={'xatol': 1e-9, 'fatol': 1e-15, 'maxiter': 2000})
        best = max(best, -found.fun)
    return best
pairs = [np.array([s, a]) for s in np.linspace(0, 1, 15) for a in np.linspace(-1, 1, 15)]
box = [(0, 1), (-1, 1)]
# The projection in L2(ds da/2), by the same rule.
Phi = np.stack([np.ones((n, n)), np.broadcast_to(S[:, None], (n, n)), np.broadcast_to(A, (n, n))], -1)
weight = np.outer(rule, rule)
fit = np.linalg.solve(np.einsum('sa,sai,saj->ij', weight, Phi, Phi), np.einsum('sa,sai,sa->i', weight, Phi, C + g * P @ U))
linear = lambda t, y: t[0] + t[1] * y[0] + t[2] * y[1]

# The drift: phi as Bernstein polynomials, scaled by their largest length 1.
def driftKl(s):
    b = lambda a: np.dot(w, [(1 - (s + 0.3 * a + 0.3) / 1.6) ** 2, 2 * (s + 0.3 * a + 0.3) / 1.6 * (1 - (s + 0.3 * a + 0.3) / 1.6), ((s + 0.3 * a + 0.3) / 1.6) ** 2])
    Z = quad(lambda a: np.exp(-b(a)) / 2, -1, 1, epsabs=1e-13)[0]
    return quad(lambda a: np.exp(-b(a)) / Z * (-b(a) - np.log(Z)) / 2, -1, 1, epsabs=1e-13)[0]
grid = np.linspace(0, 1, 21)
driftK = max(max(driftKl(s) for s in grid), *(-minimize_scalar(lambda s: -driftKl(s), bounds=(s, s + 0.05), method='bounded', options={'xatol': 1e-10}).fun for s in grid[:-1]))

c = lambda a: 1 - 2.5 * a + 3 * a * a
e = lambda a: np.exp(-(w[0] + w[1] * a + w[2] * a * a))
Z = quad(e, 0, 1, epsabs=1e-13)[0]
normal = lambda a: np.exp(-((a - 0.5) / 0.7) ** 2 / 2) / (0.7 * np.sqrt(2 * np.pi))
x64, w64 = np.polynomial.hermite_e.hermegauss(64)
print(json.dumps({
    'hermite': (w64 / w64.sum()).tolist(),
    'V': float(soft(row(0.37, V))), 'Q': float(Qat(0.37, 0.2, V)), 'optimum': float((V * 2 * S * rule).sum()),
    'ofPolicy': float((p * row(0.37, U)).sum() + tau * (p * l).sum()),
    'K': float(kl(0.5)),
    'e': sup(lambda y: abs(linear(theta, y) - Qat(y[0], y[1], U)), pairs, box),
    'residual': sup(lambda y: abs(linear(fit, y) - Qat(y[0], y[1], U)), pairs, box),
    'density': -tau * np.log(quad(lambda a: np.exp(-c(a) / tau) * 2 * a, 0, 1, epsabs=1e-13)[0]),
    'gaussian': -tau * np.log(quad(lambda a: np.exp(-np.cos(a) / tau) * normal(a), -8, 9, epsabs=1e-14, limit=200)[0]),
    'drift': driftK,
    'overCost': quad(lambda a: e(a) / Z * c(a), 0, 1, epsabs=1e-13)[0] - minimize_scalar(c, bounds=(0, 1), method='bounded', options={'xatol': 1e-10}).fun,
}))
`;
