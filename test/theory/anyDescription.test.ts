import { describe, expect, it } from 'vitest';
import { MdpError, type ProblemDescription, problemFrom } from '../../src/theory/index.js';
import { good } from './descriptions.js';

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
