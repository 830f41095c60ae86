/** Entries of a list of vectors at most: more is taken for a mistake rather than for memory to be filled. */
const MAX_ENTRIES = 2 ** 24;

/** Which vectors a feature map of this name takes. */
export interface VectorCount {
  readonly name: string;
  readonly length: number;
  readonly maxNonZero: number;
  /** Of choosing the entries of k places that are not zero. */
  ways(k: number): number;
  readonly remedy: string;
}

/**
 * Refuses a map by the number of its vectors before they are made: they grow like a power of `length`.
 * @throws RangeError naming the map, the number of its features and the remedy
 */
export function checkVectors({ name, length, maxNonZero, ways, remedy }: VectorCount): void {
  let count = 0;
  for (let k = 0; k <= Math.min(length, maxNonZero) && Number.isFinite(count); k++) {
    count += binomial(length, k) * ways(k);
  }
  if (count * length <= MAX_ENTRIES) return;
  const features = count > 1e15 ? 'more than 10¹⁵' : Math.round(count);
  throw new RangeError(
    `${name}: ${features} features of an observation of ${length} numbers; expected at most ${Math.floor(MAX_ENTRIES / length)}. ${remedy}`,
  );
}

/** Ways to choose k of n. */
export function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways *= (n - i) / (i + 1);
  return ways;
}

/**
 * All vectors of `length` integers 0…order of which at most `maxNonZero` are non-zero and whose sum is at most `total`, in lexicographic order: the
 * zero vector first, the last entry fastest.
 */
export function integerVectors(
  length: number,
  order: number,
  maxNonZero: number,
  total = Number.POSITIVE_INFINITY,
): number[][] {
  const vectors: number[][] = [];
  const vector = new Array<number>(length).fill(0);
  const extend = (from: number, nonZero: number, sum: number) => {
    vectors.push(vector.slice());
    if (nonZero === maxNonZero) return;
    // What begins with more zeros comes first.
    for (let i = length - 1; i >= from; i--) {
      for (let j = 1; j <= order && sum + j <= total; j++) {
        vector[i] = j;
        extend(i + 1, nonZero + 1, sum + j);
      }
      vector[i] = 0;
    }
  };
  extend(0, 0, 0);
  return vectors;
}

/** Products of a few table entries each: product k is of those at `places[starts[k]]` to `places[starts[k + 1] − 1]`. */
export interface Terms {
  /** Shape [vectors + 1]. */
  readonly starts: Int32Array;
  /** i·(order + 1) + j for an entry j > 0 in dimension i. */
  readonly places: Int32Array;
}

/** Each vector as the product of its non-zero entries' powers or harmonics, which a table has for each dimension from 0 to `order`. */
export function productTerms(vectors: readonly number[][], order: number): Terms {
  const starts = [0];
  const places: number[] = [];
  for (const vector of vectors) {
    vector.forEach((j, i) => {
      if (j > 0) places.push(i * (order + 1) + j);
    });
    starts.push(places.length);
  }
  return { starts: Int32Array.from(starts), places: Int32Array.from(places) };
}
