import { describe, expect, it } from 'vitest';
import {
  actionValue,
  baird,
  bellman,
  contraction,
  criticSystem,
  type FiniteMdp,
  finiteMdp,
  finiteProblem,
  garnet,
  klDivergence,
  linearMdp,
  occupancy,
  policyFrom,
  policyOf,
  randomWalk,
  semiGradient,
  softOptimal,
  stateOccupancy,
  tabular,
  uniformBeta,
  value,
} from '../../src/theory/index.js';
import { distance, numbers, plain, python } from './support.js';

const tau = 0.3;
const garnets = Array.from({ length: 5 }, (_, seed) => garnet({ states: 6, actions: 3, branching: 3, seed }));
const processes: FiniteMdp[] = [
  ...garnets,
  randomWalk(),
  garnet({ states: 200, actions: 3, branching: 4, seed: 7, gamma: 0.99 }),
];
const somePolicy = (mdp: FiniteMdp, seed: number) => policyOf(mdp, tabular(mdp), numbers(mdp.cost.length, seed));
const expected = (f: Float64Array, nu: Float64Array) => f.reduce((sum, x, i) => sum + x * nu[i], 0);

const exactInNumpy = `
import json, sys
import numpy as np
x = json.load(sys.stdin)
S, m, g, tau = x['S'], x['m'], x['gamma'], x['tau']
P = np.array(x['P']).reshape(S, m, S); c = np.array(x['cost']).reshape(S, m)
pi = np.array(x['pi']).reshape(S, m); beta = np.array(x['beta'])
kl = (pi * np.log(pi * m)).sum(1)
V = np.linalg.solve(np.eye(S) - g * np.einsum('sa,sat->st', pi, P), (pi * c).sum(1) + tau * kl)
Q = c + g * P @ V
pairs = (P.reshape(S * m, S, 1) * pi).reshape(S * m, S * m)
d = (1 - g) * np.linalg.solve(np.eye(S * m) - g * pairs.T, beta)
v = np.zeros(S)
for n in range(100000):
    q = c + g * P @ v
    low = q.min(1)
    new = low - tau * np.log(np.exp(-(q - low[:, None]) / tau).mean(1))
    done = np.abs(new - v).max() < 1e-15 * (1 + np.abs(v).max())
    v = new
    if done: break
print(json.dumps({'V': V.tolist(), 'Q': Q.ravel().tolist(), 'd': d.tolist(), 'soft': v.tolist()}))
`;

describe('exact objects of a finite process', () => {
  it('agree with the two-state process solved by hand', () => {
    // Action 0 stays, action 1 crosses; costs (1, 2) in state 0 and (0, 1) in state 1; γ = 1/2, τ = 1, π = (3/4, 1/4) in both states.
    const mdp = finiteMdp({
      name: 'by hand',
      gamma: 0.5,
      cost: [
        [1, 2],
        [0, 1],
      ],
      successors: [
        [[[1, 0]], [[1, 1]]],
        [[[1, 1]], [[1, 0]]],
      ],
      rho: [1, 0],
    });
    const policy = policyFrom(mdp, Float64Array.of(0.75, 0.25, 0.75, 0.25));
    // KL = ¾ log 3/2 + ¼ log 1/2. V₀ − V₁ = 1 + ½·½(V₀ − V₁), so 4/3; V₀ + V₁ = 3/2 + 2 KL + ½(V₀ + V₁), so 3 + 4 KL.
    const kl = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    const V = [13 / 6 + 2 * kl, 5 / 6 + 2 * kl];
    expect(distance(value(mdp, policy, 1), V)).toBeLessThan(1e-14);
    const Q = [1 + V[0] / 2, 2 + V[1] / 2, V[1] / 2, 1 + V[0] / 2];
    expect(distance(actionValue(mdp, policy, 1), Q)).toBeLessThan(1e-14);
    // d₀ = ½ + ½(¾ d₀ + ¼ d₁) with d₁ = 1 − d₀ gives d₀ = 5/6.
    expect(distance(stateOccupancy(mdp, policy, mdp.rho), [5 / 6, 1 / 6])).toBeLessThan(1e-15);
    // From β = the pair (0, 1): the next state is 1, from which the visits are those of d with the states exchanged.
    const visits = [1 / 6, 5 / 6];
    const d = [0.75 * visits[0], 0.25 * visits[0], 0.75 * visits[1], 0.25 * visits[1]].map((x) => x / 2);
    d[1] += 0.5;
    expect(distance(occupancy(mdp, policy, Float64Array.of(0, 1, 0, 0)), d)).toBeLessThan(1e-15);
  });

  it('agree with NumPy: V, Q, the occupancy of pairs, and soft value iteration', () => {
    for (const mdp of processes) {
      const policy = somePolicy(mdp, 3);
      const beta = uniformBeta(mdp);
      const other = python<{ V: number[]; Q: number[]; d: number[]; soft: number[] }>(exactInNumpy, {
        ...plain(mdp),
        tau,
        pi: [...policy.probabilities],
        beta: [...beta],
      });
      expect(distance(value(mdp, policy, tau), other.V)).toBeLessThan(1e-11);
      expect(distance(actionValue(mdp, policy, tau), other.Q)).toBeLessThan(1e-11);
      expect(distance(occupancy(mdp, policy, beta), other.d)).toBeLessThan(1e-14);
      expect(distance(softOptimal(mdp, tau).value, other.soft)).toBeLessThan(1e-11);
    }
  });

  it('are fixed points: T Q = Q and V* = −τ log ∫ e^{−Q*/τ} dμ to 1e-12', () => {
    for (const mdp of processes) {
      const policy = somePolicy(mdp, 5);
      const Q = actionValue(mdp, policy, tau);
      const scale = 1 + Math.max(...Q.map(Math.abs));
      expect(distance(bellman(mdp, policy, tau, Q), Q) / scale).toBeLessThan(1e-12);
      const { value: V, actionValue: best } = softOptimal(mdp, tau);
      const soft = V.map((_, s) => {
        const q = best.subarray(s * mdp.actions, (s + 1) * mdp.actions);
        return -tau * Math.log(q.reduce((sum, x) => sum + Math.exp(-x / tau), 0) / mdp.actions);
      });
      expect(distance(soft, V) / scale).toBeLessThan(1e-12);
    }
  });

  it('satisfy the performance difference for two arbitrary policies', () => {
    for (const mdp of processes) {
      const [pi, nu] = [somePolicy(mdp, 1), somePolicy(mdp, 2)];
      const Q = actionValue(mdp, nu, tau);
      const d = stateOccupancy(mdp, pi, mdp.rho);
      const kl = klDivergence(mdp, pi, nu);
      let right = 0;
      for (let s = 0; s < mdp.states; s++) {
        let inner = tau * kl[s];
        for (let p = s * mdp.actions; p < (s + 1) * mdp.actions; p++) {
          inner += (Q[p] + tau * nu.logDensity[p]) * (pi.probabilities[p] - nu.probabilities[p]);
        }
        right += (d[s] * inner) / (1 - mdp.gamma);
      }
      const left = expected(value(mdp, pi, tau), mdp.rho) - expected(value(mdp, nu, tau), mdp.rho);
      expect(Math.abs(left - right)).toBeLessThan(1e-10);
    }
  });

  it('give a gap, by the divergence from π*, that equals the difference of the values', () => {
    for (const mdp of processes) {
      const features = tabular(mdp);
      const problem = finiteProblem(mdp, features, tau);
      const w = numbers(features.size, 8);
      const gap = expected(value(mdp, policyOf(mdp, features, w), tau), mdp.rho) - problem.optimalValue;
      expect(problem.diagnose(w, w).gap).toBeCloseTo(gap, 9);
    }
  });
});

describe('the semi-gradient', () => {
  const problems = [
    ...garnets.map((mdp) => finiteProblem(mdp, tabular(mdp), tau)),
    ...[0, 1, 2].map((seed) => {
      const { mdp, features } = linearMdp({ states: 10, actions: 3, features: 5, seed });
      return finiteProblem(mdp, features, tau);
    }),
  ];

  it('vanishes at A⁻¹b, which is Q^π itself where Q is realisable', () => {
    for (const problem of problems) {
      const { mdp, features, size: N } = problem;
      const w = numbers(N, 11);
      const fixed = new Float64Array(N);
      problem.implicitCritic(new Float64Array(N), w, 0, fixed);
      const g = new Float64Array(N);
      problem.semiGradient(fixed, w, g);
      expect(Math.max(...g.map(Math.abs))).toBeLessThan(1e-12);
      const Q = actionValue(mdp, policyOf(mdp, features, w), tau);
      const fit = Q.map((_, p) =>
        features.table === null ? fixed[p] : fixed.reduce((sum, x, i) => sum + x * features.table![p * N + i], 0),
      );
      expect(distance(fit, Q)).toBeLessThan(1e-9);
    }
  });

  it('solves (ε + A) x = εθ + b for the implicit step, with A and b assembled column by column', () => {
    for (const problem of problems) {
      const { mdp, features, size: N, beta } = problem;
      const [w, theta] = [numbers(N, 4), numbers(N, 5)];
      const policy = policyOf(mdp, features, w);
      const { A, b } = criticSystem(problem, policy, occupancy(mdp, policy, beta));
      const x = new Float64Array(N);
      problem.implicitCritic(theta, w, 0.37, x);
      const left = x.map((xi, i) => 0.37 * xi + x.reduce((sum, xj, j) => sum + A[i * N + j] * xj, 0));
      expect(
        distance(
          left,
          b.map((bi, i) => bi + 0.37 * theta[i]),
        ),
      ).toBeLessThan(1e-11);
    }
  });

  it('is strongly monotone with Γ = λ_β (1−γ)(1−√γ)', () => {
    for (const problem of problems) {
      const N = problem.size;
      const Gamma = contraction(problem);
      expect(Gamma).toBeGreaterThan(0);
      for (let seed = 0; seed < 20; seed++) {
        const [x, y, w] = [numbers(N, seed), numbers(N, seed + 100), numbers(N, seed + 200).map((v) => 5 * v)];
        const [gx, gy] = [new Float64Array(N), new Float64Array(N)];
        problem.semiGradient(x, w, gx);
        problem.semiGradient(y, w, gy);
        const inner = gx.reduce((sum, g, i) => sum + (g - gy[i]) * (x[i] - y[i]), 0);
        const square = x.reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0);
        expect(inner).toBeGreaterThanOrEqual(Gamma * square);
      }
    }
  });

  it("diverges on Baird's star with the behaviour's weights and does not with d_β^π", () => {
    const { mdp, features, behaviour } = baird();
    // Always solid.
    const policy = policyFrom(
      mdp,
      Float64Array.from({ length: 14 }, (_, p) => p % 2),
    );
    const norm = (weight: Float64Array) => {
      let theta = new Float64Array(15).fill(1);
      let most = 0;
      for (let n = 0; n < 100_000; n++) {
        const g = semiGradient({ mdp, features, tau: 0 }, policy, theta, weight);
        theta = theta.map((x, i) => x - 0.2 * g[i]);
        most = Math.max(most, ...theta.map(Math.abs));
        if (most > 1e6) break;
      }
      return most;
    };
    expect(norm(behaviour)).toBeGreaterThan(1e6);
    expect(norm(occupancy(mdp, policy, behaviour))).toBeLessThan(10);
  });
});
