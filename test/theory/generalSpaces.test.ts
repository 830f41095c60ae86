import { describe, expect, it } from 'vitest';
import {
  banditOnInterval,
  driftOnInterval,
  finiteProblem,
  gaussHermite,
  gaussLegendre,
  implicitFlow,
  lqrProblem,
  planarLqr,
  policyOf,
  sampleTimes,
  scalarLqr,
  solveRiccati,
} from '../../src/theory/index.js';
import { distance, python } from './support.js';

describe('quadrature', () => {
  it('is exact for polynomials of degree 2n − 1', () => {
    for (let n = 1; n <= 12; n++) {
      const legendre = gaussLegendre(n, -1, 3);
      const hermite = gaussHermite(n, 2);
      for (let k = 0; k < 2 * n; k++) {
        const mean = legendre.nodes.reduce((sum, x, i) => sum + legendre.weights[i] * x ** k, 0);
        const uniform = (3 ** (k + 1) - (-1) ** (k + 1)) / (4 * (k + 1));
        expect(Math.abs(mean / uniform - 1)).toBeLessThan(1e-11);
        // E x^k of N(0, 4) is 2^k (k−1)!! for even k.
        let size = 2 ** k;
        for (let j = k - 1; j > 0; j -= 2) size *= j;
        const normal = k % 2 === 0 ? size : 0;
        const moment = hermite.nodes.reduce((sum, x, i) => sum + hermite.weights[i] * x ** k, 0);
        expect(Math.abs(moment - normal)).toBeLessThan(1e-11 * size);
      }
    }
  });
});

describe('the bandit on [0,1]', () => {
  it('ends at π* ∝ e^{−c/τ}, with log Z as adaptive quadrature gives it', () => {
    const tau = 0.2;
    const c = [1, -2.5, 3];
    const { mdp, features, actions } = banditOnInterval(c);
    const problem = finiteProblem(mdp, features, tau);
    const path = implicitFlow(problem, {
      eta: { type: 'exponential', value: 50, rate: tau / 2 },
      times: sampleTimes(150, 40),
      tolerance: 1e-10,
    });
    const cost = (a: number) => c[0] + c[1] * a + c[2] * a * a;
    const logZ = Math.log(adaptiveSimpson((a) => Math.exp(-cost(a) / tau), 0, 1, 1e-13));
    const { logDensity } = policyOf(mdp, features, path.w.at(-1)!);
    expect(
      distance(
        logDensity,
        actions.map((a) => -cost(a) / tau - logZ),
      ),
    ).toBeLessThan(1e-8);
    expect(Math.abs(problem.optimalValue + tau * logZ)).toBeLessThan(1e-12);
  });
});

describe('the process on an interval', () => {
  it('does not depend on the number of nodes: 10, 16 and 24 give one value to 1e-8', () => {
    const values = [10, 16, 24].map((nodes) => {
      const { mdp, features } = driftOnInterval(0.9, nodes);
      return finiteProblem(mdp, features, 0.2).optimalValue;
    });
    expect(Math.abs(values[0] - values[2])).toBeLessThan(1e-8);
    expect(Math.abs(values[1] - values[2])).toBeLessThan(1e-12);
  });

  it('has the optimal value that soft value iteration on uniform grids in NumPy tends to', () => {
    const { mdp, features } = driftOnInterval(0.9);
    const [coarse, fine] = [100, 200].map((n) => python<number>(driftInNumpy, n));
    // The midpoint rule is off by O(n⁻²); the extrapolated value by O(n⁻⁴).
    const limit = (4 * fine! - coarse!) / 3;
    expect(Math.abs(finiteProblem(mdp, features, 0.2).optimalValue - limit)).toBeLessThan(1e-8);
  });
});

describe('the regulator', () => {
  const tau = 0.3;

  it('has the value and policy that Gauss–Hermite quadrature of 200 nodes gave', () => {
    const { P, v0, policy } = solveRiccati(scalarLqr(), tau);
    expect(P.get(0, 0)).toBeCloseTo(1.56953665601679, 12);
    expect(v0).toBeCloseTo(2.45865164688802, 12);
    expect(P.get(0, 0) + v0).toBeCloseTo(4.02818830290481, 12);
    expect(policy.K.get(0, 0)).toBeCloseTo(0.904026438121896, 12);
    expect(policy.covariance.get(0, 0)).toBeCloseTo(0.213327038542406, 12);
  });

  it('satisfies the soft Bellman equation in two dimensions, by quadrature over the action in NumPy', () => {
    const lqr = planarLqr();
    const { P, v0 } = solveRiccati(lqr, tau);
    const input = { P: P.to2DArray(), v0, tau, A: lqr.A.to2DArray(), B: lqr.B.to2DArray(), Q: lqr.Q.to2DArray() };
    const right = python<number[][]>(softBellmanInNumpy, { ...input, R: lqr.R.get(0, 0), gamma: lqr.gamma });
    for (const [left, value] of right) expect(Math.abs(left! - value!)).toBeLessThan(1e-10);
  });

  it('leads the flow to the Riccati solution: gain, variance and value to 1e-8', () => {
    for (const lqr of [scalarLqr(), planarLqr()]) {
      const problem = lqrProblem(lqr, tau);
      const path = implicitFlow(problem, {
        eta: { type: 'exponential', value: 5, rate: tau / 2 },
        times: sampleTimes(80, 20),
        tolerance: 1e-7,
      });
      const w = path.w.at(-1)!;
      const { K, covariance } = problem.policy(w);
      const { P, v0, policy } = problem.optimum;
      expect(distance(K.to1DArray(), policy.K.to1DArray())).toBeLessThan(1e-8);
      expect(distance(covariance.to1DArray(), policy.covariance.to1DArray())).toBeLessThan(1e-8);
      expect(distance(problem.value(w).matrix.to1DArray(), P.to1DArray())).toBeLessThan(1e-8);
      expect(Math.abs(problem.value(w).constant - v0)).toBeLessThan(1e-8);
    }
  });

  it('has a semi-gradient that agrees with simulated pairs of d_β^π in NumPy within 4 standard errors', () => {
    const problem = lqrProblem(scalarLqr(), tau);
    const w = Float64Array.of(0, 1, 0.8, 0.6);
    const theta = Float64Array.of(1, 2, 0.5, 1);
    const g = new Float64Array(4);
    problem.semiGradient(theta, w, g);
    const simulated = python<{ mean: number[]; error: number[] }>(semiGradientInNumpy, {
      w: [...w],
      theta: [...theta],
      tau,
    });
    g.forEach((x, i) => {
      expect(Math.abs(x - simulated.mean[i])).toBeLessThan(4 * simulated.error[i]);
    });
  });
});

function adaptiveSimpson(f: (x: number) => number, a: number, b: number, tolerance: number): number {
  const simpson = (x: number, y: number) => ((y - x) / 6) * (f(x) + 4 * f((x + y) / 2) + f(y));
  const middle = (a + b) / 2;
  const halves = simpson(a, middle) + simpson(middle, b);
  if (Math.abs(halves - simpson(a, b)) < 15 * tolerance) return halves + (halves - simpson(a, b)) / 15;
  return adaptiveSimpson(f, a, middle, tolerance / 2) + adaptiveSimpson(f, middle, b, tolerance / 2);
}

const driftInNumpy = `
import json, sys, numpy as np
n = json.load(sys.stdin); g, tau = 0.9, 0.2
s = (np.arange(n) + 0.5) / n; a = -1 + 2 * (np.arange(n) + 0.5) / n
x = (s[:, None] + 0.3 * a + 0.3) / 1.6
phi = np.stack([(1 - x) ** 2, 2 * x * (1 - x), x ** 2], -1)
nu = 3 * np.stack([(1 - s) ** 2, 2 * s * (1 - s), s ** 2]) / n
V = np.zeros(n)
for k in range(400):
    Q = phi @ (np.array([1, 0.2, 0.7]) + g * nu @ V)
    V = -tau * np.log(np.exp(-Q / tau).mean(1))
print(json.dumps(V.mean()))
`;

const softBellmanInNumpy = `
import json, sys, numpy as np
x = json.load(sys.stdin)
A, B, Q, P = (np.array(x[k]) for k in 'ABQP'); R, g, tau, v0 = x['R'], x['gamma'], x['tau'], x['v0']
nodes, weights = np.polynomial.hermite_e.hermegauss(180); weights = weights / weights.sum()
out = []
for s in ([1.0, 0.0], [0.0, 1.0], [-0.5, 0.7], [0.0, 0.0]):
    s = np.array(s)
    n = (A @ s)[:, None] + B @ nodes[None]
    q = s @ Q @ s + R * nodes ** 2 + g * ((n * (P @ n)).sum(0) + 0.01 * np.trace(P) + v0)
    low = q.min()
    out.append([s @ P @ s + v0, low - tau * np.log((weights * np.exp(-(q - low) / tau)).sum())])
print(json.dumps(out))
`;

const semiGradientInNumpy = `
import json, sys, numpy as np
x = json.load(sys.stdin)
w, theta, tau = np.array(x['w']), np.array(x['theta']), x['tau']
r = np.random.default_rng(0); n = 200000; g = 0.9
precision = 1 + 2 * w[3]; variance = 1 / precision; K = w[2] / precision
phi = lambda s, a: np.stack([np.ones_like(s), s * s, s * a, a * a])
s, a = r.normal(size=n), r.normal(size=n)
length = r.geometric(1 - g, size=n) - 1
for k in range(length.max()):
    go = length > k
    t = 0.9 * s + 0.5 * a + 0.1 * r.normal(size=n)
    b = -K * t + np.sqrt(variance) * r.normal(size=n)
    s, a = np.where(go, t, s), np.where(go, b, a)
t = 0.9 * s + 0.5 * a + 0.1 * r.normal(size=n)
kl = 0.5 * (variance - 1 + (K * t) ** 2 - np.log(variance))
mean_q = theta[0] + theta[1] * t ** 2 - theta[2] * K * t ** 2 + theta[3] * (variance + (K * t) ** 2)
error = theta @ phi(s, a) - (s ** 2 + 0.2 * a ** 2 + g * (mean_q + tau * kl))
sample = error * phi(s, a)
print(json.dumps({'mean': sample.mean(1).tolist(), 'error': (sample.std(1) / np.sqrt(n)).tolist()}))
`;
