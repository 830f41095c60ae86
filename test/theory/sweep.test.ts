import { describe, expect, it } from 'vitest';
import { parseSweep } from '../../src/cli/flow/sweep.js';
import { sweepDocument } from '../../src/report/index.js';
import {
  banditOnInterval,
  finiteProblem,
  flow,
  garnet,
  linearMdp,
  lqrProblem,
  perturbedProblem,
  scalarLqr,
  sweep,
  tabular,
} from '../../src/theory/index.js';
import { plain, python } from './support.js';

const mdp = garnet({ states: 5, actions: 3, branching: 2, seed: 3, gamma: 0.8 });
const problem = finiteProblem(mdp, tabular(mdp), 0.5);
const linear = () => {
  const { mdp: own, features } = linearMdp({ states: 8, actions: 3, features: 4, seed: 2, gamma: 0.8 });
  return finiteProblem(own, features, 0.4);
};

describe('a sweep', () => {
  it('is a run of the lab for each value', () => {
    const result = sweep(problem, 'k1', [0, 0.25], { eta0: 3, samples: 41 });
    for (const [i, k1] of [0, 0.25].entries()) {
      const one = flow(problem, { k1, eta0: 3, samples: 41 });
      expect(result.runs[i]).toMatchObject({ value: k1, k1, eta0: 3, tau: 0.5, rate: one.certificate.rate });
      expect(result.runs[i].leastGap).toEqual(one.diagnosis.leastGap);
      expect(result.runs[i].supK).toBe(Math.max(...one.diagnosis.K));
    }
    const taus = sweep(problem, 'tau', [0.25, 1], { samples: 41 });
    expect(taus.runs.map((r) => r.tau)).toEqual([0.25, 1]);
    expect(taus.runs[1].leastGap).toEqual(
      flow(finiteProblem(mdp, tabular(mdp), 1), { samples: 41 }).diagnosis.leastGap,
    );
  });

  it('of ε has costs that the features miss by ε, whose gap at rest grows like ε²', () => {
    const given = linear();
    const epsilon = 0.01;
    const changed = perturbedProblem(given, epsilon);
    const difference = changed.mdp.cost.map((c, p) => (c - given.mdp.cost[p]) / epsilon);
    const N = given.features.size;
    const found = python<{ fit: number; sup: number; residual: number }>(
      `
import json, sys
import numpy as np
g = json.load(sys.stdin)
phi, u = np.array(g['phi']).reshape(-1, g['N']), np.array(g['u'])
S, m, gamma, tau = g['S'], g['m'], g['gamma'], g['tau']
P, c = np.array(g['P']), np.array(g['cost'])
# Q of the uniform policy, and the least of its errors over the critics by a linear program.
from scipy.optimize import linprog
M = P.reshape(S, m, S).mean(axis=1)
V = np.linalg.solve(np.eye(S) - gamma * M, c.reshape(S, m).mean(axis=1))
Q = c + gamma * P @ V
n = phi.shape[1]
A = np.block([[phi, -np.ones((len(Q), 1))], [-phi, -np.ones((len(Q), 1))]])
best = linprog(np.r_[np.zeros(n), 1], A_ub=A, b_ub=np.r_[Q, -Q], bounds=[(None, None)] * n + [(0, None)]).fun
print(json.dumps({'fit': float(np.abs(phi.T @ u).max()), 'sup': float(np.abs(u).max()), 'residual': float(best)}))
`,
      { ...plain(changed.mdp), tau: 0.4, N, phi: [...given.features.table!], u: [...difference] },
    );
    expect(found.fit).toBeLessThan(1e-10);
    expect(found.sup).toBeCloseTo(1, 10);
    // A3 fails, by ε at most.
    expect(found.residual).toBeGreaterThan(0.05 * epsilon);
    expect(found.residual).toBeLessThanOrEqual(epsilon * (1 + 1e-9));

    const { runs } = sweep(given, 'epsilon', [0, 1e-4, 1e-3, 1e-2], { eta0: 20, samples: 61 });
    const rest = runs.map((r) => r.leastGap[r.leastGap.length - 1]);
    expect(rest[0]).toBeLessThan(1e-12);
    for (const i of [2, 3]) expect(rest[i] / rest[i - 1]).toBeCloseTo(100, -1);
    for (const [i, r] of runs.entries()) if (i > 0) expect(rest[i]).toBeLessThanOrEqual(r.floor);
    expect(runs.map((r) => r.verdicts.A3)).toEqual(['holds', 'fails', 'fails', 'fails']);
  });

  it('of critic steps takes as many TD steps in each run, on whose axis the gaps are drawn', async () => {
    const result = sweep(problem, 'criticSteps', [1, 4]);
    expect(result.runs.map((r) => r.evaluations?.at(-1))).toEqual([800, 800]);
    expect(result.steps).toEqual({ criticStep: 1, mirrorStep: 0.2 });
    // nλ = t.
    expect(result.runs[1].times.at(-1)).toBeCloseTo(200 * 0.2, 9);
    const { sections } = await sweepDocument(result);
    expect(sections[0].table?.columns.slice(0, 2)).toEqual(['M', 'TD steps']);
    expect(sections[1].figures?.[0].svg).toContain('>TD steps in all<');
  });

  it('says which values it cannot have', () => {
    expect(() => sweep(problem, 'k1', [0, -1])).toThrow('sweep: k1 is -1; expected a number of 0 or more');
    expect(() => sweep(problem, 'eta0', [0, 1])).toThrow('sweep: eta0 is 0; expected a positive number');
    expect(() => sweep(problem, 'criticSteps', [1, 1.5])).toThrow(
      'criticSteps is 1.5; expected an integer of 1 or more',
    );
    expect(() => sweep(problem.withTau(0), 'criticSteps', [1, 2])).toThrow(/τ = 0; expected a positive τ/);
    expect(() => sweep(problem, 'epsilon', [0, 1])).toThrow(/"tabular" realise every function of the pairs/);
    expect(() => sweep(lqrProblem(scalarLqr(), 0.3), 'epsilon', [0, 1])).toThrow(/state space is not finite/);
  });

  it('draws rates and K with the lines of the theorems', async () => {
    const result = sweep(problem, 'eta0', [1, 10, 100], { k1: 0, samples: 31 });
    const { sections } = await sweepDocument(result);
    const [rate, divergence, gaps] = sections[1].figures!;
    for (const text of ['Theorem 2: τ/2', '2τ', 'Theorem 1: η₀ = τ/Γ', 'η₀Γ/τ', 'rate/τ'])
      expect(rate.svg).toContain(`>${text}<`);
    expect(divergence.svg).toContain('>η₀<');
    for (const value of [1, 10, 100]) expect(gaps.svg).toContain(`>η₀ = ${value}<`);
    expect(sections[0].table?.rows).toHaveLength(3);
    // A sweep read back from a file has null where a number was not finite.
    const again = await sweepDocument(
      JSON.parse(JSON.stringify({ ...result, runs: result.runs.map((r) => ({ ...r, rate: Number.NaN })) })),
    );
    expect(again.sections[1].figures?.[0].caption).toBe('No run has a rate.');
    expect(JSON.stringify(again)).not.toContain('NaN');
  });

  it('runs on processes whose actions are nodes of a quadrature', () => {
    const { mdp: bandit, features } = banditOnInterval();
    const { runs } = sweep(finiteProblem(bandit, features!, 0.5), 'k1', [0, 1], { samples: 21 });
    expect(runs.map((r) => Number.isFinite(r.supK))).toEqual([true, true]);
  });
});

describe('--sweep', () => {
  it('reads lists and ranges', () => {
    expect(parseSweep('k1=0,0.05,0.1')).toEqual({ parameter: 'k1', values: [0, 0.05, 0.1] });
    expect(parseSweep('tau=0:1:11').values).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(parseSweep('eta0=log:0.1:100:4').values).toEqual([0.1, 1, 10, 100]);
    expect(parseSweep('epsilon=1, 0, 0.25:0.5:2').values).toEqual([0, 0.25, 0.5, 1]);
  });

  it.each([
    ['beta=1,2', '"beta" is no parameter; expected one of k1, eta0, tau, epsilon, criticSteps'],
    ['k1', 'no list of values; expected for example k1=0,0.1,0.5'],
    ['k1=', 'no list of values'],
    ['k1=1=2', 'no list of values'],
    ['k1=0,x', '"x" is no number and no range'],
    ['k1=0,,1', '"" is no number and no range'],
    ['k1=0:1', '"0:1" has 2 numbers; a range has three, from:to:count'],
    ['k1=0:1:2.5', '"0:1:2.5" has 2.5 values; a range has 2 to 200'],
    ['k1=0:1:1000000000', 'has 1000000000 values'],
    ['eta0=log:0:1:5', '"log:0:1:5" reaches 0; a logarithmic range has positive ends'],
    ['eta0=log:3', '"log:3" has 1 numbers'],
    ['k1=1', 'one value; expected two or more'],
    ['k1=1,2,1', '1 is there twice'],
    ['k1=0:1:150,2:3:150', '300 values; expected at most 200'],
  ])('%s is refused', (text, message) => {
    expect(() => parseSweep(text)).toThrow(message);
  });
});
