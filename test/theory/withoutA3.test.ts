import { describe, expect, it } from 'vitest';
import {
  aggregate,
  boundWithoutA3,
  boundWithSplit,
  diagnosePath,
  errorFloor,
  finiteMdp,
  finiteProblem,
  implicitFlow,
  sampleTimes,
  tabular,
} from '../../src/theory/index.js';
import { processes, processInNumpy, taus } from './processes.js';
import { distance, plain, python } from './support.js';

const withoutA3InNumpy = `${processInNumpy}
out = []
for i in json.load(sys.stdin):
    M = Process(i); tau, g = M.tau, M.g
    phi = np.eye(M.S * M.m) if i['phi'] is None else np.reshape(i['phi'], (M.S * M.m, -1))
    star = M.visits(M.optimal)
    gap, omega, e = [], [], []
    for theta, w in zip(i['theta'], i['w']):
        pi = gibbs((phi @ w).reshape(M.S, M.m), 1)
        V = M.value(pi)
        delta = (phi @ theta).reshape(M.S, M.m) - (M.c + g * M.P @ V)
        gap.append(M.rho @ (V - M.best))
        omega.append(np.sqrt(star @ np.ptp(delta, axis=1) ** 2))
        e.append(np.abs(delta[M.seen]).max())
    first = gibbs((phi @ i['w'][0]).reshape(M.S, M.m), 1)
    y0 = star @ (M.optimal * np.log(M.optimal / first)).sum(axis=1)
    t, a, half, total = np.array(i['times']), tau / 2, [None], 0.0
    for k in range(1, len(t)):
        x = np.linspace(t[k - 1], t[k], 2001)
        f = np.exp(a * (x - t[k])) * np.interp(x, t, np.square(omega))
        total = np.exp(-a * (t[k] - t[k - 1])) * total + (x[1] - x[0]) / 3 * (f[0] + f[-1] + 4 * f[1:-1:2].sum() + 2 * f[2:-1:2].sum())
        half.append(a / (1 - g) / -np.expm1(-a * t[k]) * (np.exp(-a * t[k]) * y0 + total / (4 * tau)))
    half[0] = 0
    out.append(dict(gap=gap, half=half, omega=omega, e=e, y0=y0))
print(json.dumps(out))
`;

describe('the bound without A3', () => {
  const runs = processes.map((mdp, i) => {
    const features = i % 2 === 0 ? tabular(mdp) : aggregate(mdp, 2);
    const problem = finiteProblem(mdp, features, taus[i]);
    const path = implicitFlow(problem, {
      eta: { type: 'exponential', value: [1, 20][i % 2], rate: taus[i] / 4 },
      times: sampleTimes(8 / taus[i], 41),
      tolerance: 1e-8,
    });
    return { problem, path, diagnosis: diagnosePath(problem, path) };
  });
  const expected = python<{ gap: number[]; half: number[]; omega: number[]; e: number[]; y0: number }[]>(
    withoutA3InNumpy,
    runs.map(({ problem, path }) => ({
      ...plain(problem.mdp),
      tau: problem.tau,
      times: [...path.times],
      theta: path.theta.map((x) => [...x]),
      w: path.w.map((x) => [...x]),
      phi: problem.features.table && [...problem.features.table],
    })),
  );

  it('is what NumPy makes of the path, and the gap of value iteration is below it', () => {
    runs.forEach(({ problem, diagnosis }, i) => {
      const { gap, half, omega, e, y0 } = expected[i];
      expect(distance(diagnosis.gap, gap), `${i}`).toBeLessThan(1e-9);
      expect(distance(diagnosis.oscillation, omega)).toBeLessThan(1e-9);
      expect(distance(diagnosis.actionValueError, e)).toBeLessThan(1e-9);
      expect(Math.abs(diagnosis.initialDivergence - y0)).toBeLessThan(1e-10);
      const found = boundWithSplit(diagnosis, problem, 0.5);
      half.forEach((x, k) => {
        if (k > 0) expect(Math.abs(found[k] / x - 1), `${i}, ${k}`).toBeLessThan(1e-8);
      });
      const least = boundWithoutA3(diagnosis, problem);
      least.forEach((x, k) => {
        if (k > 0) expect(x).toBeLessThanOrEqual(found[k]);
        expect(Math.min(...gap.slice(0, k + 1)), `${i}, ${k}`).toBeLessThanOrEqual(x + 1e-11);
      });
    });
  });

  it('has a floor that it falls to and that the sup norm bounds', () => {
    runs.forEach(({ problem, diagnosis }, i) => {
      const { bySupremum, byOscillation } = errorFloor(diagnosis, problem);
      const late = expected[i].e.filter((_, k) => diagnosis.times[k] >= diagnosis.times.at(-1)! / 2);
      expect(bySupremum).toBeCloseTo(Math.max(...late) ** 2 / (2 * problem.tau * (1 - problem.gamma)), 8);
      expect(byOscillation).toBeLessThanOrEqual(bySupremum * (1 + 1e-12));
    });
  });

  it('has a floor whose constant no smaller one can replace: one state, constant features, two actions', () => {
    // δ = ±e: μ stays, π* ∝ e^{∓e/τ}; the gap is τ KL(μ|π*)/(1−γ) = e²/(2τ(1−γ)) (1 + O(e²/τ²)).
    const [gamma, tau] = [0.5, 1];
    const ratios = [0.3, 0.1, 0.03].map((e) => {
      const stay = [[1, 0]] as const;
      const mdp = finiteMdp({ name: 'flat', gamma, cost: [[e, -e]], successors: [[stay, stay]] });
      const problem = finiteProblem(mdp, aggregateOfActions(), tau);
      const path = implicitFlow(problem, {
        eta: { type: 'constant', value: 100 },
        times: sampleTimes(60, 41),
        tolerance: 1e-9,
      });
      const diagnosis = diagnosePath(problem, path);
      return diagnosis.gap.at(-1)! / errorFloor(diagnosis, problem).bySupremum;
    });
    for (const ratio of ratios) expect(ratio).toBeLessThanOrEqual(1);
    expect(ratios[2]).toBeGreaterThan(0.999);
  });
});

/** One feature, 1 for both actions. */
function aggregateOfActions() {
  return { name: 'constant', size: 1, table: Float64Array.of(1, 1) };
}
