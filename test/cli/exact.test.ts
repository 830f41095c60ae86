import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  type Config,
  evaluatePolicy,
  makeEnv,
  parseConfig,
  policyTable,
  readPreset,
  train,
} from '../../src/agent/index.js';
import { evaluateExactly } from '../../src/cli/exactEvaluation.js';
import { folder } from '../support/folder.js';
import { python } from '../theory/support.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Backward induction in NumPy from the environment itself: the optimum, and the return of a table of shape [steps][S·m]. */
const INDUCTION = `
import json, sys
import gymnasium, numpy as np
given = json.load(sys.stdin)
env = gymnasium.make(given["id"]).unwrapped
S, m = env.observation_space.n, env.action_space.n
T, R = np.zeros((S, m, S)), np.zeros((S, m))
for s in range(S):
    for a in range(m):
        for p, n, r, done in env.P[s][a]:
            R[s, a] += p * r
            T[s, a, n] += 0 if done else p
best, value = np.zeros(S), np.zeros(S)
for t in reversed(range(given["steps"])):
    best = (R + T @ best).max(1)
    pi = np.asarray(given["tables"][min(t, len(given["tables"]) - 1)]).reshape(S, m)
    value = (pi * (R + T @ value)).sum(1)
rho = env.initial_state_distrib
print(json.dumps([float(rho @ value), float(rho @ best)]))
`;

const short: Config = {
  ...readPreset('FrozenLake-v1'),
  totalSteps: 1500,
  evaluation: { every: 1500, episodes: 1, deterministic: true },
};
const timed = parseConfig({
  ...short,
  env: { ...short.env, wrappers: [{ id: 'TimeAwareObservation', kwargs: { flatten: false } }] },
  features: {
    type: 'product',
    parts: [
      { type: 'oneHot', key: 'obs' },
      { type: 'hat', key: 'time', knots: 3 },
    ],
  },
  truncation: 'terminate',
});

test.each([
  ['that does not see the time', short],
  ['that sees the time', timed],
])(
  'the exact return of an agent %s is that of NumPy and of episodes within 3 standard errors, with the mode and with draws',
  async (_, config) => {
    const { agent } = await train(config);
    const env = await makeEnv(config, 32, {});
    for (const deterministic of config === timed ? [false] : [true, false]) {
      const exact = await evaluateExactly(agent, { deterministic });
      const table = policyTable(agent, env.singleObservationSpace, 100, deterministic);
      const tables = Array.from({ length: config === timed ? 100 : 1 }, (_, t) => [...table(t)]);
      const [value, best] = python<[number, number]>(INDUCTION, { id: 'FrozenLake-v1', steps: 100, tables });
      expect(exact.policyReturn).toBeCloseTo(value, 12);
      expect(exact.optimum).toBeCloseTo(best, 12);
      const { mean, std, returns } = await evaluatePolicy(env, agent.core, {
        episodes: 128,
        seed: 7,
        deterministic,
      });
      expect(Math.abs(mean - exact.policyReturn)).toBeLessThan((3 * std) / Math.sqrt(returns.length) + 1e-12);
    }
    await env.close();
  },
);

test('the time limit of evaluations is that of the exact return, too', async () => {
  const { agent } = await train({ ...short, evaluation: { ...short.evaluation, maxEpisodeSteps: 20 } });
  const exact = await evaluateExactly(agent, { deterministic: false });
  const env = await makeEnv(short, 1, {});
  const tables = [[...policyTable(agent, env.singleObservationSpace, 20, false)(0)]];
  await env.close();
  const [value, best] = python<[number, number]>(INDUCTION, { id: 'FrozenLake-v1', steps: 20, tables });
  expect(exact.policyReturn).toBeCloseTo(value, 12);
  expect(exact.optimum).toBeCloseTo(best, 12);
});

test('eval --exact prints the return, the optimum and the ratio; an environment without P is refused', async () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [program, 'eval', ...args], { encoding: 'utf8' });
  const checkpoint = join(folder(), 'lake.mf');
  const { agent } = await train({ ...short, totalSteps: 1000 }, { checkpoint });
  const { policyReturn, optimum, ratio } = await evaluateExactly(agent, { deterministic: true });
  const [text, json] = [run(checkpoint, '--exact').stdout, run(checkpoint, '--exact', '--json').stdout];
  expect(text).toContain(
    `FrozenLake-v1: exact return ${policyReturn.toFixed(4)}, exact optimum ${optimum.toFixed(4)} within 100 steps`,
  );
  expect(JSON.parse(json)).toMatchObject({ policyReturn, optimum, ratio });

  const other = join(folder(), 'cart.mf');
  await train({ ...readPreset('CartPole-v1'), totalSteps: 256, evaluation: { episodes: 1 } }, { checkpoint: other });
  const refused = run(other, '--exact');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(/CartPole-v1 has no transition table P; expected .*Leave --exact out/);
});
