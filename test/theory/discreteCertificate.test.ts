import { describe, expect, it } from 'vitest';
import { mutants, testMutant } from '../../bench/theory/mutants.js';
import { mirrorSteps } from '../../src/actor/mirrorDescent.js';
import {
  aggregate,
  certifyDiscrete,
  type DiscreteOptions,
  discreteFlow,
  type FiniteProblem,
  finiteProblem,
  garnet,
  linearMdp,
  randomWalk,
  selfTest,
  tabular,
} from '../../src/theory/index.js';
import { distance, numbers, plain, python } from './support.js';

const options = (more: Partial<DiscreteOptions> = {}): DiscreteOptions => ({
  updates: 15,
  criticStep: 0.7,
  mirrorStep: 0.8,
  mirror: 'proximal',
  criticSteps: { type: 'constant', value: 4 },
  ...more,
});
const garnetProblem = (seed: number, tau = 0.3) => {
  const mdp = garnet({ states: 4 + (seed % 3), actions: 2 + (seed % 2), branching: 2, seed, gamma: 0.85 });
  return finiteProblem(mdp, tabular(mdp), tau);
};
/** Another start than zero, of which nothing is special. */
const start = (problem: FiniteProblem) => ({ theta0: numbers(problem.size, 5), w0: numbers(problem.size, 6) });

describe('the self-test', () => {
  it('holds at rounding for both mirror steps, any critic, any features and schedules of the steps', () => {
    const { mdp, features } = linearMdp({ states: 8, actions: 3, features: 4, seed: 1 });
    const walk = randomWalk(6);
    const problems = [
      ...[0, 1, 2, 3].map((seed) => garnetProblem(seed)),
      finiteProblem(mdp, features, 0.2),
      finiteProblem(mdp, aggregate(mdp, 3), 0.2),
      finiteProblem(walk, tabular(walk), 0.1),
      garnetProblem(4, 0),
    ];
    const variants: Partial<DiscreteOptions>[] = [
      {},
      { mirror: 'explicit' },
      // λτ above 1, where no proximal step does the same.
      { mirror: 'explicit', mirrorStep: 5 },
      { criticSteps: 'infinite' },
      { criticSteps: { type: 'linear', value: 1, slope: 1 } },
      {
        mirrorStep: { type: 'polynomial', value: 2, power: -0.5 },
        criticStep: { type: 'polynomial', value: 1, power: -0.3 },
      },
    ];
    for (const problem of problems) {
      for (const variant of variants) {
        for (const from of [{}, start(problem)]) {
          const { verdict, residual } = selfTest(problem, discreteFlow(problem, options({ ...variant, ...from })));
          expect(residual, `${problem.name} ${JSON.stringify(variant)}`).toBeLessThan(1e-12);
          expect(verdict).toBe('holds');
        }
      }
    }
  });

  it('catches every planted bug, on every process, and at the first updates', () => {
    expect(mutants).toHaveLength(9);
    for (const mutant of mutants) {
      for (let seed = 0; seed < 10; seed++) {
        const { verdict, residual } = testMutant(garnetProblem(seed), options({ updates: 4 }), mutant);
        expect(verdict, `${mutant.name}, seed ${seed}`).toBe('fails');
        expect(residual).toBeGreaterThan(1e-6);
      }
    }
  });

  it('takes any θ where it is asked not to test the critic', () => {
    const problem = garnetProblem(1);
    const path = discreteFlow(problem, options());
    const mutant = mutants.find((m) => m.name === '0.9 γ in T')!;
    const other = discreteFlow(mutant.problem!(problem), options());
    expect(selfTest(problem, path, { critic: 'path' }).verdict).toBe('holds');
    expect(selfTest(problem, other, { critic: 'path' }).verdict).toBe('holds');
    expect(selfTest(problem, other).verdict).toBe('fails');
  });
});

describe('the certificate in discrete time', () => {
  it('has the terms and bounds that NumPy computes from the path alone', () => {
    const runs = [0, 1, 2].flatMap((seed) =>
      (['proximal', 'explicit'] as const).map((mirror) => {
        const problem = garnetProblem(seed);
        const path = discreteFlow(problem, options({ mirror, criticSteps: { type: 'constant', value: 8 } }));
        const found = certifyDiscrete(problem, path);
        const lists = { theta: path.theta.map((x) => [...x]), w: path.w.map((x) => [...x]) };
        const input = { ...plain(problem.mdp), tau: problem.tau, mirror, lambda: 0.8, ...found.choice, ...lists };
        return { found, input };
      }),
    );
    const all = python<Record<string, number[]>[]>(
      recompute,
      runs.map((run) => run.input),
    );
    runs.forEach(({ found }, i) => {
      const expected = all[i];
      expect(Math.max(...expected.identity)).toBeLessThan(1e-12);
      expect(distance(found.gap, expected.gap)).toBeLessThan(1e-12);
      expect(Math.max(...expected.pointwise)).toBeLessThanOrEqual(1 + 1e-9);
      expect(found.tightness.pointwise).toBeCloseTo(Math.max(...expected.pointwise), 9);
      expect(found.bounds.leastGap!.at(-1)!).toBeCloseTo(expected.least.at(-1)!, 9);
      expect(distance(found.bounds.supNorm!, expected.sup)).toBeLessThan(1e-9);
      expect(distance(found.bounds.greedy!, expected.greedy)).toBeLessThan(1e-11);
      expect(found.tightness.relaxation).toBeCloseTo(Math.max(...expected.relaxation), 9);
      expect(found.entries.slice(0, 5).map((e) => e.verdict)).toEqual(Array(5).fill('holds'));
    });
  });

  it('explains the rate: with an exact critic the gap falls by (1−σ)² an update', () => {
    for (let seed = 0; seed < 5; seed++) {
      const problem = garnetProblem(seed);
      for (const lambda of [0.5, 4]) {
        const path = discreteFlow(problem, options({ updates: 80, mirrorStep: lambda, criticSteps: 'infinite' }));
        const found = certifyDiscrete(problem, path);
        expect(found.relaxationRate).toBeCloseTo(2 * Math.log1p(lambda * problem.tau), 12);
        expect(found.rate / found.relaxationRate).toBeGreaterThan(0.98);
        expect(found.rate / found.relaxationRate).toBeLessThan(1.1);
      }
    }
  });

  it('judges the critic by 1 − hΓ where its step is small enough, and says nothing where it is not', () => {
    const problem = garnetProblem(2);
    const critic = (more: Partial<DiscreteOptions>, of = problem) =>
      certifyDiscrete(of, discreteFlow(of, options(more))).entries.find((e) => e.key === 'criticSteps')!;
    expect(critic({ criticStep: 0.02 }).verdict).toBe('holds');
    expect(critic({ criticStep: 0.5 })).toMatchObject({
      verdict: 'does not apply',
      figure: expect.stringContaining('0.5'),
    });
    expect(critic({ criticSteps: 'infinite' }).verdict).toBe('does not apply');
    const blind = finiteProblem(
      problem.mdp,
      tabular(problem.mdp),
      0.3,
      Float64Array.from({ length: problem.size }, (_, p) => (p === 0 ? 1 : 0)),
    );
    expect(critic({ criticStep: 0.02 }, blind).figure).toContain('A2 fails');
  });

  it('does not apply without regularisation, nor to explicit steps of λτ > 1', () => {
    const verdicts = (problem: FiniteProblem, more: Partial<DiscreteOptions>) =>
      certifyDiscrete(problem, discreteFlow(problem, options(more))).entries.map((e) => e.verdict);
    const none = ['holds', ...Array(5).fill('does not apply')];
    expect(verdicts(garnetProblem(0, 0), {})).toEqual(none);
    expect(verdicts(garnetProblem(0), { mirror: 'explicit', mirrorStep: 5 })).toEqual(none);
    // Mirror steps that shrink fast: Φ allows no a ≥ 1, the other inequalities stay.
    const shrinking = { type: 'exponential', value: 1, rate: -1 } as const;
    const [identity, pointwise, least, last] = verdicts(garnetProblem(0), { mirrorStep: shrinking });
    expect([identity, pointwise, least, last]).toEqual(['holds', 'holds', 'does not apply', 'holds']);
  });

  it('says which option is wrong', () => {
    const problem = garnetProblem(0);
    expect(() => discreteFlow(problem, options({ updates: 0 }))).toThrow(/updates: is 0; expected an integer/);
    expect(() => discreteFlow(problem, options({ mirrorStep: -1 }))).toThrow(/mirrorStep: is -1; expected a positive/);
    expect(() => discreteFlow(problem, options({ w0: new Float64Array(2) }))).toThrow(/w0: has 2 entries; expected/);
    expect(() => discreteFlow(problem, options({ criticStep: 1e300 }))).toThrow(/update \d+: θ is no longer finite/);
  });
});

describe('the explicit mirror step with an exact critic', () => {
  it('ends in a cycle on some process for λτ = 1.9, on none for λτ ≤ 1', () => {
    const restsAt = (share: number, seed: number) => {
      const mdp = garnet({ states: 5, actions: 3, branching: 2, seed, gamma: 0.95 });
      const problem = finiteProblem(mdp, tabular(mdp), 0.05);
      const more = {
        updates: 400,
        mirror: 'explicit',
        mirrorStep: share / problem.tau,
        criticSteps: 'infinite',
      } as const;
      const path = discreteFlow(problem, options(more));
      return problem.diagnose(path.theta[400], path.w[400]).gap;
    };
    const gaps = (share: number) => Array.from({ length: 20 }, (_, seed) => restsAt(share, seed));
    expect(Math.max(...gaps(1))).toBeLessThan(1e-10);
    expect(Math.max(...gaps(1.9))).toBeGreaterThan(1e-3);
    // For a θ that does not move, the same step converges to θ/τ.
    const [w, theta] = [numbers(3, 1), numbers(3, 2)];
    for (let n = 0; n < 400; n++) mirrorSteps.explicit(w, theta, 1.9 / 0.05, 0.05);
    expect(
      distance(
        w,
        theta.map((x) => x / 0.05),
      ),
    ).toBeLessThan(1e-12);
  });
});

const recompute = `
import json, sys
import numpy as np
def check(x):
    S, m, g, tau, lam = x['S'], x['m'], x['gamma'], x['tau'], x['lambda']
    P = np.array(x['P']).reshape(S, m, S); c = np.array(x['cost']).reshape(S, m); rho = np.array(x['rho'])
    kl = lambda p, q: np.sum(p * np.log(p / q), axis=1)
    mu = np.full((S, m), 1 / m)
    def gibbs(e):
        z = np.exp(-(e - e.min(axis=1, keepdims=True)))
        return z / z.sum(axis=1, keepdims=True)
    V = np.zeros(S)
    for _ in range(600):
        Q = c + g * P @ V
        low = Q.min(axis=1)
        V = low - tau * np.log(np.mean(np.exp(-(Q - low[:, None]) / tau), axis=1))
    Vs, Qs, ps = V, c + g * P @ V, gibbs((c + g * P @ V) / tau)
    Ps = np.einsum('sa,sat->st', ps, P)
    iota = 1 / lam - (tau if x['mirror'] == 'explicit' else 0)
    sigma = tau / (tau + iota)
    W = [np.array(w).reshape(S, m) for w in x['w']]; T = [np.array(t).reshape(S, m) for t in x['theta']]
    pol, val, qs = [], [], []
    for w in W:
        p = gibbs(w)
        Pp = np.einsum('sa,sat->st', p, P)
        v = np.linalg.solve(np.eye(S) - g * Pp, np.sum(p * c, axis=1) + tau * kl(p, mu))
        pol.append(p); val.append(v); qs.append(c + g * P @ v)
    u = [v - Vs for v in val]; k = [kl(ps, p) for p in pol]
    osc = lambda f: f.max(axis=1) - f.min(axis=1)
    X = [np.max(osc(tau * w - q)) for w, q in zip(W, qs)]
    N = len(W) - 1
    identity, pointwise, relaxation, eps = [], [], [], {}
    Z = [np.max(np.abs(tau * W[0] - Qs)) + max(0, np.max(qs[0] - tau * W[0]))]
    for n in range(N):
        d = T[n + 1] - qs[n]
        q = pol[n + 1]
        B = val[n] - np.sum(q * qs[n], axis=1) - tau * kl(q, mu)
        right = B + np.sum(d * (ps - q), axis=1) - iota * kl(q, pol[n]) - (tau + iota) * k[n + 1] + iota * k[n]
        identity.append(np.max(np.abs(u[n] - g * Ps @ u[n] - right)))
        rise = np.max(osc(d) ** 2 / (8 * (tau + 2 * iota)))
        for kappa in (.1, .5, .9, x['kappa']):
            eps[n, kappa] = osc(d) ** 2 / (8 * kappa * tau) + g / (1 - g) * rise
            if kappa in (.1, .5, .9):
                left = u[n + 1] + ((1 - kappa) * tau + iota) * k[n + 1]
                pointwise.append(np.max(left / (g * Ps @ u[n] + iota * k[n] + eps[n, kappa])))
        E = np.max(osc(d))
        b = (X[n] + E) * (sigma * (1 - sigma / 2) * X[n] + sigma ** 2 * E / 2) / (4 * tau)
        relaxation.append(X[n + 1] / ((1 - sigma) * X[n] + sigma * E + 2 * g * b / (1 - g)))
        Z.append((1 - sigma * (1 - g)) * Z[n] + 2 * sigma * np.max(np.abs(d)) + g * rise / (1 - g))
    a, kappa = x['a'], x['kappa']
    nu = (1 - a * g) * np.linalg.solve(np.eye(S) - a * g * Ps.T, rho)
    phi = nu @ u[0] + a * iota * nu @ k[0]
    least = []
    for M in range(1, N + 1):
        total = phi + sum(a ** (n + 1) * (nu @ eps[n, kappa]) for n in range(M))
        least.append(total / ((1 - a * g) * sum(a ** n for n in range(M))))
    return {'identity': identity, 'gap': [float(rho @ y) for y in u], 'pointwise': pointwise, 'relaxation': relaxation,
      'least': least, 'sup': [z * z / (2 * tau * (1 - g)) for z in Z], 'greedy': [y * y / (8 * tau * (1 - g)) for y in X]}
print(json.dumps([check(x) for x in json.load(sys.stdin)]))
`;
