import { beforeAll, describe, expect, test } from 'vitest';
import { type Choice, ConfigError, chooseConfig, train } from '../../src/agent/index.js';
import { Env } from '../../src/bridge/index.js';
import { PYTHON_PATH, serveOwn } from '../bridge/setup.js';

process.env.PYTHONPATH = PYTHON_PATH;

// One server tells the spaces of all pairs.
let endpoint: string;
beforeAll(() => {
  const server = serveOwn('space_pairs');
  endpoint = server.endpoint;
  return server.stop;
});

/** Each starts two or three processes, several at a time. */
const SLOW = { timeout: 300_000 };

/** The names of an observation and an action space of space_pairs.py. */
type Pair = { observation?: string; action?: string };

/** Settings for an environment of these spaces, chosen as `mirrorflow train` chooses them. */
async function choose(kwargs: Pair): Promise<Choice> {
  const env = { id: 'space_pairs:mirrorflow-test/SpacePair-v0', kwargs };
  const made = await Env.connect(endpoint, env.id, { kwargs });
  await made.close();
  return chooseConfig({ env, observationSpace: made.observationSpace, actionSpace: made.actionSpace });
}

/** Two updates and more by the settings chosen, in small batches. @returns the reasons */
async function trained(kwargs: Pair): Promise<string> {
  const { config, reasons } = await choose(kwargs);
  let updates = 0;
  const { steps } = await train(
    {
      ...config,
      env: { ...config.env, numEnvs: 2 },
      totalSteps: 80,
      observations: { ...config.observations, freezeAt: 20 },
      sampler: { type: 'onPolicy', steps: 8 },
      evaluation: { every: 1000, episodes: 2 },
    },
    { onMetrics: (metrics) => (updates = metrics.updates) },
  );
  expect(updates).toBeGreaterThanOrEqual(2);
  expect(steps).toBeGreaterThan(20);
  return reasons.join('\n');
}

async function refused(kwargs: Pair): Promise<string> {
  const error = await choose(kwargs).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

describe('settings chosen from observations train two updates on the real environment', () => {
  test.concurrent.each<[string, RegExp]>([
    ['discrete', /oneHot, since the observation has 5 values/],
    ['one value', /oneHot, since the observation has 1 values/],
    ['multi discrete', /oneHot, since the observation has 12 values/],
    ['large multi discrete', /of 500 numbers/],
    ['multi binary', /of 40 numbers/],
    ['scalar', /tiles in each dimension of 1 numbers/],
    ['matrix', /of 6 numbers/],
    ['half', /of 3 numbers/],
    ['double', /of 3 numbers/],
    ['bytes', /of 4 numbers/],
    ['long', /running mean/],
    ['one number fixed', /of 2 numbers/],
    ['all numbers fixed', /of 2 numbers/],
    ['unbounded', /running mean/],
    ['partly unbounded', /running mean/],
    ['wide', /running mean/],
    ['grey image', /84×84 become 10×10 grey numbers\n/],
    ['colour image', /64×48×3 become 10×10 grey numbers\n/],
    ['channels first', /3×64×48 become 9×9 grey numbers, one grid a frame/],
    ['stacked frames', /4×84×84 become 8×8 grey numbers, one grid a frame/],
    ['large frames', /4×210×160 become 8×8 grey numbers, one grid a frame/],
    ['stacked colour frames', /2×32×32×3 become 10×10 grey numbers, one grid a frame/],
    ['floating image', /40×40×3 become 10×10/],
    ['small image', /of 147 numbers/],
    ['mission', /the text "mission" is not read\n.*of 151 numbers/],
    ['mission and picture', /the text "mission" is not read\n.*56×56×3 become 10×10.*\n.*"image", "direction", "at"/],
    ['text of letters', /the text "word" is not read\n.*of 2 numbers/],
    ['goal', /of 5 numbers/],
    ['nested', /the text "a"\."1"\."c" is not read\n.*of 6 numbers/],
    ['tuple of images', /20×30 and 3×16×16 become 8×8/],
    ['one of', /of 4 numbers/],
  ])('%s', SLOW, async (observation, reason) => {
    expect(await trained({ observation })).toMatch(reason);
  });
});

describe('settings chosen for actions train two updates, and every action is in its space', () => {
  test.concurrent.each<[string, RegExp]>([
    ['one action', /there is only one/],
    ['from a start', /./],
    ['18 actions', /./],
    ['multi discrete', /./],
    ['small dtype', /./],
    ['one combination', /there is only one/],
    ['thousands of combinations', /./],
    ['box', /15 cells in each of 1 dimensions/],
    ['scalar', /15 cells in each of 1 dimensions/],
    ['matrix', /a product of 4 truncated Gaussians/],
    ['half', /9 cells in each of 2 dimensions/],
    ['double', /9 cells in each of 2 dimensions/],
    ['one number fixed', /1 of 2 dimensions can have one value only\n.*15 cells in each of 1 dimensions/],
    ['all numbers fixed', /there is only one/],
    ['no numbers', /there is only one/],
    ['unbounded', /the space is unbounded; a Gaussian of standard deviation 1/],
    ['partly unbounded', /the space is unbounded; a Gaussian of standard deviation 1/],
    ['wide', /the space is unbounded; a Gaussian of standard deviation 1/],
    ['six', /a product of 6 truncated Gaussians/],
    ['few integers', /./],
    ['an integer', /./],
  ])('%s', SLOW, async (action, reason) => {
    expect(await trained({ action })).toMatch(reason);
  });
});

describe('what no settings fit is refused before training, in one sentence with a remedy', () => {
  test.concurrent.each<[Pair, RegExp]>([
    [{ observation: 'many values' }, /at most 100000 values.*env\.wrappers/],
    [{ observation: 'no numbers' }, /has no number that could be learned from.*env\.wrappers/],
    [{ observation: 'no numbers in the middle' }, /has no number that could be learned from.*env\.wrappers/],
    [{ observation: 'many numbers' }, /of 2000 numbers; settings are chosen for at most 700/],
    [{ observation: 'a text alone' }, /has no number that could be learned from.*env\.wrappers/],
    [{ observation: 'sequence' }, /observation space Sequence.*env\.wrappers/],
    [{ observation: 'graph' }, /observation space Graph.*env\.wrappers/],
    [{ observation: 'many frames', action: 'six' }, /at most 53 numbers.*env\.wrappers/],
    [{ action: 'many actions' }, /at most 10000 actions.*env\.wrappers/],
    [{ action: 'too many combinations' }, /has 10000000000 combinations; expected at most 10000.*env\.wrappers/],
    [{ action: 'too many bits' }, /combinations; expected at most 10000.*env\.wrappers/],
    [{ action: 'too many numbers' }, /of 17 dimensions; settings are chosen for at most 6/],
    [{ action: 'too many integers' }, /has 16777216 combinations; expected at most 10000.*env\.wrappers/],
    [{ action: 'too wide an integer' }, /combinations; expected at most 10000.*env\.wrappers/],
    [{ action: 'tuple' }, /expected Discrete, MultiDiscrete, MultiBinary or Box.*env\.wrappers/],
    [{ action: 'dict' }, /expected Discrete, MultiDiscrete, MultiBinary or Box.*env\.wrappers/],
    [{ action: 'text' }, /expected Discrete, MultiDiscrete, MultiBinary or Box.*env\.wrappers/],
    [{ action: 'sentence' }, /expected Discrete, MultiDiscrete, MultiBinary or Box.*env\.wrappers/],
  ])('%o', SLOW, async (kwargs, message) => {
    expect(await refused(kwargs)).toMatch(message);
  });
});
