import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinInfos, joinLists } from '../../src/bridge/env/join.js';
import { VectorEnv } from '../../src/bridge/index.js';
import { NDArray } from '../../src/spaces/index.js';
import { OWN, serveOwn } from './setup.js';

let endpoint: string;
beforeAll(() => {
  const server = serveOwn('bridge_test_envs');
  endpoint = server.endpoint;
  return server.stop;
});

type Recipe = [kind: string, content: unknown];
const ENVS = 4;

/** The infos of a reset whose environment i has the info of recipe i. */
async function infoOf(recipes: Recipe[], servers: number): Promise<Record<string, unknown>> {
  const options = { numEnvs: ENVS, servers, kwargs: { recipes }, imports: OWN.imports };
  const env = await VectorEnv.connect(endpoint, 'bridge-test/Infos-v0', options);
  try {
    return (await env.reset({ seed: 0 }))[1];
  } finally {
    await env.close();
  }
}

const int: fc.Arbitrary<Recipe> = fc.tuple(fc.constant('int'), fc.integer());
const float: fc.Arbitrary<Recipe> = fc.tuple(fc.constant('float'), fc.double({ noNaN: true }));
const bool: fc.Arbitrary<Recipe> = fc.tuple(fc.constant('bool'), fc.boolean());
const array = (dtype: string, length: number): fc.Arbitrary<Recipe> =>
  fc.array(fc.nat(100), { minLength: length, maxLength: length }).map((values) => ['array', { values, dtype }]);
const plainKinds: fc.Arbitrary<Recipe>[] = [
  int,
  float,
  bool,
  fc.tuple(fc.constant('str'), fc.string({ unit: 'grapheme-ascii' })),
  fc.tuple(fc.constant('np.bool'), fc.boolean()),
  fc.tuple(fc.constant('list'), fc.array(fc.string({ unit: 'grapheme-ascii' }), { maxLength: 2 })),
  array('float32', 2),
  array('int8', 3),
  array('uint64', 1),
  array('bool', 2),
];
const KEYS = ['a', 'constructor', '__proto__', 'toString', '$x'];

/** For each key one kind of value, which some of the environments have. */
const infosOfOneKind = fc.tuple(...KEYS.map(() => fc.nat(plainKinds.length - 1))).chain((kinds) => {
  const some = kinds.map((kind, k) => fc.option(plainKinds[kind].map((value) => [KEYS[k], value] as const)));
  const dict = fc.tuple(...some).map((entries) => ['dict', entries.filter((entry) => entry !== null)] as Recipe);
  const nested = fc
    .tuple(dict, fc.option(dict))
    .map(([[, outer], inner]) => ['dict', [...(outer as []), ...(inner ? [['inner', inner]] : [])]] as Recipe);
  return fc.array(nested, { minLength: ENVS, maxLength: ENVS });
});

describe('the infos of several servers', () => {
  it('are what one server with all environments gives, where each key has one kind of value', async () => {
    await fc.assert(
      fc.asyncProperty(infosOfOneKind, fc.constantFrom(2, 4), async (recipes, servers) => {
        const [one, several] = await Promise.all([infoOf(recipes, 1), infoOf(recipes, servers)]);
        // Node's own: Vitest's takes a key `constructor` for the class.
        deepStrictEqual(several, one);
      }),
      { seed: 14, numRuns: 60 },
    );
  });

  it.each<[string, Recipe[], NDArray | unknown[]]>([
    [
      'an int and a float',
      [
        ['int', 1],
        ['int', 2],
        ['float', 2.5],
        ['float', 0.5],
      ],
      NDArray.from([1, 2, 2.5, 0.5], 'float64'),
    ],
    [
      'a bool and an int',
      [
        ['bool', true],
        ['bool', false],
        ['int', 7],
        ['int', 0],
      ],
      NDArray.from([1, 0, 7, 0], 'int64'),
    ],
    [
      'a large int and a float',
      [
        ['int', 2 ** 53 - 1],
        ['int', 1],
        ['float', 2.5],
        ['float', 0],
      ],
      NDArray.from([2 ** 53 - 1, 1, 2.5, 0], 'float64'),
    ],
    [
      'an int and a text',
      [
        ['int', 1],
        ['int', 2],
        ['str', 'a'],
        ['str', ''],
      ],
      [1, 2, 'a', ''],
    ],
    [
      'a bool and a text',
      [
        ['bool', true],
        ['bool', false],
        ['str', 'a'],
        ['str', 'b'],
      ],
      [true, false, 'a', 'b'],
    ],
    [
      'a map and an int',
      [
        ['dict', [['x', ['int', 1]]]],
        ['dict', []],
        ['int', 2],
        ['int', 3],
      ],
      [{ x: 1 }, {}, 2, 3],
    ],
    [
      'arrays of two shapes',
      [1, 1, 2, 2].map((n) => ['array', { values: Array(n).fill(5), dtype: 'int8' }] as Recipe),
      [[5], [5], [5, 5], [5, 5]].map((values) => NDArray.from(values, 'int8')),
    ],
    [
      'arrays of two dtypes',
      ['uint8', 'uint8', 'int8', 'int8'].map((dtype) => ['array', { values: [5], dtype }] as Recipe),
      NDArray.from([[5], [5], [5], [5]], 'int16'),
    ],
  ])('of two kinds, %s, keep every value', async (_, values, expected) => {
    const info = await infoOf(
      values.map((value) => ['dict', [['key', value]]]),
      2,
    );
    expect(info.key).toEqual(expected);
    expect(info._key).toEqual(new NDArray(Uint8Array.of(1, 1, 1, 1), [4], 'bool'));
  });

  it('have null, not a zero, in a list for an environment without the key', async () => {
    const some = ['dict', [['key', ['int', 1]]]] as Recipe;
    const text = ['dict', [['key', ['str', 'a']]]] as Recipe;
    const info = await infoOf([some, ['dict', []], text, ['dict', []]], 2);
    expect(info.key).toEqual([1, null, 'a', null]);
    expect(info._key).toEqual(new NDArray(Uint8Array.of(1, 0, 1, 0), [4], 'bool'));
  });
});

it('an int that no float holds is kept beside a float', () => {
  const big = 2n ** 53n + 1n;
  const infos = [{ key: NDArray.from([big], 'int64') }, { key: NDArray.from([2.5], 'float64') }];
  expect(joinInfos(infos, [1, 1])).toEqual({ key: [big, 2.5] });
});

it('what native vector environments say as a whole is kept where it is the same, else one entry an environment', () => {
  expect(joinInfos([{ day: 'Monday' }, { day: 'Monday' }], [2, 1])).toEqual({ day: 'Monday' });
  expect(joinInfos([{ count: 3 }, { count: 5 }], [2, 1])).toEqual({ count: [3, 3, 5] });
  expect(joinLists([7, [1, 2]], [2, 2])).toEqual([7, 7, 1, 2]);
  const rows = NDArray.from(
    [
      [1, 2],
      [3, 4],
    ],
    'float32',
  );
  expect(joinLists([rows, rows], [2, 2])).toEqual([0, 1, 0, 1].map((i) => rows.row(i)));
});
