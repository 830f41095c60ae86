import { beforeAll, describe, expect, it } from 'vitest';
import {
  aggregate,
  boundWithoutA3,
  boundWithSchedule,
  explicitFlow,
  finiteProblem,
  garnet,
  implicitFlow,
  lqrProblem,
  planarLqr,
  policyOf,
  runLab,
  type Schedule,
  sampleTimes,
  tabular,
  value,
} from '../../src/theory/index.js';
import { distance, fieldInNumpy, pathDistance, plain, python } from './support.js';

const mdp = garnet({ states: 5, actions: 3, branching: 2, seed: 3 });
const problem = finiteProblem(mdp, tabular(mdp), 0.5);
const eta = { type: 'exponential', value: 4, rate: 0.25 } as const;
const schedules: Schedule[] = [
  { type: 'exponential', value: 1, rate: -0.3, min: 0.2 },
  { type: 'polynomial', value: 0.5, power: -0.5 },
];
const regulator = lqrProblem(planarLqr(), 0.3);
const gaussian = Float64Array.from({ length: 7 }, (_, i) => [0, 0.5, 0.1, 0.4, 0.3, 0.2, 0.6][i]);

interface Found {
  paths: { theta: number[]; logDensity: number[]; gap: number; unregularised: number }[];
  least: number;
}
/** SciPy's answers: one start of Python, since that takes longer than all of it. */
let scipy: Found;
beforeAll(() => {
  const { A, B, Q, R, noise } = regulator.lqr;
  scipy = python<Found>(inScipy, {
    ...plain(mdp),
    schedules,
    T: 8,
    lqr: Object.fromEntries(Object.entries({ A, B, Q, R, noise }).map(([k, v]) => [k, v.to2DArray()])),
  });
}, 60_000);

describe('a temperature schedule τ_t', () => {
  it("gives the path of SciPy's solve_ivp on (θ, log dπ/dμ), and its gaps at τ_t and without regularisation", () => {
    const times = sampleTimes(8, 9);
    schedules.forEach((tau, k) => {
      for (const [integrate, tolerance] of [[explicitFlow, 1e-11] as const, [implicitFlow, 1e-10] as const]) {
        const { theta, w } = integrate(problem, { eta, tau, times, tolerance });
        const { paths } = scipy;
        expect(distance(theta.at(-1)!, paths[k].theta)).toBeLessThan(1e-8);
        expect(distance(policyOf(mdp, tabular(mdp), w.at(-1)!).logDensity, paths[k].logDensity)).toBeLessThan(1e-8);
      }
      const run = runLab(problem, { tauSchedule: tau, eta0: 4, k1: 0.25, horizon: 8, samples: 9 });
      expect(run.diagnosis.gap.at(-1)).toBeCloseTo(scipy.paths[k].gap, 7);
      expect(run.diagnosis.unregularisedGap?.at(-1)).toBeCloseTo(scipy.paths[k].unregularised, 7);
    });
  });

  it('has one fast-critic limit by both integrators, with θ_t = θ_π at the temperature τ_t', () => {
    const times = sampleTimes(6, 5);
    const [tau] = schedules;
    const explicit = explicitFlow(problem, { eta: 'infinite', tau, times, tolerance: 1e-11 });
    const implicit = implicitFlow(problem, { eta: 'infinite', tau, times, tolerance: 1e-10 });
    expect(pathDistance(explicit.w, implicit.w)).toBeLessThan(1e-8);
    const last = problem.withTau(0.2).diagnose(implicit.theta[4], implicit.w[4]);
    expect(last.criticError).toBeLessThan(1e-10);
  });

  it('is the number itself where it is constant, and is not needed by what has no schedule', () => {
    const constant = runLab(problem, { tauSchedule: { type: 'constant', value: 0.2 }, samples: 11 });
    const number = runLab(finiteProblem(mdp, tabular(mdp), 0.2), { samples: 11 });
    expect(constant.diagnosis).toEqual(number.diagnosis);
    expect(number.diagnosis.unregularisedGap).toBeUndefined();
  });

  it('ends by default where ∫τ_t dt is 20, at most at 200', () => {
    const end = (tauSchedule: Schedule) => runLab(problem, { tauSchedule, eta0: 4, samples: 5 }).path.times.at(-1)!;
    // ∫₀ᵗ (1+r)^{−1/2} dr = 2(√(1+t) − 1) is 20 at t = 120; ∫ e^{−t} never is.
    expect(end({ type: 'polynomial', value: 1, power: -0.5 })).toBeCloseTo(120, 0);
    expect(end({ type: 'exponential', value: 1, rate: -1, min: 1e-3 })).toBe(200);
  });
});

describe('the certificate of a flow with τ_t', () => {
  const ends = (tauSchedule: Schedule, features = tabular(mdp)) =>
    runLab(finiteProblem(mdp, features, 1), { tauSchedule, eta0: 5, k1: 0.1, horizon: 60, samples: 121 });

  it('says that the theorems do not apply, and bounds the gap without A3', () => {
    const { certificate, diagnosis } = ends(schedules[0]);
    const verdicts = Object.fromEntries(certificate.entries.map((e) => [e.key, `${e.verdict}: ${e.figure}`]));
    for (const key of ['theorem1', 'theorem2', 'eta0', 'rate']) {
      expect(verdicts[key]).toMatch(/^does not apply: τ_t is not constant/);
    }
    expect(verdicts.withoutA3).toMatch(/^holds: for τ_t/);
    expect(certificate.bounds.theoremTwo.every((x) => x === Number.POSITIVE_INFINITY)).toBe(true);
    expect(certificate.bounds.withoutA3.slice(1).every((x, i) => x >= diagnosis.leastGap[i + 1])).toBe(true);
  });

  it('has the bound where A3 fails, too, for falling and rising temperatures', () => {
    for (const tau of [...schedules, { type: 'exponential', value: 0.1, rate: 0.05, max: 1 } as const]) {
      for (const seed of [1, 2]) {
        const other = garnet({ states: 6, actions: 3, branching: 3, seed });
        const features = aggregate(other, 2);
        const { certificate } = runLab(finiteProblem(other, features, 1), {
          tauSchedule: tau,
          eta0: 5,
          k1: 0.1,
          horizon: 40,
          samples: 121,
        });
        expect(certificate.entries.find((e) => e.key === 'A3')?.verdict).toBe('fails');
        expect(certificate.entries.find((e) => e.key === 'withoutA3')?.verdict, `seed ${seed}`).toBe('holds');
      }
    }
  });

  it('has the lag of the last optimum, V_τ^{π̂} − V_τ^*, from its policy’s own values', () => {
    const { diagnosis } = ends(schedules[1]);
    const last = problem.withTau(diagnosis.tau.at(-1)!).optimum.policy;
    for (const i of [0, 30, 90]) {
      const now = problem.withTau(diagnosis.tau[i]);
      const V = value(mdp, last, diagnosis.tau[i]).reduce((sum, v, s) => sum + mdp.rho[s] * v, 0);
      expect(diagnosis.lag?.[i]).toBeCloseTo(V - now.optimalValue, 10);
    }
  });

  it('is the bound of a constant τ with Ω = 2e where τ does not change', () => {
    const { diagnosis } = runLab(problem, { eta0: 5, samples: 41 });
    const oscillation = diagnosis.actionValueError.map((e) => 2 * e);
    const constant = boundWithoutA3({ ...diagnosis, oscillation }, problem);
    const schedule = boundWithSchedule({ ...diagnosis, lag: new Float64Array(41) }, problem.gamma);
    for (let i = 1; i < 41; i++) expect(schedule[i] / constant[i]).toBeCloseTo(1, 10);
  });
});

describe('a problem at another temperature', () => {
  it('is the problem made with that temperature', () => {
    const w = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i));
    const [moved, made] = [problem.withTau(0.7), finiteProblem(mdp, tabular(mdp), 0.7)];
    expect(moved.tau).toBe(0.7);
    expect(moved.optimalValue).toBe(made.optimalValue);
    expect(moved.diagnose(w, w)).toEqual(made.diagnose(w, w));
    expect(problem.withTau(0.5)).toBe(problem);
    expect(() => problem.withTau(-1)).toThrow(/tau is -1; expected a number of 0 or more/);
    expect(regulator.withTau(0.1).optimalValue).toBe(lqrProblem(planarLqr(), 0.1).optimalValue);
    expect(() => regulator.withTau(0)).toThrow(/tau is 0; expected a positive number/);
  });

  it('has a gap without regularisation that is the difference of the values, for regulators by SciPy’s Riccati solver', () => {
    const w = Float64Array.from({ length: 15 }, (_, i) => Math.cos(i));
    const mean = (V: Float64Array) => V.reduce((sum, v, s) => sum + mdp.rho[s] * v, 0);
    const V = mean(value(mdp, policyOf(mdp, tabular(mdp), w), 0));
    expect(problem.unregularisedGap(w)).toBeCloseTo(V - problem.withTau(0).optimalValue, 12);
    // Of the Gaussian policy: E Σ γⁿ (sᵀQs + aᵀRa) with s ~ N(0, Σ_n), summed here.
    const { K, covariance } = regulator.policy(gaussian);
    expect(regulator.unregularisedGap(gaussian)).toBeCloseTo(
      costOf(K.get(0, 0), K.get(0, 1), covariance.get(0, 0)) - scipy.least,
      9,
    );
  });
});

/** The discounted cost of the policy N(−Kx, variance) on the planar regulator, by summing over time. */
function costOf(k0: number, k1: number, variance: number): number {
  const F = [
    [0.9 - 0.1 * k0, 0.2 - 0.1 * k1],
    [-0.1 - 0.5 * k0, 0.8 - 0.5 * k1],
  ];
  const own = [
    [0.01 + variance * 0.01, variance * 0.05],
    [variance * 0.05, 0.01 + variance * 0.25],
  ];
  const paid = [
    [1 + 0.3 * k0 * k0, 0.2 + 0.3 * k0 * k1],
    [0.2 + 0.3 * k0 * k1, 0.5 + 0.3 * k1 * k1],
  ];
  let S = [
    [1, 0],
    [0, 1],
  ];
  let sum = 0;
  for (let n = 0, weight = 1; n < 400; n++, weight *= 0.9) {
    for (const i of [0, 1]) for (const j of [0, 1]) sum += weight * paid[i][j] * S[i][j];
    sum += weight * 0.3 * variance;
    S = [0, 1].map((i) =>
      [0, 1].map(
        (j) => own[i][j] + [0, 1].reduce((x, k) => x + [0, 1].reduce((y, l) => y + F[i][k] * S[k][l] * F[j][l], 0), 0),
      ),
    );
  }
  return sum;
}

const inScipy = `
import json, sys
import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import solve_discrete_are
x = json.load(sys.stdin)
S, m, g, T = (x[k] for k in ('S', 'm', 'gamma', 'T'))
P = np.array(x['P']); c = np.array(x['cost']); rho = np.array(x['rho']); beta = np.full(S * m, 1 / (S * m))
def at(k, t):
    raw = k['value'] * (np.exp(k['rate'] * t) if k['type'] == 'exponential' else (1 + t) ** k['power'])
    return max(k.get('min', 0), raw)
${fieldInNumpy}
def gap(pi, tau):
    kl = (pi * np.log(pi * m)).sum(1)
    V = np.linalg.solve(np.eye(S) - g * np.einsum('sa,sat->st', pi, P.reshape(S, m, S)), (pi * c.reshape(S, m)).sum(1) + tau * kl)
    v = np.zeros(S)
    for n in range(3000):
        q = (c + g * P @ v).reshape(S, m)
        low = q.min(1)
        v = low if tau == 0 else low - tau * np.log(np.exp(-(q - low[:, None]) / tau).mean(1))
    return rho @ (V - v)
paths = []
for k in x['schedules']:
    # The schedule bends where it meets its least value: the integration stops there, so that its order holds.
    bend = np.log(k['min'] / k['value']) / k['rate'] if 'min' in k else T
    y = np.zeros(2 * S * m)
    for a, b in ((0, bend), (bend, T)):
        if b > a: y = solve_ivp(lambda t, y: field(t, y, at(k, t)), (a, b), y, method='DOP853', rtol=1e-12, atol=1e-13).y[:, -1]
    pi = policy(y[S * m:])
    paths.append({'theta': y[:S * m].tolist(), 'logDensity': np.log(pi * m).ravel().tolist(), 'gap': gap(pi, at(k, T)), 'unregularised': gap(pi, 0)})
A, B, Q, R, noise = (np.array(x['lqr'][k]) for k in ('A', 'B', 'Q', 'R', 'noise'))
p = solve_discrete_are(np.sqrt(0.9) * A, np.sqrt(0.9) * B, Q, R)
print(json.dumps({'paths': paths, 'least': np.trace(p) + 0.9 / 0.1 * np.trace(p @ noise)}))
`;
