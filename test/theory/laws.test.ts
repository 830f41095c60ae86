import { describe, expect, it } from 'vitest';
import {
  type FiniteProblem,
  flow,
  MdpError,
  occupancy,
  type ProblemDescription,
  problemFrom,
  runLab,
} from '../../src/theory/index.js';
import { good, whole } from './descriptions.js';
import { distance, python } from './support.js';

describe('a regulator in a description', () => {
  const lqr = { A: 0.9, B: 0.5, Q: 1, R: 0.2, gamma: 0.9, noise: 0.01 };
  const regulator = (change: object) => problemFrom({ lqr: { ...lqr, ...change } }, { tau: 0.3 }, 'mine');

  it('has the value of the scalar process, p + v₀ by its Riccati equation', () => {
    // s₀ ~ N(0, 1).
    expect(regulator({}).optimalValue).toBeCloseTo(1.56953665601679 + 2.45865164688802, 12);
    expect(regulator({ rho: 4 }).optimalValue).toBeCloseTo(4 * 1.56953665601679 + 2.45865164688802, 12);
  });

  it.each([
    ['a matrix of another shape', { A: [[1, 2]] }, /mine: A has the shape \[1, 2\]; expected \[1, 1\]/],
    [
      'a Q that is not symmetric',
      {
        A: [
          [1, 0],
          [0, 1],
        ],
        B: [[1], [1]],
        Q: [
          [1, 1],
          [0, 1],
        ],
      },
      /Q is not symmetric/,
    ],
    ['an R below zero', { R: -1 }, /R has the eigenvalue -1; expected none below 0/],
    ['a missing matrix', { B: undefined }, /mine: B missing; expected A, B, Q, R, gamma/],
    ['an unknown matrix', { K: 1 }, /unknown key "K"/],
    ['a σ of zero', { sigma: 0 }, /sigma is 0; expected a positive number/],
    ['a γ of one', { gamma: 1 }, /gamma is 1; expected 0 < gamma < 1/],
  ])('with %s is refused', (_, change, message) => {
    expect(() => regulator(change)).toThrow(message);
    expect(() => regulator(change)).toThrow(MdpError);
  });
});

describe('β, ρ and μ', () => {
  const choose = (choices: object, change = {}) =>
    problemFrom(
      { ...good, ...whole, ...change } as ProblemDescription,
      { tau: 1, ...choices },
      'mine',
    ) as FiniteProblem;

  it('are the problem’s, uniform, the agent’s or given', () => {
    const file = (values: unknown) => ({ name: 'file.npy', values });
    const mine = {
      mu: [0.25, 0.75],
      rho: [0.5, 0.5],
      beta: [
        [1, 0],
        [0, 0],
      ],
    };
    expect([...choose({ beta: 'reset' }, mine).beta]).toEqual([0.125, 0.375, 0.125, 0.375]);
    expect([...choose({ beta: 'reset', rho: file([1, 0]) }, mine).beta]).toEqual([0.25, 0.75, 0, 0]);
    expect([...choose({ beta: 'uniform', mu: 'uniform' }, mine).beta]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...choose({}, mine).beta]).toEqual([1, 0, 0, 0]);
    const given = choose({ beta: file([0, 0.5, 0.5, 0]) }, mine);
    expect([...given.beta]).toEqual([0, 0.5, 0.5, 0]);
    expect(given.laws).toEqual({ beta: 'file.npy', rho: 'uniform', mu: "the problem's own" });
    expect(choose({ beta: 'reset' }).laws.beta).toBe('reset: ρ ⊗ μ');
    expect(() => choose({ beta: 'rest' })).toThrow(/mine: beta is "rest"; expected own, uniform, reset or an array/);
    expect(() => choose({ beta: 'own' })).toThrow(/mine: it has no beta of its own/);
    expect(() => choose({ rho: file([1, 2, 3]) })).toThrow(
      /file\.npy: rho has the shape \[3\]; expected \[2\], \[states\]/,
    );
    expect(() => choose({ mu: file([1, 0]) })).toThrow(/mine: mu\[1\] is 0; expected positive weights/);
  });

  it('of a regulator are Gaussian: ρ ⊗ μ has the covariance of both', () => {
    const lqr = {
      A: 0.9,
      B: 0.5,
      Q: 1,
      R: 0.2,
      gamma: 0.9,
      beta: [
        [3, 0],
        [0, 3],
      ],
      sigma: 2,
    };
    const lambda = (beta: unknown) => problemFrom({ lqr }, { tau: 1, beta: beta as string }).lambdaBeta;
    const eigenvalues = python<number[]>(gaussianMoments, [
      [
        [3, 0],
        [0, 3],
      ],
      [
        [1, 0],
        [0, 4],
      ],
      [
        [2, 1],
        [1, 2],
      ],
    ]);
    const found = [
      undefined,
      'reset',
      {
        name: 'given',
        values: [
          [2, 1],
          [1, 2],
        ],
      },
    ].map(lambda);
    expect(distance(found, eigenvalues)).toBeLessThan(1e-13);
    expect(() => lambda('uniform')).toThrow(
      /beta is "uniform"; expected own, reset or a covariance of the shape \[2, 2\]/,
    );
  });
});

/** λ_min of E φφᵀ, φ = (1, z₁², z₁z₂, z₂²), z ~ N(0, C), by Gauss–Hermite quadrature. */
const gaussianMoments = `
import json, sys
import numpy as np
x, w = np.polynomial.hermite_e.hermegauss(8)
w = w / w.sum()
out = []
for C in json.load(sys.stdin):
    L = np.linalg.cholesky(np.array(C, float))
    M = np.zeros((4, 4))
    for i in range(8):
        for j in range(8):
            a, b = L @ [x[i], x[j]]
            phi = np.array([1, a * a, a * b, b * b])
            M += w[i] * w[j] * np.outer(phi, phi)
    out.append(float(np.linalg.eigvalsh(M)[0]))
print(json.dumps(out))
`;

describe('a certificate by the β of an agent', () => {
  /** A corridor 0 → 1 → 2 that starts at 0 and ends behind 2; state 3 is never entered. */
  const corridor = {
    gamma: 0.9,
    P: [0, 1, 2, 3].map((s) => [
      [0, 0, 0, 0].map((_, t) => (t === s ? 1 : 0)),
      [0, 0, 0, 0].map((_, t) => (t === s + 1 && s < 2 ? 1 : 0)),
    ]),
    cost: [0, 1, 2, 3].map((s) => [1, s === 3 ? 0 : 0.5]),
    rho: [1, 0, 0, 0],
    terminating: true,
  };
  const options = { eta0: 5, k1: 0.1, horizon: 10, samples: 5 };

  it('says that only the proof is lost where d_β^π reaches what the agent visits', () => {
    const problem = problemFrom(corridor, { tau: 0.5, beta: 'reset' }, 'corridor') as FiniteProblem;
    expect([problem.lambdaBeta, problem.rank.found, problem.rank.full]).toEqual([0, 2, 8]);
    const { notes, certificate } = flow(problem, options);
    expect(certificate.entries[1].verdict).toBe('fails');
    expect(notes).toEqual([
      'A2 fails: the features have rank 2 of 8 under β, which has mass on 2 of 8 pairs. Whatever π is, d_β^π reaches 6 pairs, ' +
        'among them all 6 that an agent started from ρ comes to: the critic learns wherever the agent goes, and only the proofs of Theorems 1 and 2 are lost.',
    ]);
    const policy = problem.policy(new Float64Array(8));
    expect([...occupancy(problem.mdp, policy, problem.beta)].map((d) => d > 0)).toEqual(
      [1, 1, 1, 1, 1, 1, 0, 0].map(Boolean),
    );
  });

  it('says that the gap may stay where d_β^π misses some of it, and it does', () => {
    const beta = {
      name: 'late',
      values: [
        [0, 0],
        [0, 0],
        [0.5, 0.5],
        [0, 0],
      ],
    };
    const problem = problemFrom(corridor, { tau: 0.5, beta }, 'corridor');
    const { notes } = flow(problem, options);
    expect(notes[0]).toContain('d_β^π reaches 2 pairs, and misses 4 of the 6 that an agent started from ρ comes to');
    const { diagnosis } = runLab(problem, { ...options, horizon: 40 });
    const reset = runLab(problemFrom(corridor, { tau: 0.5, beta: 'reset' }, 'corridor'), { ...options, horizon: 40 });
    expect(diagnosis.gap[4]).toBeGreaterThan(0.1);
    expect(reset.diagnosis.gap[4]).toBeLessThan(1e-6);
  });

  it('says nothing where A2 holds', () => {
    expect(flow(problemFrom(corridor, { tau: 0.5 }, 'corridor'), options).notes).toEqual([]);
  });
});
