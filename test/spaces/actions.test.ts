import { describe, expect, it } from 'vitest';
import { Box, Dict, Discrete, MultiBinary, MultiDiscrete, NDArray, Tuple } from '../../src/spaces/index.js';

const box = new Box(-1, 1, [2]);
const rows = NDArray.from(
  [
    [0.5, -0.5],
    [1, 0],
  ],
  'float32',
);

describe('a batch of actions', () => {
  it.each<[string, unknown]>([
    ['an NDArray', rows],
    ['one typed array', Float32Array.of(0.5, -0.5, 1, 0)],
    ['a typed array of another dtype', Float64Array.of(0.5, -0.5, 1, 0)],
    [
      'lists in a list',
      [
        [0.5, -0.5],
        [1, 0],
      ],
    ],
    ['a flat list', [0.5, -0.5, 1, 0]],
    ['a list of typed arrays', [Float32Array.of(0.5, -0.5), Float32Array.of(1, 0)]],
    ['a list of NDArrays', [rows.row(0), rows.row(1)]],
    ['a list of a typed array and a list', [Float32Array.of(0.5, -0.5), [1, 0]]],
  ])('of a Box may be %s', (_, actions) => {
    expect(box.coerceBatch(actions, 2)).toEqual(rows);
  });

  it.each<[string, unknown]>([
    ['a list', [0, 2, 1]],
    ['a list of bigints', [0n, 2n, 1n]],
    ['an Int32Array', Int32Array.of(0, 2, 1)],
    ['an Uint8Array', Uint8Array.of(0, 2, 1)],
    ['a BigInt64Array', BigInt64Array.of(0n, 2n, 1n)],
    ['a Float64Array', Float64Array.of(0, 2, 1)],
    ['an NDArray', NDArray.from([0, 2, 1], 'int64')],
  ])('of a Discrete may be %s', (_, actions) => {
    expect(new Discrete(3).coerceBatch(actions, 3)).toEqual(NDArray.from([0, 2, 1], 'int32'));
  });

  it('of int64 may have bigints, alone too', () => {
    const big = new Box(0n, 2n ** 62n, [1], 'int64');
    expect(big.coerceBatch([[2n ** 62n], [1]], 2).data).toEqual(BigInt64Array.of(2n ** 62n, 1n));
    expect(big.coerce(2n ** 61n).data).toEqual(BigInt64Array.of(2n ** 61n));
  });

  it('of MultiDiscrete and MultiBinary may be lists of typed arrays and booleans', () => {
    expect(new MultiDiscrete([3, 4]).coerceBatch([Int32Array.of(2, 3), Uint8Array.of(0, 1)], 2).toJSON()).toEqual([
      [2, 3],
      [0, 1],
    ]);
    expect(new MultiBinary(2).coerceBatch([[true, false], Uint8Array.of(1, 1)], 2).toJSON()).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('of a Dict may be a batch or a list of one value an environment', () => {
    const space = new Dict({ gear: new Discrete(3), wheel: box });
    const batch = { gear: NDArray.from([1, 2], 'int32'), wheel: rows };
    expect(space.coerceBatch({ gear: [1, 2], wheel: rows }, 2)).toEqual(batch);
    const values = [
      { gear: 1, wheel: Float32Array.of(0.5, -0.5) },
      { gear: 2, wheel: [1, 0] },
    ];
    expect(space.coerceBatch(values, 2)).toEqual(batch);
    expect(() => space.coerceBatch(values, 3)).toThrow('expected 3 values, one an environment; got 2');
    expect(() => space.coerceBatch([values[0], { gear: 7, wheel: [1, 0] }], 2)).toThrow('7 is no integer from 0 to 2');
  });

  it('of a Tuple may be a batch, or a list of one value an environment where that can be no batch', () => {
    const space = new Tuple([new Discrete(3), box, new Discrete(2)]);
    const batch = [NDArray.from([1, 2], 'int32'), rows, NDArray.from([0, 1], 'int32')];
    expect(space.coerceBatch([[1, 2], rows, [0, 1]], 2)).toEqual(batch);
    expect(
      space.coerceBatch(
        [
          [1, Float32Array.of(0.5, -0.5), 0],
          [2, [1, 0], 1],
        ],
        2,
      ),
    ).toEqual(batch);
    expect(() =>
      space.coerceBatch(
        [
          [1, [0, 0], 0],
          [2, [1, 0], 5],
        ],
        2,
      ),
    ).toThrow('5 is no integer from 0 to 1');
    // As many entries as environments: always Gymnasium's reading, a batch.
    const pair = new Tuple([new Discrete(3), new Discrete(4)]);
    const read = pair.coerceBatch(
      [
        [0, 1],
        [2, 3],
      ],
      2,
    );
    expect(read).toEqual([NDArray.from([0, 1], 'int32'), NDArray.from([2, 3], 'int32')]);
    expect(() =>
      pair.coerceBatch(
        [
          [0, 3],
          [2, 3],
        ],
        2,
      ),
    ).toThrow('3 is no integer from 0 to 2');
  });

  it('of a wrong length, or of arrays of several, is refused', () => {
    expect(() => box.coerceBatch([Float32Array.of(0, 0)], 2)).toThrow('shape [1,2], expected [2,2]');
    expect(() => box.coerceBatch([Float32Array.of(0, 0), Float32Array.of(0)], 2)).toThrow('not of one length');
    expect(() => box.coerceBatch([Float32Array.of(0), Float32Array.of(0)], 2)).toThrow('shape [2,1], expected [2,2]');
    expect(() => new Discrete(2).coerceBatch(Float32Array.of(0.5, 1), 2)).toThrow('0.5 is no integer');
  });
});
