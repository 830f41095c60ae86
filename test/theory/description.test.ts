import { describe, expect, it } from 'vitest';
import {
  certify,
  diagnosePath,
  type FiniteProblem,
  flow,
  implicitFlow,
  MdpError,
  occupancy,
  type ProblemDescription,
  problemFrom,
  runLab,
} from '../../src/theory/index.js';
import { distance, python } from './support.js';

/** Two states, two actions; action 1 of state 1 ends the episode with probability ¼. */
const P = [
  [
    [0.5, 0.5],
    [1, 0],
  ],
  [
    [0, 1],
    [0.25, 0.5],
  ],
];
const good = {
  gamma: 0.5,
  P,
  cost: [
    [1, 2],
    [3, 4],
  ],
  termination: [
    [0, 0],
    [0, 0.25],
  ],
};
const of = (change: object, tau = 1) =>
  problemFrom({ ...good, ...change } as ProblemDescription, { tau }, 'mine') as FiniteProblem;
const whole = { P: [P[0], [P[1][0], [0.5, 0.5]]], termination: undefined };

describe('a description', () => {
  it('may be of nested arrays, of typed arrays, or of arrays with a shape', () => {
    const typed = P.map((rows) => rows.map((row) => Float32Array.from(row)));
    const shaped = { shape: [2, 2, 2], data: Float64Array.from(P.flat(2)) };
    const whole64 = { shape: [2, 2], data: BigInt64Array.of(1n, 2n, 3n, 4n) };
    for (const change of [
      { P: typed },
      { P: shaped },
      { cost: whole64 },
      {
        cost: undefined,
        reward: [
          [-1, -2],
          [-3, -4],
        ],
      },
    ]) {
      expect(of(change).mdp).toEqual(of({}).mdp);
    }
  });

  it('is the same process with dense rows, sparse rows and lists of outcomes', () => {
    const sparse = {
      data: [0.5, 0.5, 1, 1, 0.25, 0.5],
      indices: [0, 1, 0, 1, 0, 1],
      indptr: [0, 2, 3, 4, 6],
      shape: [4, 2],
    };
    const ends = [1, 1, -4, true] as const;
    const lists = [
      [
        [
          [0.5, 0, -1, false],
          [0.5, 1, -1, false],
        ],
        [[1, 0, -2, false]],
      ],
      [
        [[1, 1, -3, false]],
        [
          [0.25, 0, -4, false],
          [0.5, 1, -4, false],
          [0.25, ...ends.slice(1)],
        ],
      ],
    ];
    const gymnasium = problemFrom({ gamma: 0.5, P: lists }, { tau: 1 }, 'mine') as FiniteProblem;
    expect(of({ P: sparse }).mdp).toEqual(of({}).mdp);
    expect(of({ termination: undefined, terminating: true }).mdp).toEqual(of({}).mdp);
    expect(gymnasium.mdp).toEqual(of({}).mdp);
  });

  it('solves to what can be worked out by hand', () => {
    // One action: V₁ = 3 + ½V₁ = 6, V₀ = 1 + ½(½V₀ + ½·6) = 10/3; ρ = (¼, ¾).
    const problem = of({ P: [[P[0][0]], [P[1][0]]], cost: [[1], [3]], termination: undefined, rho: [0.25, 0.75] });
    expect(problem.optimalValue).toBeCloseTo(0.25 * (10 / 3) + 0.75 * 6, 14);
  });

  it.each([
    [
      'rows that do not sum to one',
      { termination: undefined },
      /mine: P\[1\]\[1\] sums to 0\.75; expected 1\. .*"terminating": true/,
    ],
    [
      'rows that do not fit their termination',
      {
        termination: [
          [0, 0],
          [0, 0.5],
        ],
      },
      /P\[1\]\[1\] sums to 0\.75 and terminates with probability 0\.5; expected 1 together/,
    ],
    [
      'a termination that is none',
      {
        termination: [
          [0, 0],
          [-1, 0],
        ],
      },
      /termination\[1\]\[0\] is -1; expected a probability/,
    ],
    ['both ways to terminate', { terminating: true }, /termination and terminating are given/],
    [
      'negative mass',
      {
        P: [
          [
            [1.5, -0.5],
            [1, 0],
          ],
          P[1],
        ],
      },
      /P\[0\]\[0\]\[0\] is 1\.5; expected a probability/,
    ],
    ['a P of another shape', { P: [P[0]] }, /P has the shape \[1, 2, 2\]; expected \[S, m, S\]/],
    ['a ragged P', { P: [P[0], [[0, 1], [0.5]]] }, /P\[1\]\[1\] has 1 entries; expected 2/],
    [
      'a cost that is no number',
      {
        cost: [
          [1, 2],
          [3, Number.NaN],
        ],
      },
      /mine: cost\[1\]\[1\] is NaN; expected a finite number/,
    ],
    [
      'an infinite cost',
      { cost: { shape: [2, 2], data: Float64Array.of(1, 2, 1 / 0, 4) } },
      /cost\[1\]\[0\] is Infinity/,
    ],
    [
      'a shape that does not hold',
      { cost: { shape: [2, 3], data: [1] } },
      /cost has 1 entries; expected 6, for its shape \[2, 3\]/,
    ],
    ['costs of other sizes', { cost: [[1, 2]] }, /P has 2 states and 2 actions; expected 1 and 2, as cost has/],
    ['no costs', { cost: undefined }, /neither cost nor reward is given/],
    [
      'costs and rewards',
      {
        reward: [
          [1, 2],
          [3, 4],
        ],
      },
      /cost and reward are both given/,
    ],
    ['a γ of one', { gamma: 1 }, /mine: gamma: is 1; expected 0 ≤ gamma < 1/],
    ['a μ with a zero', { mu: [1, 0] }, /mu\[1\] is 0; expected positive weights/],
    ['a μ that does not sum to one', { mu: [1, 1] }, /mu: the entries sum to 2; expected 1/],
    ['a β of another shape', { beta: [0.5, 0.5] }, /beta has the shape \[2\]; expected \[2, 2\], \[states, actions\]/],
    [
      'a β with a negative entry',
      {
        beta: [
          [1.5, -0.5],
          [0, 0],
        ],
      },
      /beta: entry 1 is -0\.5; expected a number of 0 or more/,
    ],
    [
      'features of another shape',
      { features: [[[1]], [[1]]] },
      /features has the shape \[2, 1, 1\]; expected \[2, 2, N\] with N ≥ 1/,
    ],
    ['features of another name', { features: 'fourier' }, /features "fourier"; expected tabular or aggregate:K/],
    ['a θ₀ of another length', { theta0: [1] }, /theta0 has the shape \[1\]; expected \[4\], \[features\]/],
    [
      'a π₀ with a zero',
      {
        pi0: [
          [0, 1],
          [0.5, 0.5],
        ],
      },
      /pi0\[0\]\[0\] is 0; expected positive probabilities/,
    ],
    [
      'a π₀ that does not sum to one',
      {
        pi0: [
          [0.5, 1],
          [0.5, 0.5],
        ],
      },
      /pi0\[0\]: the entries sum to 1\.5/,
    ],
    [
      'two starts',
      {
        pi0: [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
        logPi0: [
          [0, 0],
          [0, 0],
        ],
      },
      /pi0 and logPi0 are both given/,
    ],
    ['a name that is none', { name: 3 }, /name is 3; expected a text/],
    [
      'a switch that is none',
      { terminating: 'yes', termination: undefined },
      /terminating is "yes"; expected true or false/,
    ],
    ['an unknown key', { betta: [] }, /unknown key "betta"; did you mean "beta"\?/],
    [
      'sparse rows of another shape',
      { P: { data: [1], indices: [0], indptr: [0, 1], shape: [1, 1] } },
      /P has the shape \[1, 1\]; expected \[S·m, S\] with m = 2/,
    ],
    [
      'sparse rows that overlap',
      { P: { data: [1, 1], indices: [0, 0], indptr: [0, 2, 1, 2, 2], shape: [4, 2] } },
      /P\.indptr does not fit; expected 5 integers that rise from 0 to 2/,
    ],
    [
      'sparse rows that lead nowhere',
      { P: { data: [1, 1], indices: [0, 2], indptr: [0, 1, 2, 2, 2], shape: [4, 2] } },
      /P\.indices\[1\] is 2; expected a state from 0 to 1/,
    ],
    [
      'sparse rows without a shape',
      { P: { data: [1], indices: [0], indptr: [0, 1] } },
      /P: shape missing; expected data, indices, indptr, shape/,
    ],
  ])('with %s is refused', (_, change, message) => {
    expect(() => of(change)).toThrow(message);
    expect(() => of(change)).toThrow(MdpError);
  });

  it('with features that are dependent has a verdict that says their rank', () => {
    const problem = of({
      ...whole,
      features: [
        [
          [1, 2],
          [2, 4],
        ],
        [
          [0, 0],
          [3, 6],
        ],
      ],
    });
    const eta = { type: 'constant' as const, value: 1 };
    const path = implicitFlow(problem, { eta, times: Float64Array.of(0, 1), tolerance: 1e-6 });
    const [a1, a2] = certify(problem, diagnosePath(problem, path), eta).entries;
    expect([a1.verdict, a2.verdict]).toEqual(['fails', 'fails']);
    expect(a2.figure).toContain('rank 1 of 2');
    const [note] = flow(problem, { eta0: 1, k1: 0.1, horizon: 1, samples: 2 }).notes;
    expect(note).toContain('A2 fails: the features are dependent, of rank 1 of 2. Several θ are the same ⟨θ,φ⟩');
  });
});

describe('a regulator in a description', () => {
  const lqr = { A: 0.9, B: 0.5, Q: 1, R: 0.2, gamma: 0.9, noise: 0.01 };
  const regulator = (change: object) => problemFrom({ lqr: { ...lqr, ...change } }, { tau: 0.3 }, 'mine');

  it('has the value of THEORY’s scalar process', () => {
    // p + v₀ for s₀ ~ N(0, 1).
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

describe('a description with anything in place of a part', () => {
  const description = {
    ...{ ...good, name: 'mine', grid: [1, 2], rho: [0.5, 0.5], mu: [0.25, 0.75], theta0: [0, 1] },
    ...{
      beta: [
        [0.25, 0.25],
        [0.25, 0.25],
      ],
      features: [
        [
          [1, 0],
          [0, 1],
        ],
        [
          [0.5, 0.5],
          [0.25, 0],
        ],
      ],
    },
    pi0: [
      [0.5, 0.5],
      [0.25, 0.75],
    ],
  };
  const lqr = {
    lqr: { A: [[0.9]], B: [[0.5]], Q: [[1]], R: [[0.2]], gamma: 0.9, noise: [[0.01]], sigma: 1, rho: [[1]] },
  };
  const sparse = {
    ...description,
    P: { data: [0.5, 0.5, 1, 1, 0.25, 0.5], indices: [0, 1, 0, 1, 0, 1], indptr: [0, 2, 3, 4, 6], shape: [4, 2] },
  };
  const lists = {
    gamma: 0.5,
    P: [
      [
        [
          [0.5, 0, -1, false],
          [0.5, 1, -1, false],
        ],
      ],
      [[[1, 1, -3, true]]],
    ],
  };
  const parts = [
    Number.NaN,
    -1,
    0,
    0.5,
    1,
    2,
    1e308,
    2 ** 60,
    3n,
    'x',
    '',
    null,
    undefined,
    true,
    [],
    {},
    [[1]],
    new Float32Array(2),
    () => 1,
  ];

  /** The paths of everything inside. */
  const paths = (value: unknown): string[][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [[key], ...paths(inner).map((path) => [key, ...path])])
      : [];
  const replaced = (value: unknown, [key, ...path]: string[], part: unknown): unknown => {
    const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
    copy[key] = path.length === 0 ? part : replaced(copy[key], path, part);
    return copy;
  };

  it.each(Object.entries({ description, lqr, sparse, lists }))('is refused or has a finite answer: %s', (_, whole) => {
    const wrong: string[] = [];
    for (const path of paths(whole)) {
      for (const part of parts) {
        const where = `${path.join('.')} = ${typeof part} ${String(part)}`;
        try {
          const problem = problemFrom(replaced(whole, path, part) as ProblemDescription, { tau: 0.5 }, 'mine');
          const { theta0 = new Float64Array(problem.size), w0 = new Float64Array(problem.size) } = problem.start ?? {};
          const found = [problem.optimalValue, problem.lambdaBeta, problem.diagnose(theta0, w0).gap];
          if (!found.every(Number.isFinite)) wrong.push(`${where}: ${found}`);
        } catch (error) {
          const isTold = error instanceof MdpError || error instanceof RangeError;
          if (!isTold || !/^(mine|features|aggregate)/.test(error.message)) wrong.push(`${where}: ${error}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
