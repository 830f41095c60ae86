import { describe, expect, it } from 'vitest';
import {
  actionValue,
  aggregate,
  baird,
  type FiniteFeatures,
  type FiniteMdp,
  type FiniteProblem,
  featureNorm,
  finiteProblem,
  garnet,
  linearMdp,
  occupancy,
  policyOf,
  residualIn,
  runLab,
  tabular,
} from '../../src/theory/index.js';
import { numbers, plain, python } from './support.js';

const criticInNumpy = `
import json, sys, numpy as np
out = []
for i in json.load(sys.stdin):
    S, m, g, tau = i['S'], i['m'], i['gamma'], i['tau']
    n = S * m
    P = np.array(i['P'])
    phi = np.eye(n) if i['phi'] is None else np.reshape(i['phi'], (n, -1))
    theta = np.array(i['theta'])
    pi = np.exp(-(phi @ i['w']).reshape(S, m)); pi /= pi.sum(axis=1, keepdims=True)
    kl = (pi * np.log(pi * m)).sum(axis=1)
    M = (P[:, :, None] * pi[None]).reshape(n, n)
    c = np.array(i['cost']) + tau * g * P @ kl
    Q = np.linalg.solve(np.eye(n) - g * M, c)
    d = np.linalg.solve(np.eye(n) - g * M.T, (1 - g) * np.array(i['beta']))
    A, b = phi.T @ (d[:, None] * (phi - g * M @ phi)), phi.T @ (d * c)
    z = np.linalg.pinv(A, rcond=1e-11) @ (b - A @ theta)
    norm = lambda f: float(np.sqrt(d @ f ** 2))
    root = np.sqrt(d)[:, None]
    best = phi @ np.linalg.lstsq(root * phi, root[:, 0] * Q, rcond=1e-11)[0]
    everywhere = phi @ np.linalg.lstsq(phi, Q, rcond=1e-11)[0]
    out.append(dict(criticError=float(np.linalg.norm(z)), criticErrorL2=norm(phi @ z),
        residual=float(np.abs(Q - everywhere).max()), fixedPointError=norm(phi @ (theta + z) - Q), bestError=norm(Q - best)))
print(json.dumps(out))
`;

/** What NumPy finds at a point: with pinv, and Π by lstsq. */
interface Expected {
  criticError: number;
  criticErrorL2: number;
  residual: number;
  fixedPointError: number;
  bestError: number;
}

const look = (cases: { problem: FiniteProblem; theta: Float64Array; w: Float64Array }[]) =>
  python<Expected[]>(
    criticInNumpy,
    cases.map(({ problem: { mdp, features, beta, tau }, theta, w }) => ({
      ...plain(mdp),
      tau,
      beta: [...beta],
      phi: features.table && [...features.table],
      theta: [...theta],
      w: [...w],
    })),
  );

/** Features with two more: the sum of the first two, and zero. */
function withDependent({ name, size, table }: FiniteFeatures): FiniteFeatures {
  const rows = Array.from({ length: table!.length / size }, (_, p) => [...table!.subarray(p * size, (p + 1) * size)]);
  return { name: `${name}+2`, size: size + 2, table: Float64Array.from(rows.flatMap((r) => [...r, r[0] + r[1], 0])) };
}

const linear = linearMdp({ states: 10, actions: 3, features: 5, seed: 2 });
const star = baird(0.9);
const costly: FiniteMdp = { ...star.mdp, cost: numbers(14, 5) };
/** β on one pair only: what it leads to is all that the critic sees. */
const narrow = (mdp: FiniteMdp) => mdp.cost.map((_, p) => (p === 4 ? 1 : 0));
const small = garnet({ states: 9, actions: 2, branching: 2, seed: 4 });
const cases = [
  finiteProblem(linear.mdp, withDependent(linear.features), 0.2),
  finiteProblem(costly, star.features, 0.2),
  finiteProblem(costly, star.features, 0.2, star.behaviour),
  finiteProblem(costly, star.features, 0.2, narrow(costly)),
  finiteProblem(small, aggregate(small, 3), 0.3),
  finiteProblem(small, aggregate(small, 3), 0.3, narrow(small)),
  finiteProblem(small, tabular(small), 0.3, narrow(small)),
].map((problem, i) => ({ problem, theta: numbers(problem.size, i), w: numbers(problem.size, 50 + i) }));
const expected = look(cases);

describe('a critic whose features are dependent, or not all seen by β', () => {
  it('has the distance to the nearest solution of Aθ = b, as the pseudo-inverse gives it', () => {
    cases.forEach(({ problem, theta, w }, i) => {
      const found = problem.diagnose(theta, w);
      expect(found.criticError / expected[i].criticError - 1, `${i}`).toBeCloseTo(0, 8);
      expect(found.criticErrorL2 / expected[i].criticErrorL2 - 1, `${i}`).toBeCloseTo(0, 8);
    });
  });

  it('does not change by what the features cannot tell: null directions and unseen pairs', () => {
    const { problem, theta, w } = cases[0];
    const found = problem.diagnose(theta, w);
    const moved = problem.diagnose(
      theta.map((x, i) => x + [1, 1, 0, 0, 0, -1, 7][i]),
      w,
    );
    expect(moved.criticError).toBeCloseTo(found.criticError, 10);
    expect(moved.criticErrorL2).toBeCloseTo(found.criticErrorL2, 10);
  });

  it('is followed by the flow to rounding, where A2 fails', () => {
    for (const problem of [cases[0].problem, cases[1].problem]) {
      const { diagnosis, certificate } = runLab(problem, { eta0: 1e3, samples: 41 });
      expect(certificate.entries.find((e) => e.key === 'A2')!.verdict).toBe('fails');
      expect(diagnosis.criticError[0]).toBeGreaterThan(0.1);
      expect(diagnosis.criticError.at(-1)!).toBeLessThan(1e-8);
    }
  });

  it('is followed in the limit η → ∞, too, by the least fixed point', () => {
    for (const { problem, w } of cases.slice(0, 6)) {
      const theta = new Float64Array(problem.size);
      problem.implicitCritic(theta, w, 0, theta);
      const { criticError } = problem.diagnose(new Float64Array(problem.size), w);
      expect(Math.hypot(...theta) / criticError - 1).toBeCloseTo(0, 10);
      expect(problem.diagnose(theta, w).criticError).toBeLessThan(1e-8);
    }
  });
});

describe('A3', () => {
  it('is judged by all pairs, whatever β is', () => {
    cases.forEach(({ problem, theta, w }, i) => {
      expect(Math.abs(problem.diagnose(theta, w).residual - expected[i].residual), `${i}`).toBeLessThan(1e-10);
    });
    // β sees one pair of the second problem; both have the same features and policy.
    const [all, one] = [cases[4], cases[5]].map(({ problem, theta }) => problem.diagnose(theta, cases[4].w).residual);
    expect(one).toBe(all);
    expect(all!).toBeGreaterThan(0.01);
    expect(Math.abs(expected[0].residual)).toBeLessThan(1e-10);
  });
});

describe('the fixed point of the critic', () => {
  it('is at most 1/√(1−γ) times as far from Q as the projection, in L²(d_β^π)', () => {
    let most = 0;
    cases.forEach(({ problem, w }, i) => {
      const { mdp, features, tau, beta, gamma } = problem;
      const policy = policyOf(mdp, features, w);
      const visits = occupancy(mdp, policy, beta);
      const Q = actionValue(mdp, policy, tau);
      const theta = new Float64Array(problem.size);
      const norm = (f: Float64Array) => Math.sqrt(f.reduce((sum, x, p) => sum + visits[p] * x * x, 0));
      const best = norm(residualIn(features, visits)(Q));
      expect(Math.abs(best - expected[i].bestError), `${i}`).toBeLessThan(1e-10);
      expect(expected[i].fixedPointError).toBeLessThanOrEqual(best / Math.sqrt(1 - gamma) + 1e-10);
      // The distance of 0 from θ_π in L²(d_β^π) is the norm of ⟨θ_π,φ⟩.
      expect(featureNorm(problem, theta, visits)).toBe(0);
      if (best > 1e-6) most = Math.max(most, (expected[i].fixedPointError / best) * Math.sqrt(1 - gamma));
    });
    expect(most).toBeGreaterThan(0.3);
  });
});
