import { describe, expect, test } from 'vitest';
import { ConfigError, type ConfigInput, parseConfig } from '../../src/agent/index.js';
import { makeModel } from '../../src/model/model.js';
import { Box, Dict, Discrete, Graph, MultiBinary, MultiDiscrete, type Space, Tuple } from '../../src/spaces/index.js';
import { dense } from '../support/dense.js';

const observation = new Dict({ colour: new Discrete(3), size: new Box(-1, 1, [2]) });

const base: ConfigInput = {
  env: { id: 'Some-v0' },
  totalSteps: 1,
  gamma: 0.9,
  tau: 0.1,
  features: { type: 'polynomial', degree: 1 },
  critic: { type: 'td', stepSize: 0.1 },
  actor: { mirrorStep: 1 },
};

const model = (change: Partial<ConfigInput>, space: Space = observation, action: Space = new Discrete(2)) =>
  makeModel(parseConfig({ ...base, ...change }), space, action, null);

test("Blackjack's observations, a Tuple of Discretes, are tabular with one-hot features", () => {
  const blackjack = new Tuple([new Discrete(32), new Discrete(11), new Discrete(2)]);
  expect(model({ features: { type: 'oneHot' } }, blackjack).features.state.size).toBe(704);
});

test('parts of features read the dimensions they name, with bounds of their own or of the space', () => {
  const { features } = model({
    features: {
      type: 'concatenate',
      parts: [
        { type: 'polynomial', degree: 1, dimensions: [4] },
        { type: 'polynomial', degree: 1, dimensions: [4, 3], low: [0, -1], high: [0.5, 1] },
      ],
    },
  });
  // The flat form: three entries of colour, then the two of size. Scaled to [−1,1]: 0.25 by the space, 0 in [0, 0.5]; −0.5.
  const values = dense(features.state, [0, 1, 0, -0.5, 0.25]);
  const expected = [1, 0.25].map((x) => x / Math.sqrt(4)).concat([1, -0.5, 0].map((x) => x / Math.sqrt(6)));
  expect(values).toEqual(expected.map((x) => expect.closeTo(x, 14)));
});

test('maps read the parts of a Dict that they name: oneHot numbers the values, others scale the numbers', () => {
  const space = new Dict({
    obs: new Discrete(4),
    time: new Box(0, 200, [1], 'int32'),
    seen: new MultiDiscrete([3, 2]),
  });
  const { features, observations } = model(
    {
      features: {
        type: 'concatenate',
        parts: [
          {
            type: 'product',
            parts: [
              { type: 'oneHot', key: 'obs' },
              { type: 'hat', key: 'time', knots: 3 },
            ],
          },
          { type: 'oneHot', key: 'seen' },
          { type: 'polynomial', degree: 1, key: 'time' },
        ],
      },
    },
    space,
  );
  const out = new Float64Array(2 * 3);
  const value = (obs: number, time: number, seen: number[]) => space.coerce({ obs, time: [time], seen });
  observations.write(space.batchOf([value(1, 0, [0, 0]), value(2, 50, [1, 1])]), out, 0, 0);
  // What is read twice stands once in a row: the state, the time, the number of the pair.
  expect([...out]).toEqual([1, 0, 0, 2, 50, 3]);
  const psi = dense(features.state, [...out.subarray(3)]);
  const expected = new Array<number>(4 * 3 + 6 + 2).fill(0);
  expected[2 * 3] = 0.5 / Math.sqrt(3);
  expected[2 * 3 + 1] = 0.5 / Math.sqrt(3);
  expected[12 + 3] = 1 / Math.sqrt(3);
  expected[18] = 1 / Math.sqrt(6);
  expected[19] = -0.5 / Math.sqrt(6);
  expect(psi).toEqual(expected.map((x) => expect.closeTo(x, 14)));

  const tuple = new Tuple([new Box(0, 1, [1]), new Discrete(3, 5)]);
  const second = model({ features: { type: 'oneHot', key: '1' } }, tuple);
  second.observations.write(tuple.batchOf([tuple.coerce([[0.5], 6])]), out, 0, 0);
  expect(dense(second.features.state, [out[0]])).toEqual([0, 1, 0]);
});

test('a key that is no part of the observation is answered with those there are', () => {
  const features = {
    type: 'product',
    parts: [
      { type: 'oneHot', key: 'obs' },
      { type: 'oneHot', key: 'colour' },
    ],
  } as const;
  expect(() => model({ features: { ...features, parts: [...features.parts] } })).toThrow(
    /Some-v0: features\.parts\.0\.key is "obs"; expected, for the observation space Dict\(.*, one of colour, size/,
  );
  expect(() => model({ features: { type: 'oneHot', key: 'obs' } }, new Discrete(3))).toThrow(
    /features\.key is "obs"; expected, for the observation space Discrete\(3\), no key: it is no Dict or Tuple/,
  );
  expect(() => model({ features: { type: 'oneHot', key: 'size' } })).toThrow(/"oneHot" need a Discrete/);
});

test('frozen statistics take the place of the bounds of the space', () => {
  const config = parseConfig({ ...base, features: { type: 'polynomial', degree: 1 } });
  const space = new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [1]);
  const { features } = makeModel(config, space, new Discrete(2), { low: [10], high: [20] });
  expect(dense(features.state, [20])).toEqual([Math.SQRT1_2, Math.SQRT1_2].map((x) => expect.closeTo(x, 14)));
});

test('every combination of a MultiDiscrete or MultiBinary action is an action of the agent, and each is another action of the space', () => {
  for (const [space, nodes] of [
    [new MultiDiscrete([3, 2, 4], [0, -1, 5]), 24],
    [new MultiBinary([2, 2]), 16],
  ] as const) {
    const { family, actions } = model({}, observation, space);
    expect(family.features.size).toBe(nodes);
    const written = new Set<string>();
    const out = actions.buffer(2);
    for (let node = 0; node < nodes; node++) {
      actions.write(Float64Array.of(node), 0, out, 1);
      const action = [...out.subarray(space.size)];
      expect(space.contains(space.unflatten(space.flatten(space.coerce(action))))).toBe(true);
      written.add(String(action));
    }
    expect(written.size).toBe(nodes);
  }
});

test.each<[string, Partial<ConfigInput>, Space, Space, RegExp]>([
  [
    'a dimension that is not there',
    { features: { type: 'polynomial', degree: 1, dimensions: [5] } },
    observation,
    new Discrete(2),
    /features\.dimensions has 5; expected 0 … 4, the numbers of Dict/,
  ],
  [
    'bounds of another length',
    {
      features: {
        type: 'product',
        parts: [
          { type: 'fourier', order: 1 },
          { type: 'fourier', order: 1, low: [0] },
        ],
      },
    },
    observation,
    new Discrete(2),
    /features\.parts\.1\.low has 1 and features\.parts\.1\.high 5 entries; expected the 5 of Dict/,
  ],
  [
    'no image',
    { observations: { image: 2 } },
    observation,
    new Discrete(2),
    /observations\.image is 2, but the observation space is Dict/,
  ],
  [
    'no finite space',
    { features: { type: 'oneHot' } },
    observation,
    new Discrete(2),
    /features "oneHot" need a Discrete .* Some-v0 has Dict/,
  ],
  [
    'a number of a Discrete',
    {},
    new Discrete(5),
    new Discrete(2),
    /features "polynomial" need an observation of numbers; .*Use "oneHot"/,
  ],
  [
    'no fixed size',
    {},
    new Graph(new Box(0, 1, [2]), null),
    new Discrete(2),
    /Some-v0: the observation space Graph.* has no fixed flat size/,
  ],
  [
    'too many actions',
    {},
    observation,
    new MultiBinary(14),
    /MultiBinary\(14\) has 16384 combinations; expected at most 10000.*env\.wrappers/,
  ],
  [
    'actions of another kind',
    {},
    observation,
    new Tuple([new Discrete(2)]),
    /expected Discrete, MultiDiscrete, MultiBinary or Box/,
  ],
])('%s is refused by name', (_, change, space, action, message) => {
  expect(() => model(change, space, action)).toThrow(message);
});

describe('Box actions', () => {
  const box = (d: number, bound = 1) => new Box(-bound, bound, [d]);
  const actions = (change: ConfigInput['actions'], space: Space) => model({ actions: change }, observation, space);

  test('the defaults follow from the dimension: polynomials on cells in two, quadratic and exact beyond', () => {
    expect(actions({}, box(2)).family.features).toMatchObject({ size: 6, width: 3 });
    expect(actions({}, box(6)).family.features).toMatchObject({ size: 13, width: 6 });
    const lattice = actions({ basis: { type: 'polynomial' } }, box(4));
    expect(lattice.family.features).toMatchObject({ size: 15, width: 5 });
    expect(lattice.family.highestKl).toBeCloseTo(Math.log(1021), 12);
    expect(lattice.replicas).toHaveLength(8);
  });

  test.each<[string, ConfigInput['actions'], Space, RegExp]>([
    [
      'a uniform measure without bounds',
      {},
      new Box(-1, Number.POSITIVE_INFINITY, [2]),
      /actions\.measure, dimension 0 of the action space Box.*\[-1, Infinity\]; expected finite bounds.*Gaussian/,
    ],
    [
      'a Gaussian far from the Box',
      { measure: { type: 'gaussian', mean: [0, 20], standardDeviation: 1 } },
      box(2),
      /dimension 1 .*mean 20 .*expected a part of the interval within 8 standard deviations/,
    ],
    [
      'means of another number',
      { measure: { type: 'gaussian', mean: [0, 0, 0], standardDeviation: 1 } },
      box(2),
      /actions\.measure\.mean has 3 entries; expected one number, or the 2 of/,
    ],
    ['cells of another number', { rule: { type: 'cells', cells: [3] } }, box(2), /actions\.rule\.cells has 1 entries/],
    [
      'too many nodes',
      { basis: { type: 'polynomial' }, rule: { type: 'gauss', nodes: 30 } },
      box(3),
      /30×30×30 nodes are 27000; expected at most 10000.*"lattice".*"quadratic"/,
    ],
    ['hats in a plane', { basis: { type: 'hat', knots: 3 } }, box(2), /one action dimension; this Box has 2/],
    [
      'an exact rule for others than quadratic features',
      { basis: { type: 'polynomial', degree: 2 }, rule: { type: 'exact' } },
      box(2),
      /actions\.rule "exact" with actions\.basis "polynomial"; expected the basis "quadratic"/,
    ],
  ])('%s is refused by name', (_, change, space, message) => {
    expect(() => actions(change, space)).toThrow(ConfigError);
    expect(() => actions(change, space)).toThrow(message);
  });
});
