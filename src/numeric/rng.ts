import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A source of random numbers whose state can be saved and restored to the bit. */
export interface Rng {
  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  next(): number;
  /** Uniform in 0 … n-1. @throws RangeError if n is not an integer in 1 … 2⁵³-1 */
  integer(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** The state, for `createRng`: four 32-bit integers, so that JSON keeps it. */
  state(): number[];
}

/**
 * A generator of type xoroshiro128+ (pure-rand).
 * @param seed an integer in 0 … 2⁵³-1, or what `state()` gave, to go on from there
 * @throws RangeError if it is neither
 */
export function createRng(seed: number | readonly number[]): Rng {
  const generator = xoroshiro128plusFromState(typeof seed === 'number' ? spread(seed) : checkState(seed));
  const rng: Rng = {
    next: () => uniformFloat64(generator),
    integer(n) {
      if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`integer(${n}): expected an integer from 1 on`);
      return uniformInt(generator, 0, n - 1);
    },
    // Box and Muller's second number is thrown away: kept, it would be a part of the state.
    normal: () => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next()),
    state: () => [...generator.getState()],
  };
  return rng;
}

/** Four well-mixed words of a seed (splitmix32), since neighbouring seeds must not give similar first numbers. */
function spread(seed: number): number[] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed ${seed}: expected an integer in 0 … ${Number.MAX_SAFE_INTEGER}`);
  }
  let state = (seed | 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b);
  return Array.from({ length: 4 }, () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    return word ^ (word >>> 15);
  });
}

function checkState(state: readonly number[]): readonly number[] {
  if (state.length !== 4 || !state.every((word) => Number.isInteger(word) && word === (word | 0))) {
    throw new RangeError(`[${state}] is no state of a generator: expected four 32-bit integers`);
  }
  if (state.every((word) => word === 0)) throw new RangeError('a state of four zeros gives only zeros');
  return state;
}
