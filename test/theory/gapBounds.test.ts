import { describe, expect, it } from 'vitest';
import {
  aggregate,
  boundWithoutA3,
  boundWithSplit,
  diagnosePath,
  errorFloor,
  type FiniteMdp,
  finiteMdp,
  finiteProblem,
  gapBoundFrom,
  gapBounds,
  garnet,
  implicitFlow,
  policyFrom,
  sampleTimes,
  softOptimal,
  tabular,
} from '../../src/theory/index.js';
import { distance, numbers, plain, python } from './support.js';

/** Garnets of other sizes; in every third one each step may terminate with probability .2, and ρ leads to some states only. */
const processes = Array.from({ length: 18 }, (_, seed) => {
  const mdp = garnet({
    states: 4 + (seed % 5),
    actions: 2 + (seed % 3),
    branching: 2,
    seed,
    gamma: [0.7, 0.9][seed % 2],
  });
  if (seed % 3 > 0) return mdp;
  const { transitions, rho } = mdp;
  const start = rho.map((_, s) => (s === 1 ? 1 : 0));
  return { ...mdp, rho: start, transitions: { ...transitions, values: transitions.values.map((p) => 0.8 * p) } };
});
const taus = processes.map((_, i) => [0.05, 0.3, 1][i % 3]);

/** A policy of full support that owes nothing to the library: softmax of numbers, the more extreme the greater `scale`. */
function somePolicy({ states, actions }: FiniteMdp, seed: number, scale: number) {
  const energy = numbers(states * actions, seed).map((x) => Math.exp(scale * x));
  return energy.map((x, p) => {
    const s = Math.floor(p / actions);
    return x / energy.subarray(s * actions, (s + 1) * actions).reduce((sum, y) => sum + y, 0);
  });
}

const common = `
import json, sys, numpy as np
def soft(Q, tau): return -tau * np.log(np.exp(-(Q - Q.min(axis=1, keepdims=True)) / tau).mean(axis=1)) + Q.min(axis=1)
def gibbs(Q, tau):
    p = np.exp(-(Q - Q.min(axis=1, keepdims=True)) / tau)
    return p / p.sum(axis=1, keepdims=True)
class Process:
    def __init__(self, i):
        self.S, self.m, self.g, self.tau = i['S'], i['m'], i['gamma'], i['tau']
        self.c = np.reshape(i['cost'], (self.S, self.m))
        self.P = np.reshape(i['P'], (self.S, self.m, self.S))
        self.rho = np.array(i['rho'])
        V = np.zeros(self.S)
        for _ in range(2000): V = soft(self.c + self.g * self.P @ V, self.tau)
        self.best, self.optimal = V, gibbs(self.c + self.g * self.P @ V, self.tau)
        seen = self.rho > 0
        for _ in range(self.S): seen = seen | ((self.P.sum(axis=1) * seen[:, None]).sum(axis=0) > 0)
        self.seen, self.ends = seen, self.P[seen].sum(axis=2).min() < 1 - 1e-9
    def kernel(self, pi): return np.eye(self.S) - self.g * np.einsum('sat,sa->st', self.P, pi)
    def value(self, pi):
        kl = (pi * np.log(pi * self.m)).sum(axis=1)
        return np.linalg.solve(self.kernel(pi), (pi * self.c).sum(axis=1) + self.tau * kl)
    def visits(self, pi): return np.linalg.solve(self.kernel(pi).T, (1 - self.g) * self.rho)
    def bounds(self, f):
        f = np.append(f[self.seen], 0.0 if self.ends else f[self.seen][0])
        return f.min(), f.max()
`;

/** Everything by differences of values, which is exact to rounding. */
const boundsInNumpy = `${common}
out = []
for i in json.load(sys.stdin):
    M = Process(i); tau, g = M.tau, M.g
    pi = np.reshape(i['pi'], (M.S, M.m))
    V = M.value(pi)
    b = V - soft(M.c + g * M.P @ V, tau)
    plus = gibbs(M.c + g * M.P @ V, tau)
    V1 = M.value(plus)
    L = M.rho @ (V - V1)
    assert abs(L - M.visits(plus) @ b / (1 - g)) < 1e-10
    b1 = V1 - soft(M.c + g * M.P @ V1, tau)
    low, high = M.bounds(b1)
    q = np.reshape(i['estimate'], (M.S, M.m))
    v = soft(q, tau)
    R = (q - M.c - g * M.P @ v)
    r = M.bounds(R.min(axis=1))[0], M.bounds(R.max(axis=1))[1]
    eps = M.bounds((pi * q).sum(axis=1) + tau * (pi * np.log(pi * M.m)).sum(axis=1) - v)[1]
    out.append(dict(gap=M.rho @ (V - M.best), lower=L + M.rho @ b1 + g / (1 - g) * low,
        upper=L + M.rho @ b1 + g / (1 - g) * high, excess=M.bounds(b)[1], **{'from': (eps + r[1] - r[0]) / (1 - g)}))
print(json.dumps(out))
`;

const withoutA3InNumpy = `${common}
out = []
for i in json.load(sys.stdin):
    M = Process(i); tau, g = M.tau, M.g
    phi = np.eye(M.S * M.m) if i['phi'] is None else np.reshape(i['phi'], (M.S * M.m, -1))
    star = M.visits(M.optimal)
    gap, omega, e = [], [], []
    for theta, w in zip(i['theta'], i['w']):
        pi = gibbs((phi @ w).reshape(M.S, M.m), 1)
        V = M.value(pi)
        delta = (phi @ theta).reshape(M.S, M.m) - (M.c + g * M.P @ V)
        gap.append(M.rho @ (V - M.best))
        omega.append(np.sqrt(star @ np.ptp(delta, axis=1) ** 2))
        e.append(np.abs(delta[M.seen]).max())
    first = gibbs((phi @ i['w'][0]).reshape(M.S, M.m), 1)
    y0 = star @ (M.optimal * np.log(M.optimal / first)).sum(axis=1)
    t, a, half, total = np.array(i['times']), tau / 2, [None], 0.0
    for k in range(1, len(t)):
        x = np.linspace(t[k - 1], t[k], 2001)
        f = np.exp(a * (x - t[k])) * np.interp(x, t, np.square(omega))
        total = np.exp(-a * (t[k] - t[k - 1])) * total + (x[1] - x[0]) / 3 * (f[0] + f[-1] + 4 * f[1:-1:2].sum() + 2 * f[2:-1:2].sum())
        half.append(a / (1 - g) / -np.expm1(-a * t[k]) * (np.exp(-a * t[k]) * y0 + total / (4 * tau)))
    half[0] = 0
    out.append(dict(gap=gap, half=half, omega=omega, e=e, y0=y0))
print(json.dumps(out))
`;

describe('the gap between bounds that need no optimum', () => {
  const policies = processes.map((mdp, i) => somePolicy(mdp, i, [0.1, 2][i % 2]));
  const estimates = processes.map((mdp, i) => numbers(mdp.cost.length, 100 + i).map((x) => 3 * x));
  const expected = python<{ gap: number; lower: number; upper: number; excess: number; from: number }[]>(
    boundsInNumpy,
    processes.map((mdp, i) => ({ ...plain(mdp), tau: taus[i], pi: [...policies[i]], estimate: [...estimates[i]] })),
  );

  it('is where NumPy says, from differences of values, and holds the gap of value iteration; some processes terminate', () => {
    processes.forEach((mdp, i) => {
      const setting = { mdp, tau: taus[i] };
      const policy = policyFrom(mdp, policies[i]);
      const found = gapBounds(setting, policy);
      const { gap, lower, upper, excess, from } = expected[i];
      expect(distance([found.lower, found.upper, found.excess], [lower, upper, excess]), `${i}`).toBeLessThan(1e-10);
      expect(found.lower).toBeLessThanOrEqual(gap + 1e-11);
      expect(found.upper).toBeGreaterThanOrEqual(gap - 1e-11);
      expect(found.excess / (1 - mdp.gamma)).toBeGreaterThanOrEqual(gap - 1e-11);
      const fromEstimate = gapBoundFrom(setting, policy, estimates[i]);
      expect(Math.abs(fromEstimate - from)).toBeLessThan(1e-10);
      expect(fromEstimate).toBeGreaterThanOrEqual(gap - 1e-11);
    });
  });

  it('closes in on the gap quadratically, far below the rounding of a difference of values', () => {
    processes.forEach((mdp, i) => {
      const { actionValue } = softOptimal(mdp, taus[i]);
      const noise = numbers(mdp.cost.length, 7 + i);
      const widths = [1e-2, 1e-4].map((size) => {
        const density = actionValue.map((q, p) => Math.exp(-q / taus[i] + size * noise[p]));
        const policy = policyFrom(mdp, normalised(mdp, density));
        const { lower, upper } = gapBounds({ mdp, tau: taus[i] }, policy);
        expect(upper).toBeGreaterThanOrEqual(lower);
        return (upper - lower) / upper;
      });
      expect(widths[0]).toBeLessThan(0.02);
      expect(widths[1]).toBeLessThan(1e-5);
    });
  });

  it('is a point where π⁺ is optimal, as worked out by hand', () => {
    // The actions lead to the same state: π* ∝ e^{−c/τ} = (3/4, 1/4) everywhere for τ = 1/log 3, τKL(μ|π*) = log(4/3)/(2 log 3), γ = ½.
    const mdp = finiteMdp({
      name: 'by hand',
      gamma: 0.5,
      cost: [
        [0, 1],
        [0, 1],
      ],
      successors: [
        [[[1, 1]], [[1, 1]]],
        [[[1, 1]], [[1, 1]]],
      ],
      rho: [1, 0],
    });
    const gap = Math.log(4 / 3) / Math.log(3);
    const uniform = policyFrom(mdp, new Float64Array(4).fill(0.5));
    const { lower, upper, excess } = gapBounds({ mdp, tau: 1 / Math.log(3) }, uniform);
    expect(distance([lower, upper, excess], [gap, gap, gap / 2])).toBeLessThan(1e-14);
    expect(gapBounds({ mdp, tau: 0 }, uniform)).toEqual({ lower: Number.NaN, upper: Number.NaN, excess: Number.NaN });
  });

  it('does not see states that are not reached from ρ', () => {
    // State 1, which nothing leads to, is one in which π is bad; ρ = δ₀ never sees it.
    const mdp = finiteMdp({
      name: 'apart',
      gamma: 0.9,
      cost: [
        [0, 0],
        [0, 5],
      ],
      successors: [
        [[[1, 0]], [[1, 0]]],
        [[[1, 1]], [[1, 0]]],
      ],
      rho: [1, 0],
    });
    const uniform = policyFrom(mdp, new Float64Array(4).fill(0.5));
    const { lower, upper, excess } = gapBounds({ mdp, tau: 1 }, uniform);
    expect(distance([lower, upper, excess], [0, 0, 0])).toBeLessThan(1e-15);
  });
});

describe('what is no policy or no action value of the process', () => {
  it('is refused with what is wrong', () => {
    const [mdp, other] = [processes[0], processes[1]];
    const policy = policyFrom(mdp, somePolicy(mdp, 0, 1));
    const bad = new Float64Array(mdp.cost.length);
    bad[3] = Number.NaN;
    expect(() => gapBounds({ mdp: other, tau: 1 }, policy)).toThrow(
      /policy has 8 probabilities; expected 15, one a pair/,
    );
    expect(() => gapBounds({ mdp, tau: -1 }, policy)).toThrow(/tau is -1; expected a number of 0 or more/);
    expect(() => gapBoundFrom({ mdp, tau: 1 }, policy, bad)).toThrow(/has NaN at state 1, action 1; expected finite/);
    expect(() => gapBoundFrom({ mdp, tau: 1 }, policy, bad.subarray(1))).toThrow(/has 7 values; expected 8/);
  });
});

describe('the bound without A3', () => {
  const runs = processes.map((mdp, i) => {
    const features = i % 2 === 0 ? tabular(mdp) : aggregate(mdp, 2);
    const problem = finiteProblem(mdp, features, taus[i]);
    const path = implicitFlow(problem, {
      eta: { type: 'exponential', value: [1, 20][i % 2], rate: taus[i] / 4 },
      times: sampleTimes(8 / taus[i], 41),
      tolerance: 1e-8,
    });
    return { problem, path, diagnosis: diagnosePath(problem, path) };
  });
  const expected = python<{ gap: number[]; half: number[]; omega: number[]; e: number[]; y0: number }[]>(
    withoutA3InNumpy,
    runs.map(({ problem, path }) => ({
      ...plain(problem.mdp),
      tau: problem.tau,
      times: [...path.times],
      theta: path.theta.map((x) => [...x]),
      w: path.w.map((x) => [...x]),
      phi: problem.features.table && [...problem.features.table],
    })),
  );

  it('is what NumPy makes of the path, and the gap of value iteration is below it', () => {
    runs.forEach(({ problem, diagnosis }, i) => {
      const { gap, half, omega, e, y0 } = expected[i];
      expect(distance(diagnosis.gap, gap), `${i}`).toBeLessThan(1e-9);
      expect(distance(diagnosis.oscillation, omega)).toBeLessThan(1e-9);
      expect(distance(diagnosis.actionValueError, e)).toBeLessThan(1e-9);
      expect(Math.abs(diagnosis.initialDivergence - y0)).toBeLessThan(1e-10);
      const found = boundWithSplit(diagnosis, problem, 0.5);
      half.forEach((x, k) => {
        if (k > 0) expect(Math.abs(found[k] / x - 1), `${i}, ${k}`).toBeLessThan(1e-8);
      });
      const least = boundWithoutA3(diagnosis, problem);
      least.forEach((x, k) => {
        if (k > 0) expect(x).toBeLessThanOrEqual(found[k]);
        expect(Math.min(...gap.slice(0, k + 1)), `${i}, ${k}`).toBeLessThanOrEqual(x + 1e-11);
      });
    });
  });

  it('has a floor that it falls to and that the sup norm bounds', () => {
    runs.forEach(({ problem, diagnosis }, i) => {
      const { bySupremum, byOscillation } = errorFloor(diagnosis, problem);
      const late = expected[i].e.filter((_, k) => diagnosis.times[k] >= diagnosis.times.at(-1)! / 2);
      expect(bySupremum).toBeCloseTo(Math.max(...late) ** 2 / (2 * problem.tau * (1 - problem.gamma)), 8);
      expect(byOscillation).toBeLessThanOrEqual(bySupremum * (1 + 1e-12));
    });
  });

  it('has a floor whose constant no smaller one can replace: one state, constant features, two actions', () => {
    // δ = ±e: μ stays, π* ∝ e^{∓e/τ}; the gap is τ KL(μ|π*)/(1−γ) = e²/(2τ(1−γ)) (1 + O(e²/τ²)).
    const [gamma, tau] = [0.5, 1];
    const ratios = [0.3, 0.1, 0.03].map((e) => {
      const stay = [[1, 0]] as const;
      const mdp = finiteMdp({ name: 'flat', gamma, cost: [[e, -e]], successors: [[stay, stay]] });
      const problem = finiteProblem(mdp, aggregateOfActions(), tau);
      const path = implicitFlow(problem, {
        eta: { type: 'constant', value: 100 },
        times: sampleTimes(60, 41),
        tolerance: 1e-9,
      });
      const diagnosis = diagnosePath(problem, path);
      return diagnosis.gap.at(-1)! / errorFloor(diagnosis, problem).bySupremum;
    });
    for (const ratio of ratios) expect(ratio).toBeLessThanOrEqual(1);
    expect(ratios[2]).toBeGreaterThan(0.999);
  });
});

/** One feature, 1 for both actions. */
function aggregateOfActions() {
  return { name: 'constant', size: 1, table: Float64Array.of(1, 1) };
}

function normalised({ actions }: FiniteMdp, density: Float64Array): Float64Array {
  return density.map((x, p) => {
    const at = Math.floor(p / actions) * actions;
    return x / density.subarray(at, at + actions).reduce((sum, y) => sum + y, 0);
  });
}
