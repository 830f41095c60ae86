import { describe, expect, it } from 'vitest';
import { type FiniteMdp, finiteMdp, gapBoundFrom, gapBounds, policyFrom, softOptimal } from '../../src/theory/index.js';
import { oneWay, processes, processInNumpy, taus } from './processes.js';
import { distance, numbers, plain, python } from './support.js';

/** A policy of full support that owes nothing to the library: softmax of numbers, the more extreme the greater `scale`. */
function somePolicy({ states, actions }: FiniteMdp, seed: number, scale: number) {
  const energy = numbers(states * actions, seed).map((x) => Math.exp(scale * x));
  return energy.map((x, p) => {
    const s = Math.floor(p / actions);
    return x / energy.subarray(s * actions, (s + 1) * actions).reduce((sum, y) => sum + y, 0);
  });
}

/** Everything by differences of values, which is exact to rounding. */
const boundsInNumpy = `${processInNumpy}
out = []
for i in json.load(sys.stdin):
    M = Process(i); tau, g = M.tau, M.g
    pi = np.reshape(i['pi'], (M.S, M.m))
    V = M.value(pi)
    b = V - soft(M.c + g * M.P @ V, tau)
    plus = gibbs(M.c + g * M.P @ V, tau)
    V1 = M.value(plus)
    L = M.rho @ (V - V1)
    assert abs(L - M.visits(plus) @ b / (1 - g)) < 1e-10
    b1 = V1 - soft(M.c + g * M.P @ V1, tau)
    low, high = M.bounds(b1)
    q = np.reshape(i['estimate'], (M.S, M.m))
    v = soft(q, tau)
    R = (q - M.c - g * M.P @ v)
    r = M.bounds(R.min(axis=1))[0], M.bounds(R.max(axis=1))[1]
    eps = M.bounds((pi * q).sum(axis=1) + tau * (pi * np.log(pi * M.m)).sum(axis=1) - v)[1]
    out.append(dict(gap=M.rho @ (V - M.best), lower=L + M.rho @ b1 + g / (1 - g) * low,
        upper=L + M.rho @ b1 + g / (1 - g) * high, excess=M.bounds(b)[1], **{'from': (eps + r[1] - r[0]) / (1 - g)}))
print(json.dumps(out))
`;

describe('the gap between bounds that need no optimum', () => {
  const policies = processes.map((mdp, i) => somePolicy(mdp, i, [0.1, 2][i % 2]));
  const estimates = processes.map((mdp, i) => numbers(mdp.cost.length, 100 + i).map((x) => 3 * x));
  const expected = python<{ gap: number; lower: number; upper: number; excess: number; from: number }[]>(
    boundsInNumpy,
    processes.map((mdp, i) => ({ ...plain(mdp), tau: taus[i], pi: [...policies[i]], estimate: [...estimates[i]] })),
  );

  it('is where NumPy says, from differences of values, and holds the gap of value iteration; some processes terminate', () => {
    processes.forEach((mdp, i) => {
      const setting = { mdp, tau: taus[i] };
      const policy = policyFrom(mdp, policies[i]);
      const found = gapBounds(setting, policy);
      const { gap, lower, upper, excess, from } = expected[i];
      expect(distance([found.lower, found.upper, found.excess], [lower, upper, excess]), `${i}`).toBeLessThan(1e-10);
      expect(found.lower).toBeLessThanOrEqual(gap + 1e-11);
      expect(found.upper).toBeGreaterThanOrEqual(gap - 1e-11);
      expect(found.excess / (1 - mdp.gamma)).toBeGreaterThanOrEqual(gap - 1e-11);
      const fromEstimate = gapBoundFrom(setting, policy, estimates[i]);
      expect(Math.abs(fromEstimate - from)).toBeLessThan(1e-10);
      expect(fromEstimate).toBeGreaterThanOrEqual(gap - 1e-11);
    });
  });

  it('closes in on the gap quadratically, far below the rounding of a difference of values', () => {
    processes.forEach((mdp, i) => {
      const { actionValue } = softOptimal(mdp, taus[i]);
      const noise = numbers(mdp.cost.length, 7 + i);
      const widths = [1e-2, 1e-4].map((size) => {
        const density = actionValue.map((q, p) => Math.exp(-q / taus[i] + size * noise[p]));
        const policy = policyFrom(mdp, normalised(mdp, density));
        const { lower, upper } = gapBounds({ mdp, tau: taus[i] }, policy);
        expect(upper).toBeGreaterThanOrEqual(lower);
        return (upper - lower) / upper;
      });
      expect(widths[0]).toBeLessThan(0.02);
      expect(widths[1]).toBeLessThan(1e-5);
    });
  });

  it('is a point where π⁺ is optimal, as worked out by hand', () => {
    // The actions lead to the same state: π* ∝ e^{−c/τ} = (3/4, 1/4) everywhere for τ = 1/log 3, τKL(μ|π*) = log(4/3)/(2 log 3), γ = ½.
    const mdp = oneWay(0.5);
    const gap = Math.log(4 / 3) / Math.log(3);
    const uniform = policyFrom(mdp, new Float64Array(4).fill(0.5));
    const { lower, upper, excess } = gapBounds({ mdp, tau: 1 / Math.log(3) }, uniform);
    expect(distance([lower, upper, excess], [gap, gap, gap / 2])).toBeLessThan(1e-14);
    expect(gapBounds({ mdp, tau: 0 }, uniform)).toEqual({ lower: Number.NaN, upper: Number.NaN, excess: Number.NaN });
  });

  it('does not see states that are not reached from ρ', () => {
    // State 1, which nothing leads to, is one in which π is bad; ρ = δ₀ never sees it.
    const mdp = finiteMdp({
      name: 'apart',
      gamma: 0.9,
      cost: [
        [0, 0],
        [0, 5],
      ],
      successors: [
        [[[1, 0]], [[1, 0]]],
        [[[1, 1]], [[1, 0]]],
      ],
      rho: [1, 0],
    });
    const uniform = policyFrom(mdp, new Float64Array(4).fill(0.5));
    const { lower, upper, excess } = gapBounds({ mdp, tau: 1 }, uniform);
    expect(distance([lower, upper, excess], [0, 0, 0])).toBeLessThan(1e-15);
  });
});

describe('what is no policy or no action value of the process', () => {
  it('is refused with what is wrong', () => {
    const [mdp, other] = [processes[0], processes[1]];
    const policy = policyFrom(mdp, somePolicy(mdp, 0, 1));
    const bad = new Float64Array(mdp.cost.length);
    bad[3] = Number.NaN;
    expect(() => gapBounds({ mdp: other, tau: 1 }, policy)).toThrow(
      /policy has 8 probabilities; expected 15, one a pair/,
    );
    expect(() => gapBounds({ mdp, tau: -1 }, policy)).toThrow(/tau is -1; expected a number of 0 or more/);
    expect(() => gapBoundFrom({ mdp, tau: 1 }, policy, bad)).toThrow(/has NaN at state 1, action 1; expected finite/);
    expect(() => gapBoundFrom({ mdp, tau: 1 }, policy, bad.subarray(1))).toThrow(/has 7 values; expected 8/);
  });
});

function normalised({ actions }: FiniteMdp, density: Float64Array): Float64Array {
  return density.map((x, p) => {
    const at = Math.floor(p / actions) * actions;
    return x / density.subarray(at, at + actions).reduce((sum, y) => sum + y, 0);
  });
}
