/** Random numbers of NumPy's `Generator(PCG64(seed))`, which is Gymnasium's `np_random`, to the bit. */
export interface NumpyGenerator {
  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  random(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
}

/** PCG's multiplier for 128 bits, in limbs of 16 bits, least first (O'Neill, "PCG", 2014). */
const MULTIPLIER = limbsOf([0x9fccf645, 0x4385df64, 0x1fc65da4, 0x2360ed05]);

/**
 * @param seed an integer in 0 … 2⁵³-1
 * @throws RangeError if it is none
 */
export function numpyGenerator(seed: number): NumpyGenerator {
  const w = seedWords(seed);
  // Each uint64 of the seed sequence has its low word first, each 128-bit number its high uint64 first.
  const increment = limbsOf([
    (w[6] << 1) | 1,
    (w[7] << 1) | (w[6] >>> 31),
    (w[4] << 1) | (w[7] >>> 31),
    (w[5] << 1) | (w[4] >>> 31),
  ]);
  const state = Float64Array.from(increment);
  add(state, limbsOf([w[2], w[3], w[0], w[1]]));
  advance(state, increment);
  const random = () => {
    advance(state, increment);
    return output(state);
  };
  return { random, uniform: (low, high) => low + (high - low) * random() };
}

/** state ← state · MULTIPLIER + increment, modulo 2¹²⁸. */
function advance(state: Float64Array, increment: Float64Array): void {
  let carry = 0;
  for (let i = 7; i >= 0; i--) {
    // From the highest limb down, so that the lower ones are still the old: each sum of at most 8 products is below 2⁵³.
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += state[j] * MULTIPLIER[i - j];
    state[i] = sum + increment[i];
  }
  for (let i = 0; i < 8; i++) {
    const sum = state[i] + carry;
    carry = Math.floor(sum / 65536);
    state[i] = sum - carry * 65536;
  }
}

function add(state: Float64Array, other: Float64Array): void {
  let carry = 0;
  for (let i = 0; i < 8; i++) {
    const sum = state[i] + other[i] + carry;
    carry = sum >= 65536 ? 1 : 0;
    state[i] = sum - carry * 65536;
  }
}

/** PCG's XSL-RR: the halves xored, rotated by the upper six bits; of these 64 bits the upper 53 as a double. */
function output(state: Float64Array): number {
  const low = (state[0] ^ state[4]) | ((state[1] ^ state[5]) << 16);
  const high = (state[2] ^ state[6]) | ((state[3] ^ state[7]) << 16);
  const rotation = state[7] >>> 10;
  const [a, b] = rotation < 32 ? [low, high] : [high, low];
  const r = rotation & 31;
  const lower = r === 0 ? a : (a >>> r) | (b << (32 - r));
  const upper = r === 0 ? b : (b >>> r) | (a << (32 - r));
  return ((upper >>> 0) * 2 ** 21 + (lower >>> 11)) * 2 ** -53;
}

/** `SeedSequence(seed).generate_state(8)` (O'Neill's seed_seq_fe128, as NumPy has it). */
function seedWords(seed: number): Int32Array {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed ${seed}: expected an integer in 0 … ${Number.MAX_SAFE_INTEGER}`);
  }
  let constant = 0x43b0d7e5;
  const hash = (word: number) => {
    const mixed = word ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const product = Math.imul(mixed, constant);
    return product ^ (product >>> 16);
  };
  const pool = Int32Array.of(seed, Math.floor(seed / 2 ** 32), 0, 0).map(hash);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const mixed = Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hash(pool[from]));
      pool[to] = mixed ^ (mixed >>> 16);
    }
  }
  let generated = 0x8b51f9dd;
  return Int32Array.from({ length: 8 }, (_, i) => {
    const mixed = pool[i % 4] ^ generated;
    generated = Math.imul(generated, 0x58f38ded);
    const product = Math.imul(mixed, generated);
    return product ^ (product >>> 16);
  });
}

/** Four words of 32 bits as eight limbs of 16 bits, least first. */
function limbsOf(words: readonly number[]): Float64Array {
  return Float64Array.from(words.flatMap((word) => [word & 0xffff, word >>> 16]));
}
