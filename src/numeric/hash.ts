/**
 * MurmurHash3 (Appleby, public domain; the 32-bit variant) of a tuple of integers, fed one at a time: `hashEnd` of
 * `hashStep`s from a seed. Neighbouring tuples, which tile indices are, get unrelated hashes.
 */
export function hashStep(hash: number, integer: number): number {
  let k = Math.imul(integer, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

/** The finished hash, 0 … 2³²−1. @param count integers fed */
export function hashEnd(hash: number, count: number): number {
  let h = hash ^ (4 * count);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
