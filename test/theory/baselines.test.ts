import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/numeric/rng.js';
import {
  baselines,
  costUntil,
  finiteProblem,
  garnet,
  movedReference,
  naturalPolicyGradient,
  policyIteration,
  randomWalk,
  restartedActorCritic,
  softQIteration,
  softQLearning,
  tabular,
} from '../../src/theory/index.js';
import { distance, plain, python } from './support.js';

// No gap is below zero: all twelve updates are made.
const limits = { most: 12, gap: -1 };
const problemOf = (seed: number, tau: number) => {
  const mdp = garnet({ states: 5, actions: 3, branching: 2, seed, gamma: 0.85 });
  return finiteProblem(mdp, tabular(mdp), tau);
};

describe('the baselines', () => {
  it('have the gaps that NumPy finds along the same updates', () => {
    const cases = [
      { problem: problemOf(0, 0.3), radius: 0.8 },
      { problem: problemOf(1, 0.1), radius: Number.POSITIVE_INFINITY },
    ];
    const expected = python<Record<string, number[]>[]>(
      recompute,
      cases.map(({ problem, radius }) => ({ ...plain(problem.mdp), tau: problem.tau, radius: Math.min(radius, 1e9) })),
    );
    cases.forEach(({ problem, radius }, i) => {
      const free = { mirrorStep: 0.7, criticStep: 0.9, criticSteps: 3, radius };
      const found = {
        iteration: policyIteration(problem, limits),
        gradient: naturalPolicyGradient(problem, 2, limits),
        q: softQIteration(problem, 0.8, limits),
        reference: movedReference(problem, { lambda: 2, every: 3 }, limits),
        restarts: restartedActorCritic(problem, free, { most: 36, gap: -1 }),
      };
      for (const [name, { gap, updates }] of Object.entries(found)) {
        const all = expected[i][name];
        expect(updates, name).toEqual(all.map((_, n) => n));
        expect(distance(gap, all), name).toBeLessThan(1e-10);
      }
      expect(found.restarts.cost.at(-1)).toBe(36);
    });
  });

  it('learn from transitions what the exact operator gives', () => {
    const problem = problemOf(2, 0.3);
    const runs = [0, 1, 2].map((seed) => softQLearning(problem, createRng(seed), { most: 60_000, gap: 0 }));
    for (const { gap, cost, unit } of runs) {
      expect(unit).toBe('samples');
      expect(gap.at(-1)!).toBeLessThan(1e-3);
      expect(gap.at(-1)!).toBeLessThan(gap[cost.indexOf(1024)] / 10);
    }
    // Without regularisation it is Q-learning: on this walk its greedy policy is soon optimal.
    const walk = randomWalk(5);
    const free = softQLearning(finiteProblem(walk, tabular(walk), 0), createRng(0), { most: 20_000, gap: 0 });
    expect(free.gap.at(-1)).toBeLessThan(1e-12);
  });

  it('are gathered as plain data with what each one spent', () => {
    const problem = problemOf(3, 0.2);
    const all = baselines(problem, { samples: 2000, evaluations: 1000 });
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
    expect(new Set(all.map((b) => b.key)).size).toBe(8);
    for (const { cost, gap, updates, tau, key } of all) {
      expect(cost).toHaveLength(gap.length);
      expect(updates).toHaveLength(gap.length);
      expect(cost.every((x, i) => i === 0 || x > cost[i - 1])).toBe(true);
      expect(tau).toBe(['restarts', 'noRestarts', 'movedReference'].includes(key) ? 0 : 0.2);
    }
    const iteration = all.find((b) => b.key === 'policyIteration')!;
    const at = costUntil(iteration, 1e-4)!;
    expect(iteration.gap[at]).toBeLessThanOrEqual(1e-4);
    expect(iteration.gap[at - 1]).toBeGreaterThan(1e-4);
    expect(costUntil(all.find((b) => b.key === 'softQLearning')!, 1e-12)).toBeNull();
    // Two methods have no meaning without regularisation.
    expect(baselines(problemOf(3, 0), { samples: 100, evaluations: 100 })).toHaveLength(6);
  });

  it('with restarts come to a neighbourhood only', () => {
    const problem = problemOf(0, 0.2);
    const options = { mirrorStep: 5, criticStep: 1, criticSteps: 10 };
    const most = { most: 5000, gap: 1e-12 };
    const free = restartedActorCritic(problem, { ...options, radius: Number.POSITIVE_INFINITY }, most);
    const bound = restartedActorCritic(problem, { ...options, radius: 0.3 }, most);
    expect(Math.min(...free.gap)).toBeLessThan(1e-6);
    expect(Math.min(...bound.gap)).toBeGreaterThan(1e-3);
  });
});

const recompute = `
import json, sys
import numpy as np
def check(x):
    S, m, g, tau = x['S'], x['m'], x['gamma'], x['tau']
    P = np.array(x['P']).reshape(S, m, S); c = np.array(x['cost']).reshape(S, m); rho = np.array(x['rho'])
    mu = np.full((S, m), 1 / m)
    def kl(p, q):
        return np.sum(np.where(p > 0, p * np.log(np.maximum(p, 1e-300) / q), 0), axis=1)
    def gibbs(e):
        z = np.exp(-(e - e.min(axis=1, keepdims=True)))
        return z / z.sum(axis=1, keepdims=True)
    def value(p, t, q=mu):
        return np.linalg.solve(np.eye(S) - g * np.einsum('sa,sat->st', p, P), np.sum(p * c, axis=1) + t * kl(p, q))
    def soft(Q, t):
        low = Q.min(axis=1)
        return low if t == 0 else low - t * np.log(np.mean(np.exp(-(Q - low[:, None]) / t), axis=1))
    def best(t):
        V = np.zeros(S)
        for _ in range(600):
            V = soft(c + g * P @ V, t)
        return V
    V1, V0 = best(tau), best(0)
    gap = lambda p, t: float(rho @ (value(p, t) - (V1 if t else V0)))
    N = 13
    out = {k: [] for k in ('iteration', 'gradient', 'q', 'reference', 'restarts')}
    p = mu
    for _ in range(N):
        out['iteration'].append(gap(p, tau))
        p = gibbs((c + g * P @ value(p, tau)) / tau)
    E = np.zeros((S, m))
    for _ in range(N):
        p = gibbs(E)
        out['gradient'].append(gap(p, tau))
        E = (E + 2 * (c + g * P @ value(p, tau))) / (1 + 2 * tau)
    Q = np.zeros((S, m))
    for _ in range(N):
        out['q'].append(gap(gibbs(Q / tau), tau))
        Q = Q + .8 * (c + g * P @ soft(Q, tau) - Q)
    p, ref = mu, mu
    for n in range(N):
        out['reference'].append(gap(p, 0))
        if n > 0 and n % 3 == 0:
            ref = p
        Q = c + g * P @ value(p, tau, ref)
        # argmin of <Q, q> + tau KL(q|ref) + KL(q|p)/2
        p = gibbs((Q - tau * np.log(ref) - np.log(p) / 2) / (tau + 1 / 2))
    T, W = np.zeros((S, m)), np.zeros((S, m))
    for _ in range(N):
        p = gibbs(W)
        out['restarts'].append(gap(p, 0))
        K = np.einsum('sat,tb->satb', P, p).reshape(S * m, S * m)
        d = (1 - g) * np.linalg.solve(np.eye(S * m) - g * K.T, np.full(S * m, 1 / (S * m)))
        for _ in range(3):
            e = T - c - g * P @ np.sum(p * T, axis=1)
            T = T - .9 * d.reshape(S, m) * e
        W = W + .7 * T
        if np.max(np.abs(T)) > x['radius']:
            T = np.zeros((S, m))
    return out
print(json.dumps([check(x) for x in json.load(sys.stdin)]))
`;
