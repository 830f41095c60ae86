import { describe, expect, it } from 'vitest';
import { numpyGenerator } from '../../src/numeric/numpyRandom.js';
import { runPython } from '../spaces/runPython.js';

const DRAWS = 40;
const SPECIAL = [0, 1, 2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, 2 ** 52 + 12345, 2 ** 53 - 1];
const SEEDS = [...SPECIAL, ...Array.from({ length: 500 }, (_, i) => 7 * i + 3)];

describe('numpyGenerator', () => {
  it('draws the numbers of NumPy’s Generator(PCG64(seed)), to the bit, for 510 seeds', () => {
    const expected = runPython(new URL('python/numpy_answers.py', import.meta.url), { seeds: SEEDS, draws: DRAWS });
    const drawn = SEEDS.map((seed) => {
      const { random, uniform } = numpyGenerator(seed);
      const numbers = Array.from({ length: DRAWS }, random);
      return [...numbers, ...Array.from({ length: DRAWS }, () => uniform(-0.05, 0.05))];
    });
    expect(drawn).toEqual(expected);
  });

  it.each([-1, 0.5, 2 ** 53, NaN])('refuses the seed %s', (seed) => {
    expect(() => numpyGenerator(seed)).toThrow(RangeError);
  });
});
