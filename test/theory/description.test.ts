import { describe, expect, it } from 'vitest';
import {
  certify,
  diagnosePath,
  type FiniteProblem,
  flow,
  implicitFlow,
  MdpError,
  type ProblemDescription,
  problemFrom,
} from '../../src/theory/index.js';
import { good, P, whole } from './descriptions.js';

const of = (change: object, tau = 1) =>
  problemFrom({ ...good, ...change } as ProblemDescription, { tau }, 'mine') as FiniteProblem;

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
