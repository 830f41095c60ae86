import { describe, expect, it } from 'vitest';
import { ShiftedSystem } from '../../src/numeric/shiftedSystem.js';
import {
  actionValue,
  criticSystem,
  type FiniteProblem,
  finiteProblem,
  garnet,
  linearMdp,
  occupancy,
  policyOf,
  scaledFeatures,
  stateOccupancy,
  tabular,
} from '../../src/theory/index.js';
import { distance, numbers, plain, python } from './support.js';

describe('ShiftedSystem', () => {
  it('solves (A + εI) x = b for every ε as NumPy does', () => {
    for (const n of [1, 2, 3, 20, 61]) {
      const A = numbers(n * n, n);
      const b = numbers(n, n + 7);
      const epsilons = [0, 1e-6, 0.3, 50, 1e8];
      const expected = python<number[][]>(
        `
import json, sys
import numpy as np
d = json.load(sys.stdin)
A = np.array(d['A']).reshape(d['n'], d['n'])
print(json.dumps([np.linalg.solve(A + e * np.eye(d['n']), np.array(d['b'])).tolist() for e in d['epsilons']]))`,
        { n, A: [...A], b: [...b], epsilons },
      );
      const system = new ShiftedSystem(A, n);
      epsilons.forEach((epsilon, i) => {
        const x = b.slice();
        system.solve(epsilon, x);
        const size = Math.max(...expected[i].map(Math.abs));
        expect(distance(x, expected[i]), `n ${n}, ε ${epsilon}`).toBeLessThan(1e-10 * size);
      });
    }
  });

  it('takes a matrix that is Hessenberg already, and one with a zero column', () => {
    const system = new ShiftedSystem(Float64Array.of(0, 2, 1, 0, 0, 3, 0, 0, 4), 3);
    const x = Float64Array.of(5, 8, 10);
    system.solve(1, x);
    // By hand: 5z = 10, y + 3z = 8, x + 2y + z = 5.
    expect([...x]).toEqual([-1, 2, 2]);
  });
});

/** Features that realise nothing in particular: they need not, for the critic's equation. */
function denseProblem(states: number, N: number, seed: number): FiniteProblem {
  const mdp = garnet({ states, actions: 3, branching: 4, seed });
  return finiteProblem(mdp, scaledFeatures('random', N, numbers(states * 3 * N, seed + 1)), 0.3);
}

describe('the critic with dense features', () => {
  const full = linearMdp({ states: 30, actions: 3, features: 20, seed: 4 });
  const problems = [denseProblem(12, 7, 1), denseProblem(30, 40, 2), finiteProblem(full.mdp, full.features, 0.3)];

  it('has the steps along a path that NumPy has from the definitions, whichever policy was factorised before', () => {
    for (const problem of problems) {
      const N = problem.size;
      const cases = Array.from({ length: 8 }, (_, i) => ({
        w: [...numbers(N, 40 + i).map((x) => x * i)],
        theta: [...numbers(N, 60 + i)],
        // The last ones repeat a policy's neighbourhood, so that the factorisation is used again.
        epsilon: [1e-3, 0.1, 2, 1e3, 0, 1e-6, 5, 1e-9][i],
      }));
      const expected = python<number[][]>(criticInNumpy, {
        ...plain(problem.mdp),
        tau: problem.tau,
        table: [...problem.features.table!],
        N,
        beta: [...problem.beta],
        cases,
      });
      cases.forEach(({ w, theta, epsilon }, i) => {
        const out = new Float64Array(N);
        problem.implicitCritic(Float64Array.from(theta), Float64Array.from(w), epsilon, out);
        const size = 1 + Math.max(...expected[i].map(Math.abs));
        expect(distance(out, expected[i]) / size, `${problem.mdp.name}, case ${i}`).toBeLessThan(2e-9);
      });
    }
  });

  it('has A and b of which θ_π is the solution: tabular, that is Q itself', () => {
    const mdp = garnet({ states: 6, actions: 3, branching: 2, seed: 5 });
    const problem = finiteProblem(mdp, tabular(mdp), 0.3);
    const policy = policyOf(mdp, problem.features, numbers(18, 3));
    const { A, b } = criticSystem(problem, policy, occupancy(mdp, policy, problem.beta));
    const Q = actionValue(mdp, policy, 0.3);
    const image = b.map((_, i) => Q.reduce((sum, q, j) => sum + A[i * 18 + j] * q, 0));
    expect(distance(image, b)).toBeLessThan(1e-13);
  });
});

it('occupancies of a full P of 150 states are NumPy’s', () => {
  const { mdp, features } = linearMdp({ states: 150, actions: 2, features: 6, seed: 1 });
  expect(mdp.transitions.full).toBe(true);
  const policy = policyOf(mdp, features, numbers(6, 2));
  const expected = python<number[]>(
    `
import json, sys
import numpy as np
d = json.load(sys.stdin)
S, m = d['S'], d['m']
P = np.array(d['P']).reshape(S, m, S)
pi = np.array(d['pi']).reshape(S, m)
M = np.einsum('sa,sat->st', pi, P)
print(json.dumps(((1 - d['gamma']) * np.linalg.solve(np.eye(S) - d['gamma'] * M.T, np.array(d['rho']))).tolist()))`,
    { ...plain(mdp), pi: [...policy.probabilities] },
  );
  expect(distance(stateOccupancy(mdp, policy, mdp.rho), expected)).toBeLessThan(1e-14);
});

const criticInNumpy = `
import json, sys
import numpy as np
d = json.load(sys.stdin)
S, m, N, g, tau = d['S'], d['m'], d['N'], d['gamma'], d['tau']
P = np.array(d['P'])
Phi = np.array(d['table']).reshape(S * m, N)
c, beta = np.array(d['cost']), np.array(d['beta'])
out = []
for case in d['cases']:
    e = -(Phi @ np.array(case['w'])).reshape(S, m)
    e -= e.max(1, keepdims=True)
    pi = np.exp(e)
    pi /= pi.sum(1, keepdims=True)
    kl = (pi * np.log(pi * m)).sum(1)
    K = np.einsum('pt,ta->pta', P, pi).reshape(S * m, S * m)
    visits = (1 - g) * np.linalg.solve(np.eye(S * m) - g * K.T, beta)
    A = Phi.T @ (visits[:, None] * (Phi - g * K @ Phi))
    b = Phi.T @ (visits * (c + tau * g * P @ kl))
    eps = case['epsilon']
    out.append(np.linalg.solve(A + eps * np.eye(N), b + eps * np.array(case['theta'])).tolist())
print(json.dumps(out))
`;
