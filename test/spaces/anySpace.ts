import fc from 'fast-check';
import {
  Box,
  Dict,
  Discrete,
  type DType,
  Graph,
  MultiBinary,
  MultiDiscrete,
  OneOf,
  Sequence,
  type Space,
  Text,
  Tuple,
} from '../../src/spaces/index.js';

const shape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });

const bounded = fc
  .record({
    dtype: fc.constantFrom<DType>('float16', 'float32', 'float64', 'int8', 'int16', 'int32', 'int64'),
    low: fc.integer({ min: -9, max: 9 }),
    width: fc.nat(9),
    shape,
  })
  .map(({ dtype, low, width, shape }) => new Box(low, low + width, shape, dtype));

const unsigned = fc
  .tuple(fc.constantFrom<DType>('bool', 'uint8', 'uint16', 'uint32', 'uint64'), shape)
  .map(([dtype, shape]) => new Box(0, dtype === 'bool' ? 1 : 200, shape, dtype));

const unbounded = fc
  .record({
    dtype: fc.constantFrom<DType>('float32', 'float64'),
    low: fc.constantFrom(0, -Infinity),
    high: fc.constantFrom(7, Infinity),
    shape,
  })
  .map(({ dtype, low, high, shape }) => new Box(low, high, shape, dtype));

// Not the whole of int64 and uint64: Gymnasium cannot sample from those.
const wide = fc.constantFrom(
  new Box(-(2n ** 61n), 2n ** 61n, [3], 'int64'),
  new Box(2n ** 53n + 1n, 2n ** 61n + 1n, [2, 1], 'uint64'),
  new Box(-(2 ** 31), 2 ** 31 - 1, [2], 'int32'),
);

/** Bounds that differ from entry to entry. */
const uneven = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.nat(9)), { minLength: 1, maxLength: 4 }).map(
  (bounds) =>
    new Box(
      bounds.map(([low]) => low),
      bounds.map(([low, width]) => low + width),
      undefined,
      'float64',
    ),
);

const wideDiscrete = fc
  .record({
    n: fc.integer({ min: 2 ** 31, max: 2 ** 51 }),
    start: fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
  })
  .map(({ n, start }) => new Discrete(n, start));

const discrete = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: 9 }))
  .map(([n, start]) => new Discrete(n, start));

const multiDiscrete = fc.oneof(
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -9, max: 9 })), { minLength: 1, maxLength: 4 })
    .map(
      (entries) =>
        new MultiDiscrete(
          entries.map(([n]) => n),
          entries.map(([, start]) => start),
        ),
    ),
  fc.constant(
    new MultiDiscrete([
      [2, 3],
      [4, 5],
    ]),
  ),
);

const multiBinary = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
  .map((s) => new MultiBinary(s));

const text = fc
  .tuple(fc.nat(5), fc.nat(3), fc.constantFrom('añ€😀', 'xyz', "\u0001'\n"))
  .map(([least, more, charset]) => new Text(least + more, least, charset));

const box: fc.Arbitrary<Space> = fc.oneof(bounded, unsigned, unbounded, uneven);

// Gymnasium's Graph takes only these two kinds for nodes and edges.
const ofGraph: fc.Arbitrary<Space> = fc.oneof(box, discrete);

function nested(...more: fc.Arbitrary<Space>[]): fc.Arbitrary<Space> {
  return fc.letrec<{ space: Space; leaf: Space }>((tie) => ({
    leaf: fc.oneof(
      box,
      discrete,
      multiDiscrete,
      multiBinary,
      text,
      fc.tuple(ofGraph, fc.option(ofGraph)).map(([node, edge]) => new Graph(node, edge)),
      ...more,
    ),
    space: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('space'), { minLength: 1, maxLength: 3 }).map((spaces) => new Tuple(spaces)),
      fc
        .dictionary(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('$nd', '$int')), tie('space'), {
          minKeys: 1,
          maxKeys: 3,
        })
        .map((spaces) => new Dict(spaces)),
      fc.array(tie('space'), { minLength: 1, maxLength: 3 }).map((spaces) => new OneOf(spaces)),
      fc.tuple(tie('space'), fc.boolean()).map(([space, stack]) => new Sequence(space, stack)),
    ),
  })).space;
}

/** Spaces of all ten kinds, nested up to three levels deep. */
export const anySpace = nested(wide, wideDiscrete, fc.constant(new MultiDiscrete([2 ** 40, 3])));

/** Those among them whose values are not too large, or too long one-hot vectors, to be flattened. */
export const flatSpace = nested();
