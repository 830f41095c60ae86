import { beforeAll, describe, expect, it } from 'vitest';
import {
  Box,
  createRng,
  Dict,
  Discrete,
  fromJSON,
  Graph,
  MultiBinary,
  MultiDiscrete,
  OneOf,
  Sequence,
  type Space,
  Text,
  Tuple,
} from '../../src/spaces/index.js';
import { runPython } from './runPython.js';

interface Answer {
  flatdim: number | null;
  samples: unknown[];
  flat: number[][];
  batch: string;
  contains: boolean[];
}

/** Each space as Gymnasium writes it and as we do. */
const SPACES: [python: string, space: Space][] = [
  ['Box(-1, 1, (3,), np.float32)', new Box(-1, 1, [3])],
  ['Box(-np.inf, np.inf, (2, 2), np.float64)', new Box(-Infinity, Infinity, [2, 2], 'float64')],
  ['Box(0, np.inf, (2,), np.float64)', new Box(0, Infinity, [2], 'float64')],
  ['Box(-np.inf, 3, (2,), np.float64)', new Box(-Infinity, 3, [2], 'float64')],
  ['Box(0, 255, (2, 3, 3), np.uint8)', new Box(0, 255, [2, 3, 3], 'uint8')],
  ['Box(np.array([-1, -2]), np.array([3, 4]), dtype=np.int64)', new Box([-1, -2], [3, 4], undefined, 'int64')],
  ['Box(-2, 2, (), np.float32)', new Box(-2, 2, [])],
  ['Discrete(5)', new Discrete(5)],
  ['Discrete(4, start=-2)', new Discrete(4, -2)],
  ['MultiBinary(4)', new MultiBinary(4)],
  ['MultiBinary([2, 3])', new MultiBinary([2, 3])],
  ['MultiDiscrete([3, 2, 4])', new MultiDiscrete([3, 2, 4])],
  [
    'MultiDiscrete(np.array([[3, 2], [4, 5]]), start=np.array([[1, -1], [0, 10]]))',
    new MultiDiscrete(
      [
        [3, 2],
        [4, 5],
      ],
      [
        [1, -1],
        [0, 10],
      ],
    ),
  ],
  ["Text(5, min_length=0, charset='abcz')", new Text(5, 0, 'zabc')],
  [
    'Dict({"b": Discrete(3), "a": Box(0, 1, (2,), np.float32)})',
    new Dict({ b: new Discrete(3), a: new Box(0, 1, [2]) }),
  ],
  ['Tuple([Discrete(3), MultiBinary(2)])', new Tuple([new Discrete(3), new MultiBinary(2)])],
  ['OneOf([Discrete(3), Box(0, 1, (2,), np.float32)])', new OneOf([new Discrete(3), new Box(0, 1, [2])])],
  ['Sequence(Box(0, 1, (2,), np.float32))', new Sequence(new Box(0, 1, [2]))],
  ['Sequence(Discrete(3), stack=True)', new Sequence(new Discrete(3), true)],
  ['Graph(Box(-1, 1, (2,), np.float32), Discrete(3))', new Graph(new Box(-1, 1, [2]), new Discrete(3))],
  ['Graph(Discrete(4), None)', new Graph(new Discrete(4))],
  [
    'Dict(x=Tuple([Text(2, charset="ab"), Discrete(2)]), y=Sequence(Discrete(2)))',
    new Dict({ x: new Tuple([new Text(2, 1, 'ab'), new Discrete(2)]), y: new Sequence(new Discrete(2)) }),
  ],
];

const rng = createRng(1);
const drawn = SPACES.map(([, space]) => Array.from({ length: 20 }, () => space.sample(rng)));
let answers: Answer[];

beforeAll(() => {
  const questions = SPACES.map(([python, space], i) => ({
    space: python,
    values: drawn[i].map((value) => space.valueToJSON(value)),
  }));
  answers = runPython(new URL('python/gymnasium_spaces.py', import.meta.url), questions) as Answer[];
});

describe.each(SPACES.map(([python, space], i) => ({ python, space, i })))('$python', ({ space, i }) => {
  it('contains what Gymnasium samples, and Gymnasium contains what it samples', () => {
    const { samples, contains } = answers[i];
    for (const sample of samples) expect(space.contains(space.valueFromJSON(sample))).toBe(true);
    for (const value of drawn[i]) expect(space.contains(value)).toBe(true);
    expect(contains).toEqual(contains.map(() => true));
  });

  it("flattens into Gymnasium's layout, and back", () => {
    const { flatdim, flat, samples } = answers[i];
    samples.forEach((sample, k) => {
      const value = space.valueFromJSON(sample);
      const ours = space.flatten(value);
      if (flatdim !== null) {
        expect(space.flatDim).toBe(flatdim);
        expect(Array.from(ours as Float64Array)).toEqual(flat[k]);
      } else {
        expect(() => space.flatDim).toThrow(RangeError);
      }
      expect(space.valueToJSON(space.unflatten(ours))).toEqual(space.valueToJSON(value));
    });
  });

  it('has the batch space that Gymnasium has', () => {
    expect(`'${space.batch(3).type}'`).toBe(answers[i].batch);
  });

  it('is the same space after a journey through JSON', () => {
    const back = fromJSON(JSON.parse(JSON.stringify(space)));
    expect(back.equals(space)).toBe(true);
    expect(String(back)).toBe(String(space));
  });

  it('gives batches whose entries, slices and joins are the values', () => {
    const values = drawn[i].slice(0, 4);
    const batch = space.batchOf(values);
    expect(space.batch(4).contains(batch)).toBe(true);
    expect(space.batchLength(batch)).toBe(4);
    const joined = space.batchConcat([space.batchSlice(batch, 0, 1), space.batchSlice(batch, 1, 4)]);
    for (let k = 0; k < 4; k++) {
      expect(space.valueToJSON(space.batchItem(joined, k))).toEqual(space.valueToJSON(values[k]));
    }
    expect(space.coerceBatch(batch, 4)).toEqual(batch);
  });
});

it('no two of these spaces are equal', () => {
  for (const [, a] of SPACES) for (const [, b] of SPACES) expect(a.equals(b)).toBe(a === b);
});
