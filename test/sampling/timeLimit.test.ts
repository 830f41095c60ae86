import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { trainingEnv } from '../../src/agent/environments.js';
import { type ConfigInput, parseConfig, readPreset, train } from '../../src/agent/index.js';
import { VectorEnv } from '../../src/bridge/index.js';
import { LinearFeatures, oneHot } from '../../src/features/index.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';
import { Policy } from '../../src/policy/policy.js';
import { discreteActionsOf } from '../../src/sampling/actions.js';
import { arrayObservations } from '../../src/sampling/arrayObservations.js';
import { estimateOccupancy } from '../../src/sampling/occupancy.js';
import { Rollout } from '../../src/sampling/rollout.js';
import { createRng, Discrete } from '../../src/spaces/index.js';

const numEnvs = 16;
const imports = ['mirrorflow_envs'];
process.env.PYTHONPATH = fileURLToPath(new URL('../../envs/mirrorflow_envs', import.meta.url));
let env: VectorEnv | undefined;
afterEach(() => env?.close());

/** ∫ 1 dd_β^π by the geometric sampler of a training environment, π even. */
async function totalMass(config: ConfigInput, perEnv: number) {
  const { env: made, gamma } = parseConfig(config);
  const { id, numEnvs: _, ...options } = trainingEnv(parseConfig(config));
  env = await VectorEnv.make(id, { ...options, numEnvs, info: false });
  const { n } = env.singleObservationSpace as Discrete;
  const actions = env.singleActionSpace as Discrete;
  const family = discreteFamily(actions.n);
  const rollout = new Rollout(env, new Policy(new LinearFeatures(oneHot(n), family.features), family), createRng(5), {
    gamma,
    cost: (reward) => -reward,
    sampler: { type: 'geometric', firstAction: 'policy' },
    seed: () => 17,
    actions: discreteActionsOf(new Discrete(actions.n)),
    observations: arrayObservations(env.singleObservationSpace)!,
  });
  await rollout.reset(0);
  expect(made.id).toBe(id);
  return estimateOccupancy(rollout, { numEnvs, gamma, perEnv, size: 1, rng: createRng(6) }, (_batch, _at, out) =>
    out.fill(1),
  );
}

const garnet: ConfigInput = {
  ...readPreset('CliffWalking-v1'),
  env: { id: 'mirrorflow/Garnet-v0', imports },
  gamma: 0.95,
  sampler: { type: 'geometric' },
};

// A Garnet never terminates: d_β^π is a probability, and so are the normalised weights of its pairs.
test('the registered limit of 100 steps costs the geometric sampler on a Garnet nothing', async () => {
  const { mean, standardError, bias } = await totalMass({ ...garnet, gamma: 0.99 }, 60);
  expect(bias).toBe(0);
  expect(mean[0]).toBeCloseTo(1, 12);
  expect(standardError[0]).toBeLessThan(1e-6);
});

test.each<[string, ConfigInput, number]>([
  ['a Garnet', { ...garnet, env: { id: 'mirrorflow/Garnet-v0', imports, maxEpisodeSteps: 20 } }, 0.95 ** 20],
  ['CliffWalking', { ...garnet, env: { id: 'CliffWalking-v1', maxEpisodeSteps: 50 }, gamma: 0.99 }, 0.99 ** 50],
])('an estimate on %s with a time limit that was asked for states the bias', async (_, config, bias) => {
  expect((await totalMass(config, 100)).bias).toBeCloseTo(bias, 12);
});

test('a training run with the geometric sampler warns once of a time limit that was asked for, and of none that it lifted', async () => {
  const warnings: string[] = [];
  const short = { totalSteps: 2000, evaluation: { every: 100_000, episodes: 1, maxEpisodeSteps: 5 } };
  const onWarning = (message: string) => warnings.push(message);
  const biases: number[] = [];
  const onMetrics = ({ samplerBias }: { samplerBias: number }) => biases.push(samplerBias);
  await train({ ...garnet, ...short }, { onWarning, onMetrics });
  expect(warnings).toEqual([]);
  expect(Math.max(...biases)).toBe(0);
  await train(
    { ...garnet, ...short, env: { id: 'mirrorflow/Garnet-v0', imports, maxEpisodeSteps: 20 } },
    { onWarning, onMetrics },
  );
  expect(biases.at(-1)).toBeCloseTo(0.95 ** 20, 12);
  expect(warnings).toEqual([
    expect.stringMatching(/truncated a trajectory of the geometric sampler after 20 steps.*0\.358/),
  ]);
});

test('the limit stays where it is the end of the process or in the state, and for the sampler that stays on the path', () => {
  const lifted = (config: Partial<ConfigInput>) => trainingEnv(parseConfig({ ...garnet, ...config })).maxEpisodeSteps;
  expect(lifted({})).toBeGreaterThan(1e9);
  expect(lifted({ truncation: 'terminate' })).toBeUndefined();
  expect(lifted({ sampler: { type: 'onPolicy' } })).toBeUndefined();
  const wrappers = [{ id: 'TimeAwareObservation' }];
  expect(lifted({ env: { id: 'CliffWalking-v1', wrappers } })).toBeUndefined();
});
