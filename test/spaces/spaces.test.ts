import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../src/spaces/dtype.js';
import {
  Box,
  createRng,
  Dict,
  Discrete,
  fromDescription,
  fromJSON,
  NDArray,
  type SpaceValueError,
  Text,
} from '../../src/spaces/index.js';
import { flatSpace } from './anySpace.js';

describe('every space', () => {
  it('contains its samples, and they survive coercion, JSON and flattening', () => {
    fc.assert(
      fc.property(flatSpace, fc.nat(), (space, seed) => {
        const value = space.sample(createRng(seed));
        expect(space.contains(value)).toBe(true);
        const json = JSON.stringify(space.valueToJSON(value));
        const again = (x: unknown) => JSON.stringify(space.valueToJSON(x));
        expect(again(space.coerce(value))).toBe(json);
        expect(again(space.valueFromJSON(JSON.parse(json)))).toBe(json);
        expect(again(space.unflatten(space.flatten(value)))).toBe(json);
      }),
    );
  });

  it('equals the space of its description and of its JSON', () => {
    fc.assert(
      fc.property(flatSpace, (space) => {
        expect(fromDescription(space.describe()).equals(space)).toBe(true);
        expect(fromJSON(JSON.parse(JSON.stringify(space))).equals(space)).toBe(true);
      }),
    );
  });

  it('gives the same samples for the same seed', () => {
    fc.assert(
      fc.property(flatSpace, fc.nat(), (space, seed) => {
        const sample = () => JSON.stringify(space.valueToJSON(space.sample(createRng(seed))));
        expect(sample()).toBe(sample());
      }),
    );
  });
});

describe('a value that is not in its space', () => {
  it('is refused with the entry, the value and the bounds', () => {
    const box = new Box([0, -1], [1, 1]);
    expect(() => box.coerce([0.5, 2])).toThrow('entry 1 is 2, expected a value from -1 to 1');
    expect(() => box.coerce([0.5, NaN])).toThrow('entry 1 is NaN');
    expect(() => box.coerce([0.5])).toThrow('shape [1], expected [2]');
    expect(() => new Discrete(3, 1).coerce(0)).toThrow('0 is no integer from 1 to 3');
    expect(() => new Discrete(3).coerce(1.5)).toThrow('1.5 is no integer');
    expect(() => new Text(2, 1, 'ab').coerce('abc')).toThrow("'abc' is no text of 1 to 2");
    expect(() => new Dict({ a: new Discrete(2) }).coerce({ b: 1 })).toThrow('the keys a; got the keys b');
  });

  it('names its environment in a batch', () => {
    const error = (f: () => unknown): SpaceValueError => {
      try {
        f();
      } catch (caught) {
        return caught as SpaceValueError;
      }
      throw new Error('nothing was thrown');
    };
    expect(error(() => new Discrete(2).coerceBatch([0, 1, 2], 3))).toMatchObject({ index: 2, value: 2 });
    expect(
      error(() =>
        new Box(0, 1, [2]).coerceBatch(
          [
            [0, 1],
            [0, 5],
          ],
          2,
        ),
      ),
    ).toMatchObject({ index: 1 });
    expect(error(() => new Text(1, 1, 'a').coerceBatch(['a', 'b'], 2))).toMatchObject({ index: 1, value: 'b' });
    expect(error(() => new Discrete(2).coerceBatch([0], 2)).message).toContain('shape [1], expected [2]');
  });
});

describe('Discrete', () => {
  it('travels as int32, or as int64 where its bounds need more', () => {
    expect(new Discrete(2).coerceBatch([0, 1], 2).data).toBeInstanceOf(Int32Array);
    expect(new Discrete(2, 2 ** 31).coerceBatch([2 ** 31], 1).data).toBeInstanceOf(BigInt64Array);
  });

  it('takes an Int32Array without copying it', () => {
    const actions = Int32Array.from([0, 1, 1]);
    expect(new Discrete(2).coerceBatch(actions, 3).data).toBe(actions);
  });
});

describe('Text of any characters', () => {
  const text = new Text(2 ** 23, 0, null);

  it('has every string that is not too long', () => {
    expect(text.contains('go to the grüne door €𝜋, please')).toBe(true);
    expect(text.contains('')).toBe(true);
    expect(new Text(2, 0, null).contains('𝜋𝜋')).toBe(true);
    expect(new Text(2, 0, null).contains('abc')).toBe(false);
    expect(text.contains(3)).toBe(false);
    expect(() => new Text(2, 1, null).coerce('')).toThrow(/no text of 1 to 2 of any characters/);
  });

  it('is described with the charset null, which no other Text has', () => {
    expect(text.describe()).toEqual({ type: 'Text', min_length: 0, max_length: 8388608, charset: null });
    expect(fromJSON(JSON.parse(JSON.stringify(text))).equals(text)).toBe(true);
    expect(text.equals(new Text(2 ** 23, 0))).toBe(false);
    expect(() => fromJSON({ type: 'Text', min_length: 0, max_length: 3, charset: 7 })).toThrow(/charset is 7/);
  });

  it('flattens to code points, as many as it has, so that a Dict with one has no fixed flat size', () => {
    expect(text.flatten('aé𝜋')).toEqual(Float64Array.of(97, 233, 0x1d70b));
    expect(text.unflatten(Float64Array.of(97, 233, 0x1d70b))).toBe('aé𝜋');
    const dict = new Dict({ mission: text, n: new Discrete(2) });
    expect(dict.isFlattenable).toBe(false);
    expect(() => text.flatDim).toThrow(RangeError);
    expect(dict.unflatten(dict.flatten({ mission: 'hi', n: 1 }))).toEqual({ mission: 'hi', n: 1 });
  });

  it('samples short strings of letters and digits', () => {
    for (let i = 0; i < 20; i++) expect(text.sample(createRng(i))).toMatch(/^[0-9A-Za-z]{0,32}$/);
  });
});

describe('Box', () => {
  it('takes doubles for a float32 box, but does not contain an array of doubles', () => {
    const box = new Box(-1, 1, [2]);
    expect(box.coerce(Float64Array.from([0.1, 0.2])).data).toBeInstanceOf(Float32Array);
    expect(box.contains(new NDArray(new Float64Array(2), [2], 'float64'))).toBe(false);
    expect(box.contains(new NDArray(new Int8Array(2), [2], 'int8'))).toBe(true);
  });

  it('without bounds for integers has those of the dtype, as in Gymnasium', () => {
    expect(new Box(-Infinity, Infinity, [1], 'int8').bounds(0)).toEqual([-128, 127]);
    expect(new Box(-Infinity, Infinity, [1], 'int64').bounds(0)).toEqual([-(2n ** 63n), 2n ** 63n - 1n]);
  });

  it('refuses bounds that are the wrong way round', () => {
    expect(() => new Box(1, 0, [2])).toThrow('entry 0 has the bounds 1 and 0');
  });
});

describe('NDArray', () => {
  it('gives rows and slices that are views', () => {
    const array = NDArray.from(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      'float32',
    );
    expect(array.row(1).toJSON()).toEqual([3, 4]);
    expect(array.slice(1, 3).toJSON()).toEqual([
      [3, 4],
      [5, 6],
    ]);
    array.data[2] = 9;
    expect(array.row(1).toJSON()).toEqual([9, 4]);
    expect(() => array.row(3)).toThrow(RangeError);
  });

  it('refuses ragged lists, strangers and numbers out of the range of the dtype', () => {
    expect(() => NDArray.from([[1, 2], [3]], 'float32')).toThrow('not of one length');
    expect(() => NDArray.from([null], 'float32')).toThrow('null is no number');
    expect(() => NDArray.from([256], 'uint8')).toThrow('256 is out of the range of uint8');
    expect(() => NDArray.from([0.5], 'int32')).toThrow('0.5 is no integer');
  });
});

describe('half precision', () => {
  it('comes back to the same bits for all 65,536 of them', () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const x = fromHalf(bits);
      if (Number.isNaN(x)) expect(Number.isNaN(fromHalf(toHalf(x)))).toBe(true);
      else if (bits !== 0x8000) expect(toHalf(x)).toBe(bits);
    }
  });

  it('rounds to nearest, ties to even', () => {
    expect(fromHalf(toHalf(1 + 2 ** -11))).toBe(1);
    expect(fromHalf(toHalf(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9);
    expect(fromHalf(toHalf(65_519))).toBe(65_504);
    expect(fromHalf(toHalf(65_520))).toBe(Infinity);
  });
});
