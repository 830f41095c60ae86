import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import type { Schedule, stepCountAt } from '../../src/critic/schedule.js';
import { flowReport } from '../../src/report/flow/flowReport.js';
import {
  type CertificateKey,
  certifyDiscrete,
  discreteFlow,
  type FlowResult,
  finiteMdp,
  flow,
  type LqrProblem,
  lqrProblem,
  type ProblemDescription,
  planarLqr,
  policyOf,
  problemFrom,
  tabular,
} from '../../src/theory/index.js';
import { gaussianKl, gaussianPolicy } from '../../src/theory/lqr/lqr.js';
import { numbers } from './support.js';

/** A process without structure; what is given replaces parts of it. */
function description(more: Partial<ProblemDescription> = {}, costs = 1, gamma = 0.9): ProblemDescription {
  const [S, m] = [4, 3];
  const draw = numbers(S * m * (S + 1), 7).map((x) => (x + 1) / 2);
  const rows = Array.from({ length: S }, (_, s) =>
    Array.from({ length: m }, (_, a) => {
      const row = [...draw.subarray((s * m + a) * S, (s * m + a + 1) * S)];
      const sum = row.reduce((x, y) => x + y, 0);
      return row.map((x) => x / sum);
    }),
  );
  const cost = Array.from({ length: S }, (_, s) =>
    Array.from({ length: m }, (_, a) => costs * draw[S * m * S + s * m + a]),
  );
  return { gamma, P: rows, cost, ...more } as ProblemDescription;
}

/** φ of shape [4, 3, N]. */
function features(N: number, size: number): number[][][] {
  const draw = numbers(12 * N, 3);
  return Array.from({ length: 4 }, (_, s) =>
    Array.from({ length: 3 }, (_, a) => Array.from({ length: N }, (_, i) => size * draw[(s * 3 + a) * N + i])),
  );
}

const entryOf = (result: FlowResult, key: CertificateKey) =>
  result.certificate.entries.find((entry) => entry.key === key)!;

describe('a Gibbs density of large energies', () => {
  it('keeps its mass: KL(π|μ) of an action taken surely is log m, and no gap is below zero', () => {
    const mdp = finiteMdp({ name: 'three', gamma: 0, cost: [[0, 0, 0]], successors: [[[], [], []]] });
    for (const size of [1, 1e8, 1e16, 1e30, 1e300]) {
      const energy = Float64Array.of(size * 1.1, size * 1.1 + 1000 * Math.max(1, size), size * 3.3 + 2000);
      const { kl, logDensity } = policyOf(mdp, tabular(mdp), energy);
      expect(kl[0]).toBeCloseTo(Math.log(3), 12);
      expect(logDensity[0]).toBeCloseTo(Math.log(3), 12);
    }
    // One state: V of the third action is (1 + τ log 3)/(1−γ), V* = −τ log(mean of e^{−c/τ})/(1−γ).
    const problem = problemFrom({ gamma: 0.9, P: [[[1], [1], [1]]], cost: [[0, 0.5, 1]] }, { tau: 0.2 });
    const best = (-0.2 * Math.log((1 + Math.exp(-2.5) + Math.exp(-5)) / 3)) / 0.1;
    for (const size of [1e3, 1e16, 1e30]) {
      const { gap } = problem.diagnose(new Float64Array(3), Float64Array.of(3.3 * size, 1.7 * size, 1.1 * size));
      expect(gap).toBeCloseTo((1 + 0.2 * Math.log(3)) / 0.1 - best, 9);
    }
  });
});

describe('verdicts that a run cannot give', () => {
  it.each([2, 3, 5])('are undecided, not failed, with %i times', (samples) => {
    for (const gamma of [0, 0.9, 0.999]) {
      const result = flow(problemFrom(description({}, 1, gamma), { tau: 0.2 }), { samples });
      for (const { verdict, key, figure } of result.certificate.entries)
        expect(verdict, `${key}: ${figure}`).not.toBe('fails');
      expect(entryOf(result, 'rate').verdict).toBe('undecided');
    }
  });

  it('do not fail a rate where there is no gap, or one that only a longer path shows', () => {
    const alike = description({}, 0);
    const same = { ...alike, cost: [0, 1, 2, 3].map(() => [1, 1, 1]) } as ProblemDescription;
    expect(entryOf(flow(problemFrom(same, { tau: 0.2 })), 'rate').verdict).toBe('does not apply');
    const problem = problemFrom(description(), { tau: 0.2 });
    expect(entryOf(flow(problem, { horizon: 1e-3 }), 'rate').verdict).toBe('undecided');
    expect(entryOf(flow(problem, { eta0: 1e-6 }), 'rate').verdict).toBe('undecided');
    expect(entryOf(flow(problem), 'rate').verdict).toBe('holds');
  });

  it('are the same for costs and τ in other units', () => {
    // θ, τ, the gap and 1/t scale with the costs, and w does not: so does η.
    const verdicts = [1e-6, 1, 1e6].map((unit) => {
      const options = { eta0: 100 * unit, k1: 0.1 * unit, horizon: 100 / unit };
      const given = description({ features: features(5, 0.4) } as Partial<ProblemDescription>, unit);
      const result = flow(problemFrom(given, { tau: 0.2 * unit }), options);
      return {
        verdicts: result.certificate.entries.map(({ key, verdict }) => [key, verdict]),
        gap: result.diagnosis.gap.at(-1)! / unit,
      };
    });
    expect(verdicts[0].verdicts).toEqual(verdicts[1].verdicts);
    expect(verdicts[2].verdicts).toEqual(verdicts[1].verdicts);
    for (const { gap } of verdicts) expect(gap / verdicts[1].gap).toBeCloseTo(1, 4);
  });

  it('see that A3 fails by little where the costs are small', () => {
    // Q is about 10⁻⁹, and no function of one feature.
    const given = description({ features: features(1, 0.5) } as Partial<ProblemDescription>, 1e-9);
    expect(entryOf(flow(problemFrom(given, { tau: 1e-9 })), 'A3').verdict).toBe('fails');
  });

  it('A2 holds for small features that are independent, and for indicators of a β that is small somewhere', () => {
    const small = flow(problemFrom(description({ features: features(3, 1e-7) } as object), { tau: 0.2 }));
    expect(entryOf(small, 'A2').verdict).toBe('holds');
    const uneven = flow(problemFrom(description({ mu: [1 - 2e-14, 1e-14, 1e-14] }), { tau: 0.2 }));
    expect(entryOf(uneven, 'A2').verdict).toBe('holds');
    expect(uneven.notes).toEqual([]);
    // λ_β is μ's least weight over the number of states.
    expect(uneven.certificate.lambdaBeta / (1e-14 / 4)).toBeCloseTo(1, 12);
    expect(entryOf(uneven, 'theorem2').verdict).not.toBe('fails');
  });

  it('come for features that are zero: nothing is learned', async () => {
    const result = flow(problemFrom(description({ features: features(2, 0) } as object), { tau: 0.2 }));
    expect(entryOf(result, 'A2').figure).toContain('rank 0 of 2');
    expect(result.certificate.criticRate).toBeNull();
    expect(result.diagnosis.gap.at(-1)).toBe(result.diagnosis.gap[0]);
    const report = await flowReport(result);
    expect(report).toContain('It comes to rest');
    expect(report).not.toContain('It falls at the rate');
  });

  it('are not failed for a temperature that falls towards zero', () => {
    const tauSchedule: Schedule = { type: 'exponential', value: 1, rate: -0.2, min: 0.02 };
    for (const samples of [2, 3, 6, 161]) {
      const result = flow(problemFrom(description(), { tau: 1 }), { tauSchedule, samples });
      expect(entryOf(result, 'withoutA3').verdict, entryOf(result, 'withoutA3').figure).not.toBe('fails');
    }
  });
});

describe('options of the lab that make no sense', () => {
  it.each([
    [{ samples: 1 }, 'flow: samples is 1; expected an integer of 2 or more'],
    [{ eta0: 0 }, 'flow: eta0 is 0; expected a positive number'],
    [{ eta0: Number.NaN }, 'flow: eta0 is NaN'],
    [{ k1: -0.1 }, 'flow: k1 is -0.1; expected a number of 0 or more'],
    [{ horizon: Number.POSITIVE_INFINITY }, 'flow: horizon is Infinity; expected a positive time'],
  ])('%o', (options, message) => {
    expect(() => flow(problemFrom(description(), { tau: 0.2 }), options)).toThrow(message);
  });

  it('a number of critic steps that is none', () => {
    const problem = problemFrom(description(), { tau: 0.2 });
    const criticSteps = { type: 'polynomial', value: 1 } as unknown as Parameters<typeof stepCountAt>[0];
    const options = { updates: 3, criticStep: 1, mirrorStep: 1, mirror: 'proximal' as const };
    expect(() => discreteFlow(problem, { ...options, criticSteps })).toThrow('criticSteps: {"type":"polynomial"');
  });
});

describe('the certificate in discrete time', () => {
  it('compares nothing with rounding for a large τ', () => {
    const problem = problemFrom(description(), { tau: 1e3 }) as Parameters<typeof certifyDiscrete>[0];
    const path = discreteFlow(problem, {
      ...{ updates: 60, criticStep: 1, mirrorStep: 1e-3 },
      ...{ mirror: 'proximal', criticSteps: 'infinite' },
    });
    for (const { verdict, key, figure } of certifyDiscrete(problem, path).entries)
      expect(verdict, `${key}: ${figure}`).not.toBe('fails');
  });
});

describe('regulators with more than one action', () => {
  it('have a KL that keeps its precision near zero', () => {
    const root = Matrix.from1DArray(2, 2, [1, 0.3, -0.7, 2]);
    const covariance = root.mmul(root.transpose());
    const precision = Matrix.from1DArray(2, 2, [4.49, 0.1, 0.1, 1.09]).div(4.49 * 1.09 - 0.01);
    const K = Matrix.zeros(2, 3);
    for (const x of [1e-3, 1e-6, 1e-9]) {
      const other = Matrix.mul(precision, 1 + x);
      const { constant } = gaussianKl({ K, covariance, precision }, K, other);
      // Both eigenvalues of the quotient are 1 + x: x − log(1+x), the quadratic term of which is x²/2.
      expect(constant / (x ** 2 / 2 - x ** 3 / 3 + x ** 4 / 4)).toBeCloseTo(1, 5);
    }
  });

  it('have a gap that is not below its lower bound, down to rounding', () => {
    const I = (rows: number, columns: number) => Matrix.eye(rows, columns);
    const [states, actions] = [3, 2];
    const problem: LqrProblem = lqrProblem(
      {
        ...planarLqr(0.9),
        name: '3 states, 2 actions',
        A: Matrix.from1DArray(3, 3, [0.9, 0.1, 0, 0, 0.8, 0.1, 0.1, 0, 0.7]),
        B: Matrix.from1DArray(3, 2, [1, 0, 0, 1, 0.5, 0.5]),
        ...{ Q: I(states, states), R: I(actions, actions), noise: I(states, states).mul(0.1), rho: I(states, states) },
        ...{ beta: I(states + actions, states + actions), sigma: 1 },
      },
      0.2,
    );
    let w = new Float64Array(problem.size);
    const gaps: number[] = [];
    for (let n = 0; n < 5; n++) {
      const { gap, gapLower } = problem.diagnose(w, w);
      if (gap > 1e-20) expect(gapLower / gap, `update ${n}`).toBeLessThan(1 + 1e-6);
      gaps.push(gap);
      w = problem.actionValue(w).map((q) => q / problem.tau);
    }
    // Soft policy iteration is Newton's method: the gap is squared, far below the rounding of V.
    expect(gaps[4]).toBeLessThan(2 * (gaps[3] / gaps[2] ** 2) * gaps[3] ** 2);
  });

  it('have no policy whose precision is indefinite, although its determinant and diagonal are positive', () => {
    const lqr = { ...planarLqr(0.9), A: Matrix.eye(1, 1), B: Matrix.ones(1, 3), sigma: 1 };
    const W = Matrix.zeros(4, 4);
    // The precision I + 2(J − I) has the eigenvalues 5, −1, −1.
    for (let i = 1; i < 4; i++) for (let j = 1; j < 4; j++) if (i !== j) W.set(i, j, 1);
    expect(() => gaussianPolicy(lqr, { constant: 0, matrix: W })).toThrow('is not positive');
  });
});
