/** Numbers of all vectors together, at most: more is taken for a mistake rather than for memory to be filled. */
const MOST_NUMBERS = 2 ** 24;

/**
 * All vectors of `length` integers 0…order of which at most `maxNonZero` are non-zero and whose sum is at most `total`, in lexicographic order: the
 * zero vector first, the last entry fastest.
 * @throws RangeError where they are too many to be kept
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
    if (vectors.length * length > MOST_NUMBERS) throw tooMany(length);
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

function tooMany(length: number): RangeError {
  return new RangeError(
    `the products of ${length} numbers are too many: their powers or frequencies are more than ${MOST_NUMBERS} numbers. Lower \`degree\`, ` +
      '`order` or `maxNonZero`, or choose some of the numbers by `dimensions`.',
  );
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
