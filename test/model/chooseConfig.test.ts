import { expect, test } from 'vitest';
import { chooseConfig, parseConfig } from '../../src/agent/index.js';
import { makeModel } from '../../src/model/model.js';
import {
  Box,
  Dict,
  Discrete,
  Graph,
  MultiBinary,
  MultiDiscrete,
  type Space,
  Text,
  Tuple,
} from '../../src/spaces/index.js';

const choose = (observationSpace: Space, actionSpace: Space = new Discrete(2), limit: number | null = 100) =>
  chooseConfig({
    env: { id: 'Some-v0' },
    observationSpace,
    actionSpace,
    maxEpisodeSteps: limit,
    rewardThreshold: 7,
  });

const unbounded = (n: number) => new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [n]);
const miniGrid = new Dict({
  image: new Box(0, 255, [7, 7, 3], 'uint8'),
  direction: new Discrete(4),
  mission: new Text(6),
});

test.each<[string, Space, Space, object]>([
  [
    'a Discrete',
    new Discrete(16),
    new Discrete(4),
    { features: { type: 'oneHot' }, critic: { lambda: 0, window: 391 } },
  ],
  [
    'a Tuple of Discretes',
    new Tuple([new Discrete(32), new Discrete(11), new Discrete(2)]),
    new Discrete(2),
    { features: { type: 'oneHot' } },
  ],
  [
    'a small Box',
    new Box(0, 1, [2]),
    new MultiDiscrete([2, 3]),
    { features: { type: 'tileCoding', tilings: 8, tiles: 8 }, critic: { type: 'td', lambda: 0.9 } },
  ],
  [
    'an unbounded Box of 4',
    unbounded(4),
    new Discrete(2),
    { features: { type: 'fourier', order: 3 }, observations: { scaling: 'running' } },
  ],
  [
    'a Box of 6',
    new Box(-1, 1, [6]),
    new Discrete(3),
    { features: { type: 'tileCoding', tilings: 16 }, critic: { type: 'td' } },
  ],
  ['a Box of 10', unbounded(10), new Discrete(3), { features: { type: 'fourier', order: 2, maxNonZero: 2 } }],
  ['a Box of 17', unbounded(17), new MultiBinary(2), { features: { type: 'polynomial', degree: 2 } }],
  [
    'an image',
    new Box(0, 255, [96, 96, 3], 'uint8'),
    new Discrete(5),
    { observations: { image: 10 }, features: { type: 'polynomial', degree: 1 } },
  ],
  ['a Dict of all sorts', miniGrid, new Discrete(3), { features: { type: 'polynomial', degree: 1 } }],
  [
    'Box actions',
    new Box(-1, 1, [3]),
    new Box(-2, 2, [1]),
    { actions: { rule: { cells: 15 } }, features: { type: 'fourier', order: 5 }, critic: { lambda: 0, window: 391 } },
  ],
])('%s: the settings fit the rule, are a valid configuration and make a model', (_, observation, action, expected) => {
  const { config, reasons } = choose(observation, action);
  expect(config).toMatchObject({
    ...expected,
    tau: 'auto',
    actor: { mirrorStep: 'auto' },
    evaluation: { threshold: 7 },
  });
  expect(reasons.length).toBeGreaterThan(2);
  const parsed = parseConfig(config);
  const running = parsed.observations.scaling === 'running';
  const n = observation.isFlattenable ? observation.flatDim : 1;
  const scaling = running ? { low: new Array(n).fill(-1), high: new Array(n).fill(1) } : null;
  const { features } = makeModel(parsed, observation, action, scaling);
  expect(features.size).toBeGreaterThan(1);
});

test('without a time limit episodes are cut, and that is said', () => {
  const { config, reasons } = choose(new Discrete(3), new Discrete(2), null);
  expect(config.env.maxEpisodeSteps).toBe(1000);
  expect(reasons.join()).toMatch(/no time limit: episodes are cut after 1000 steps/);
});

test.each<[string, Space, Space, RegExp]>([
  [
    'a Graph',
    new Graph(new Box(0, 1, [2]), null),
    new Discrete(2),
    /Some-v0 has the observation space Graph.*env\.wrappers/,
  ],
  ['too many values', new Discrete(10 ** 6), new Discrete(2), /expected at most 100000 values/],
  ['too many numbers', unbounded(2000), new Discrete(2), /of 2000 numbers; settings are chosen for at most 700/],
  ['actions that are a Tuple', new Discrete(2), new Tuple([new Discrete(2)]), /action space Tuple.*expected Discrete/],
  ['many-dimensional actions', new Discrete(2), new Box(-1, 1, [17]), /of 17 dimensions; .* at most 6/],
])('%s is refused by name and with a remedy', (_, observation, action, message) => {
  expect(() => choose(observation, action)).toThrow(message);
});
