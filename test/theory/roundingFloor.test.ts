import { describe, expect, it } from 'vitest';
import {
  finiteProblem,
  garnet,
  implicitFlow,
  roundingFloor,
  sampleTimes,
  tabular,
  twoState,
} from '../../src/theory/index.js';
import { plain, python } from './support.js';

/** The gap of policies ∝ e^{−w} in 60 decimal digits: V^π by sweeps of its own equation, V* by those of the soft Bellman equation. */
const exactGaps = `
import json, sys
from decimal import Decimal as D, getcontext
getcontext().prec = 60
g = json.load(sys.stdin)
S, m, tau, gamma = g['S'], g['m'], D(g['tau']), D(g['gamma'])
P = [[D(x) for x in row] for row in g['P']]
c = [D(x) for x in g['cost']]
rho = [D(x) for x in g['rho']]
def soft(Q):
    low = min(Q)
    return low - tau * sum(((low - q) / tau).exp() for q in Q).ln()
def next_value(V, p):
    return sum(x * V[t] for t, x in enumerate(P[p]) if x)
def iterate(update):
    V = [D(0)] * S
    while True:
        W = [update(V, s) for s in range(S)]
        if max(abs(a - b) for a, b in zip(V, W)) < D(10) ** -50: return W
        V = W
best = iterate(lambda V, s: soft([c[s*m+a] + gamma * next_value(V, s*m+a) for a in range(m)]))
gaps = []
for w in g['w']:
    pi = []
    for s in range(S):
        e = [(-D(x)).exp() for x in w[s*m:(s+1)*m]]
        pi.append([x / sum(e) for x in e])
    V = iterate(lambda V, s: sum(pi[s][a] * (c[s*m+a] + tau * pi[s][a].ln() + gamma * next_value(V, s*m+a)) for a in range(m)))
    gaps.append(float(sum(r * (v - b) for r, v, b in zip(rho, V, best))))
print(json.dumps(gaps))
`;

describe('the floor of rounding', () => {
  const problems = [
    finiteProblem(twoState(0.8), tabular(twoState(0.8)), 0.5),
    ...[1, 2].map((seed) => {
      const mdp = garnet({ states: 3, actions: 2, branching: 2, seed, gamma: 0.7 });
      return finiteProblem(mdp, tabular(mdp), seed === 1 ? 0.1 : 1);
    }),
  ];

  it.each(problems)(
    '$name: gaps are right above it, to about the root of their share of it, and below it differ by less',
    (problem) => {
      const horizon = 34 / problem.tau;
      const path = implicitFlow(problem, {
        eta: { type: 'exponential', value: 20, rate: problem.tau },
        times: sampleTimes(horizon, 15),
        tolerance: 1e-7,
      });
      const floor = roundingFloor(problem, path.w[path.w.length - 1]);
      const shown = path.w.filter((_, i) => i % 2 === 0);
      const found = shown.map((w) => problem.diagnose(path.theta[0], w).gap);
      const { tau } = problem;
      const exact = python<number[]>(exactGaps, { ...plain(problem.mdp), tau, w: shown.map((w) => [...w]) });
      // Rounded costs and γ are the same numbers on both sides: JSON keeps every digit.
      exact.forEach((gap, i) => {
        expect(Math.abs(found[i] - gap)).toBeLessThan(2 * Math.sqrt(floor * gap) + floor + 1e-14 * gap);
      });
      // The path reaches it, and it is no wild guess.
      expect(exact[exact.length - 1]).toBeLessThan(floor);
      expect(floor).toBeLessThan(1e-20);
    },
  );

  it('scales with the costs', () => {
    const at = (scale: number) =>
      roundingFloor(
        { tau: 0.2 * scale, gamma: 0.9, costBound: 1e6 * scale, optimalValue: 1e6 * scale },
        new Float64Array([3]),
      );
    expect(at(1000) / at(1)).toBeCloseTo(1000, 2);
    expect((1e12 * at(1e-12)) / at(1)).toBeCloseTo(1, 6);
  });
});
