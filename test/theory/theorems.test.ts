import { describe, expect, it } from 'vitest';
import {
  aggregate,
  type Certificate,
  type CertificateKey,
  derivedConstants,
  driftOnInterval,
  type ExactProblem,
  finiteMdp,
  finiteProblem,
  fromTransitions,
  garnet,
  type LabOptions,
  linearMdp,
  lqrProblem,
  planarLqr,
  runLab,
  scalarLqr,
  tabular,
  theoremTwoBound,
  twoState,
} from '../../src/theory/index.js';
import { oneWay } from './processes.js';
import { python } from './support.js';

const verdicts = (certificate: Certificate) => certificate.entries.map((entry) => entry.verdict);
const verdictOf = (certificate: Certificate, key: CertificateKey) =>
  certificate.entries.find((entry) => entry.key === key)!.verdict;
const run = (problem: ExactProblem, options: LabOptions = {}) => runLab(problem, { samples: 81, ...options });

/** P of FrozenLake 4x4 as Gymnasium itself holds it. */
const frozenLake = () =>
  fromTransitions({
    name: 'FrozenLake-v1',
    gamma: 0.95,
    ...python<{ P: unknown; rho: number[] }>(
      `
import gymnasium, json
e = gymnasium.make('FrozenLake-v1').unwrapped
P = {s: {a: [[float(p), int(t), float(r), bool(d)] for p, t, r, d in e.P[s][a]] for a in e.P[s]} for s in e.P}
print(json.dumps({'P': P, 'rho': e.initial_state_distrib.tolist()}))`,
      null,
    ),
  });

describe('Theorem 2 where A1–A3 hold', () => {
  it('is beaten on 50 Garnets with tabular features: the bound holds and the gap falls at τ/2 or faster', () => {
    for (let seed = 0; seed < 50; seed++) {
      const mdp = garnet({
        states: 5 + (seed % 4),
        actions: 2 + (seed % 3),
        branching: 3,
        seed,
        gamma: [0.8, 0.9][seed % 2],
      });
      const tau = [0.1, 0.2, 0.5][seed % 3];
      // η₀ far below τ/Γ, as a schedule that somebody would choose, and η₀ above it.
      for (const eta0 of [5, undefined]) {
        const { certificate, diagnosis } = run(finiteProblem(mdp, tabular(mdp), tau), { eta0, samples: 41 });
        expect(certificate.rate, `seed ${seed}`).toBeGreaterThanOrEqual(tau / 2);
        expect(verdictOf(certificate, 'theorem2'), `seed ${seed}`).toBe('holds');
        expect(diagnosis.leastGap.at(-1)!).toBeLessThan(1e-6);
        if (eta0 === undefined) expect(new Set(verdicts(certificate))).toEqual(new Set(['holds']));
      }
    }
  });

  it('is beaten on linear MDPs with fewer features than pairs', () => {
    for (let seed = 0; seed < 5; seed++) {
      const { mdp, features } = linearMdp({ states: 10, actions: 3, features: 5, seed });
      const { certificate } = run(finiteProblem(mdp, features, 0.2));
      expect(features.size).toBeLessThan(mdp.cost.length);
      expect(verdicts(certificate)).toEqual(Array(9).fill('holds'));
    }
  });

  it('is beaten on FrozenLake 4x4 and on a continuum of states and actions', () => {
    const lake = frozenLake();
    const { certificate } = run(finiteProblem(lake, tabular(lake), 0.1));
    expect(verdicts(certificate)).toEqual(Array(9).fill('holds'));
    const { mdp, features } = driftOnInterval(0.9, 10);
    expect(verdicts(run(finiteProblem(mdp, features, 0.2)).certificate)).toEqual(Array(9).fill('holds'));
  });

  it('does not apply to regulators, whose features are not bounded, and the gap falls at τ/2 or faster all the same', () => {
    for (const lqr of [scalarLqr(), planarLqr()]) {
      const { certificate } = run(lqrProblem(lqr, 0.3), { eta0: 2, samples: 41 });
      const [a1, a2, , one, a3, two, withoutA3, gap, rate] = verdicts(certificate);
      expect([a1, a2, a3, gap, rate]).toEqual(['fails', 'holds', 'holds', 'holds', 'holds']);
      expect([one, two, withoutA3]).toEqual(Array(3).fill('does not apply'));
    }
  });

  it('has the bound of the slides', () => {
    // τ = 2, t = log 2: e^{−τt/2} = 1/2, so 2·½/(2·½·½)·(3 + 8/4) = 10 for γ = ½.
    expect(theoremTwoBound(Math.log(2), { tau: 2, gamma: 0.5, initialDivergence: 3, k2: 8 })).toBeCloseTo(10, 12);
  });
});

describe('Theorem 1', () => {
  it('has the constants of docs/theory.md, worked out by hand for one case', () => {
    // λ_β = 1/2, γ = 1/4: Γ = ½·¾·½ = 3/16; η₀ = 32, τ = 3: Γ − τ/η₀ = 3/32, Γη₀ − τ = 3.
    const constants = derivedConstants({ tau: 3, gamma: 0.25, costBound: 2, lambdaBeta: 0.5 }, 32, 1, 1);
    expect(constants!.a1).toBeCloseTo(8 + 8 / 9 + (64 / 9) * (16 / 3) * (32 / 3), 10);
    expect(constants!.a2).toBeCloseTo((48 / 16) * (16 / 3) * (32 / 3), 10);
    expect(derivedConstants({ tau: 3, gamma: 0.25, costBound: 2, lambdaBeta: 0.5 }, 16, 1, 1)).toBeNull();
  });
});

describe('the contrasts', () => {
  const mdp = garnet({ states: 6, actions: 3, branching: 3, seed: 1 });

  it('without regularisation (τ = 0) there is no linear rate: the gap falls like 1/t', () => {
    // 400 actions of cost x²: π_t ∝ e^{−tc}, and the mean of c is 1/(2t) until the spacing of the actions shows.
    const costs = Array.from({ length: 400 }, (_, i) => (i / 399) ** 2);
    const bandit = finiteMdp({ name: 'flat', gamma: 0, cost: [costs], successors: [costs.map(() => [])] });
    const rateFrom = (tau: number) => {
      const { diagnosis } = run(finiteProblem(bandit, tabular(bandit), tau), {
        eta0: 1e4,
        k1: 0,
        horizon: 400,
        samples: 161,
      });
      const { times, leastGap } = diagnosis;
      const at = (t: number) => times.findIndex((x) => x >= t);
      const local = (a: number, b: number) =>
        Math.log(leastGap[at(a)] / leastGap[at(b)]) / (times[at(b)] - times[at(a)]);
      return [local(25, 50), local(100, 200)];
    };
    const [early, late] = rateFrom(0);
    // Of a gap ~ 1/t, the rate halves as t doubles: between t and 2t it is log 2 / t.
    expect(late! / early!).toBeGreaterThan(0.2);
    expect(late! / early!).toBeLessThan(0.35);
    const [steady] = rateFrom(0.2);
    expect(steady).toBeGreaterThanOrEqual(0.1);
  });

  it('a slow critic (η ≡ 1 < τ/Γ) is slower than τ/2, and the certificate says that the premise fails', () => {
    const { certificate } = run(finiteProblem(mdp, tabular(mdp), 0.5), { eta0: 1, k1: 0, horizon: 200 });
    expect(certificate.threshold).toBeGreaterThan(1);
    expect(verdictOf(certificate, 'eta0')).toBe('fails');
    expect(verdictOf(certificate, 'theorem1')).toBe('does not apply');
    expect(certificate.rate).toBeLessThan(0.25);
  });

  it('where A2 fails (β and π never meet a state that ρ begins in) the gap stays', () => {
    const twice = twoState();
    const apart = oneWay(0.9);
    const blind = run(finiteProblem(apart, tabular(apart), 0.2, Float64Array.of(0, 0, 0.5, 0.5)));
    expect(verdictOf(blind.certificate, 'A2')).toBe('fails');
    // What is left for ever is the first state's τ KL(μ|π*), computed by hand: π* ∝ (1, e^{−1/τ}).
    const [p, q] = [1, Math.exp(-5)].map((x) => x / (1 + Math.exp(-5)));
    const left = 0.2 * (0.5 * Math.log(0.5 / p!) + 0.5 * Math.log(0.5 / q!));
    expect(blind.diagnosis.gap.at(-1)!).toBeCloseTo(left, 8);
    expect(verdictOf(blind.certificate, 'theorem2')).toBe('does not apply');
    expect(verdictOf(run(finiteProblem(twice, tabular(twice), 0.2)).certificate, 'A2')).toBe('holds');
  });

  it('where A3 fails (states share their features) the gap comes to rest above zero', () => {
    const { certificate, diagnosis } = run(finiteProblem(mdp, aggregate(mdp, 2), 0.2));
    expect(verdictOf(certificate, 'A3')).toBe('fails');
    expect(verdictOf(certificate, 'theorem2')).toBe('does not apply');
    expect(verdictOf(certificate, 'rate')).toBe('does not apply');
    const half = Math.floor(diagnosis.times.length * 0.75);
    expect(diagnosis.gap.at(-1)!).toBeGreaterThan(1e-3);
    expect(Math.abs(diagnosis.gap.at(-1)! / diagnosis.gap[half] - 1)).toBeLessThan(1e-3);
    // The bound without A3 holds all the same, and its floor is above what the gap keeps.
    expect(verdictOf(certificate, 'withoutA3')).toBe('holds');
    expect(certificate.bounds.floor!).toBeGreaterThan(diagnosis.gap.at(-1)!);
  });
});
