import { describe, expect, it } from 'vitest';
import {
  aggregate,
  certifyDiscrete,
  discreteFlow,
  type FiniteProblem,
  finiteProblem,
  garnet,
  implicitFlow,
  logDensityFlow,
  runLab,
  tabular,
} from '../../src/theory/index.js';
import { distance, numbers, pathDistance, plain, python } from './support.js';

/** The flow in log dπ/dμ itself by SciPy, from θ₀ and log dπ₀/dμ as they were given. */
const scipyFlow = `
import json, sys
import numpy as np
from scipy.integrate import solve_ivp
p = json.load(sys.stdin)
S, m, gamma, tau, eta = p['S'], p['m'], p['gamma'], p['tau'], p['eta']
P, c, mu, beta, phi = (np.array(p[k]) for k in ('P', 'cost', 'mu', 'beta', 'phi'))
N = phi.shape[1]

def policy(logpi):
    return (mu * np.exp(logpi)).reshape(S, m)

def field(t, y):
    theta, logpi = y[:N], y[N:].reshape(S, m)
    pi = policy(logpi)
    kl = (pi * logpi).sum(1)
    Q = phi @ theta
    T = c + gamma * P @ ((pi * Q.reshape(S, m)).sum(1) + tau * kl)
    # d = (1-gamma) beta (I - gamma P pi)^-1 on the pairs.
    step = (P[:, :, None] * pi[None]).reshape(S * m, S * m)
    d = np.linalg.solve((np.eye(S * m) - gamma * step).T, (1 - gamma) * beta)
    g = phi.T @ (d * (Q - T))
    f = Q.reshape(S, m) + tau * logpi
    A = f - (pi * f).sum(1, keepdims=True) / pi.sum(1, keepdims=True)
    return np.concatenate([-eta * g, -A.ravel()])

log0 = np.array(p['log0']).reshape(S, m)
log0 = log0 - np.log((mu * np.exp(log0)).sum(1, keepdims=True))
sol = solve_ivp(field, (0, p['times'][-1]), np.concatenate([p['theta0'], log0.ravel()]), 'DOP853', p['times'], rtol=1e-11, atol=1e-12)
print(json.dumps({'theta': sol.y[:N].T.tolist(), 'pi': [policy(y[N:].reshape(S, m)).ravel().tolist() for y in sol.y.T]}))
`;

const mdp = {
  ...garnet({ states: 4, actions: 3, branching: 2, seed: 5 }),
  measure: { nodes: 3, weights: Float64Array.of(0.5, 0.2, 0.3) },
};
const logPi0 = numbers(12, 7).map((x) => 2 * x);
const times = Float64Array.of(0, 0.5, 2, 6);
const aggregated = aggregate(mdp, 2);
const cases = { tabular: tabular(mdp), 'two groups': aggregated };

describe.each(Object.entries(cases))('a flow from any θ₀ and bounded log dπ₀/dμ: %s', (_, features) => {
  const theta0 = numbers(features.size, 3);
  const problem = finiteProblem(mdp, features, 0.3, undefined, { theta0, logPi0 });
  const { theta0: start, w0 } = problem.start!;
  const eta = { type: 'constant' as const, value: 2 };
  const path = implicitFlow(problem, { eta, times, tolerance: 1e-10, theta0: start, w0 });
  const probabilities = path.w.map((w) => problem.policy(w).probabilities);

  it('is the flow that SciPy integrates in log dπ/dμ', () => {
    const phi = Array.from({ length: 12 }, (_, p) =>
      Array.from({ length: features.size }, (_, i) =>
        features.table ? features.table[p * features.size + i] : Number(p === i),
      ),
    );
    const found = python<{ theta: number[][]; pi: number[][] }>(scipyFlow, {
      ...plain(mdp),
      ...{ tau: 0.3, eta: 2, times: [...times], phi, theta0: [...theta0], log0: [...logPi0] },
      ...{ mu: [...mdp.measure.weights], beta: [...problem.beta] },
    });
    const thetas = path.theta.map((x) => x.subarray(0, features.size));
    expect(pathDistance(thetas, found.theta)).toBeLessThan(1e-8);
    expect(pathDistance(probabilities, found.pi)).toBeLessThan(1e-8);
  });

  it("is this library's flow in log dπ/dμ, and the certificate begins at π₀", () => {
    const { logDensity } = logDensityFlow(problem, eta, times, 1e-10);
    const policies = logDensity.map((l) => l.map((x, p) => mdp.measure.weights[p % 3] * Math.exp(x)));
    expect(pathDistance(probabilities, policies)).toBeLessThan(1e-8);
    const { diagnosis } = runLab(problem, { horizon: 1, samples: 3 });
    const pi = gibbs(logPi0);
    const kl = Array.from({ length: 4 }, (_, s) =>
      [0, 1, 2].reduce((sum, a) => sum + pi[3 * s + a] * Math.log(pi[3 * s + a] / mdp.measure.weights[a]), 0),
    );
    expect(diagnosis.K[0]).toBeCloseTo(Math.max(...kl), 12);
    expect(diagnosis.initialDivergence).toBeCloseTo(divergenceFromOptimal(problem, pi), 12);
  });

  it.each([
    ['explicit', 1 - 0.4 * 0.3, 0.4],
    ['proximal', 1 / (1 + 0.4 * 0.3), 0.4 / (1 + 0.4 * 0.3)],
  ] as const)('decays with the %s mirror step', (mirror, kept, gain) => {
    const options = {
      updates: 3,
      criticStep: 0.7,
      mirrorStep: 0.4,
      mirror,
      criticSteps: { type: 'constant' as const, value: 2 },
    };
    const path = discreteFlow(problem, options);
    const { theta, w } = path;
    // log dπⁿ⁺¹/dμ = kept · log dπⁿ/dμ − gain ⟨θⁿ⁺¹,φ⟩ up to a constant for each state.
    let log = logPi0;
    for (let n = 0; n < 3; n++) {
      log = log.map((l, p) => kept * l - gain * dot(features.table, features.size, p, theta[n + 1]));
      expect(distance(problem.policy(w[n + 1]).probabilities, gibbs(log))).toBeLessThan(1e-14);
    }
    const failed = certifyDiscrete(problem, path).entries.filter((entry) => entry.verdict === 'fails');
    expect(failed).toEqual([]);
  });
});

/** e^{log}μ, normalised for each state. */
function gibbs(log: Float64Array): Float64Array {
  const out = log.map((l, p) => mdp.measure.weights[p % 3] * Math.exp(l));
  for (let s = 0; s < 4; s++) {
    const row = out.subarray(3 * s, 3 * s + 3);
    const sum = row[0] + row[1] + row[2];
    row.set(row.map((x) => x / sum));
  }
  return out;
}

function dot(table: Float64Array | null, size: number, p: number, theta: Float64Array): number {
  if (table === null) return theta[p];
  return table.subarray(p * size, (p + 1) * size).reduce((sum, x, i) => sum + x * theta[i], 0);
}

/** ∫ KL(π*|π) d_ρ^{π*}, the occupancy as a sum of powers. */
function divergenceFromOptimal({ optimum }: FiniteProblem, pi: Float64Array): number {
  const best = optimum.policy.probabilities;
  const { P } = plain(mdp);
  let law = [...mdp.rho];
  let sum = 0;
  for (let n = 0; n < 600; n++) {
    for (let p = 0; p < 12; p++) {
      sum += (1 - mdp.gamma) * mdp.gamma ** n * law[Math.floor(p / 3)] * best[p] * Math.log(best[p] / pi[p]);
    }
    law = law.map((_, s) => best.reduce((total, x, p) => total + law[Math.floor(p / 3)] * x * P[p][s], 0));
  }
  return sum;
}
