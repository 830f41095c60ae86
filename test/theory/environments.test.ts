import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { python } from './support.js';

const envs = fileURLToPath(new URL('../../envs/mirrorflow_envs', import.meta.url));

/** What the environments did: one start of Python, since that takes longer than all of it. */
let found: {
  cost: number;
  phi: number[];
  limit: number;
  draws: { where: string; p: number }[];
  errors: string[];
  linear: { shape: number[]; rank: number; residual: number; sums: number; p: number };
};
beforeAll(() => {
  found = python(program, envs);
}, 60_000);

describe('mirrorflow/Drift-v0', () => {
  it('passes the checker of Gymnasium and has the costs of its features', () => {
    // s = 0.4, a = 0.6: x = (0.4 + 0.18 + 0.3)/1.6 = 0.55.
    const phi = [0.45 ** 2, 2 * 0.55 * 0.45, 0.55 ** 2];
    phi.forEach((x, i) => {
      expect(found.phi[i]).toBeCloseTo(x, 14);
    });
    expect(found.cost).toBeCloseTo(phi[0] + 0.2 * phi[1] + 0.7 * phi[2], 14);
    expect(found.limit).toBe(100);
  });

  it('draws s′ from its density: Kolmogorov and Smirnov at five pairs and the first state, five seeds each, α = 0.001 in all', () => {
    expect(found.draws).toHaveLength(30);
    // Bonferroni: 30 tests share α. A failure shows all of them.
    expect(found.draws.filter(({ p }) => p < 0.001 / 30).length, JSON.stringify(found.draws)).toBe(0);
  });

  it('refuses actions and first states outside its spaces', () => {
    expect(found.errors[0]).toMatch(/the action is 1\.5; expected a number from -1 to 1/);
    expect(found.errors[1]).toMatch(/options\["state"\] is 2\.0; expected a number from 0 to 1/);
  });
});

describe('mirrorflow/LinearMDP-v0', () => {
  it('passes the checker of Gymnasium; P and the costs are linear in its features, and steps follow P', () => {
    const { shape, rank, residual, sums, p } = found.linear;
    expect(shape).toEqual([15, 4]);
    expect(rank).toBe(4);
    expect(residual).toBeLessThan(1e-13);
    expect(sums).toBeLessThan(1e-14);
    expect(p).toBeGreaterThan(0.001);
  });

  it('refuses sizes that are none', () => {
    expect(found.errors[2]).toMatch(/features is 0; expected an integer of at least 1/);
  });
});

const program = `
import json, sys, warnings
sys.path.insert(0, json.load(sys.stdin))
import gymnasium, mirrorflow_envs, numpy as np, scipy.stats
from gymnasium.utils.env_checker import check_env
warnings.simplefilter('ignore')

made = gymnasium.make('mirrorflow/Drift-v0')
e = made.unwrapped
check_env(e, skip_render_check=True)
e.reset(seed=0, options={'state': 0.4})
out = {'cost': -e.step(np.array([0.6]))[1], 'phi': e.phi(0.4, 0.6).tolist(), 'limit': made.spec.max_episode_steps, 'draws': []}
for seed in range(5):
    e.reset(seed=seed)
    first = [float(e.reset()[0][0]) for n in range(1000)]
    out['draws'].append({'where': f'seed {seed}: first state', 'p': scipy.stats.kstest(first, 'uniform').pvalue})
    for s, a in ((0.0, -1.0), (1.0, 1.0), (0.5, 0.0), (0.1, 0.7), (0.9, -0.8)):
        drawn = []
        for n in range(1000):
            e.reset(options={'state': s})
            drawn.append(float(e.step(np.array([a]))[0][0]))
        x = (s + 0.3 * a + 0.3) / 1.6
        # The integral of (1-x)^2 3(1-y)^2 + 2x(1-x) 6y(1-y) + x^2 3y^2.
        law = lambda y: (1 - x) ** 2 * (1 - (1 - y) ** 3) + 2 * x * (1 - x) * y ** 2 * (3 - 2 * y) + x ** 2 * y ** 3
        out['draws'].append({'where': f'seed {seed}: s = {s}, a = {a}', 'p': scipy.stats.kstest(drawn, law).pvalue})

out['errors'] = []
for wrong in (
    lambda: e.step(np.array([1.5])),
    lambda: e.reset(options={'state': 2}),
    lambda: gymnasium.make('mirrorflow/LinearMDP-v0', features=0),
):
    try: wrong()
    except ValueError as error: out['errors'].append(str(error))

e = gymnasium.make('mirrorflow/LinearMDP-v0', states=5, actions=3, features=4, mdp_seed=1).unwrapped
check_env(e, skip_render_check=True)
P = np.zeros((15, 6))
for s in e.P:
    for a in e.P[s]:
        for p, t, r, d in e.P[s][a]:
            P[s * 3 + a, t] += p
            P[s * 3 + a, 5] = r
fit = e.features @ np.linalg.lstsq(e.features, P, rcond=None)[0]
s = e.reset(seed=0)[0]
count = np.zeros((5, 3, 5))
for n in range(6000):
    t = e.step(n % 3)[0]
    count[s, n % 3, t] += 1
    s = t
expected = P[:, :5].reshape(5, 3, 5) * count.sum(2, keepdims=True)
out['linear'] = {
    'shape': e.features.shape, 'rank': int(np.linalg.matrix_rank(e.features)), 'residual': np.abs(fit - P).max(),
    'sums': np.abs(P[:, :5].sum(1) - 1).max(),
    'p': scipy.stats.chi2.sf(((count - expected) ** 2 / expected).sum(), 15 * 4),
}
print(json.dumps(out))
`;
