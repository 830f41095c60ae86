import { innerProduct, norm } from './vectors.js';

/** What is left of a vector of length one below this is rounding: the vector depends on those before it. */
const DEPENDENT = 1e-10;

/**
 * An orthonormal basis of the span of some vectors, by Gram and Schmidt's method with pivoting; each vector is made orthogonal twice, so
 * that the basis is orthogonal to rounding. The lengths of the vectors do not matter.
 * @param vectors of one length n
 * @returns as many vectors as the rank
 */
export function orthonormalBasis(vectors: readonly Float64Array[]): Float64Array[] {
  const left = vectors.map((v) => scaled(v, norm(v)));
  const basis: Float64Array[] = [];
  const most = Math.min(vectors.length, vectors[0]?.length ?? 0);
  while (basis.length < most) {
    let pivot = 0;
    let size = 0;
    for (let i = 0; i < left.length; i++) {
      const length = norm(left[i]);
      if (length > size) [pivot, size] = [i, length];
    }
    if (!(size > DEPENDENT)) break;
    const next = left[pivot].slice();
    for (const q of basis) removeFrom(next, q);
    const direction = scaled(next, norm(next));
    basis.push(direction);
    for (const v of left) removeFrom(v, direction);
    left[pivot].fill(0);
  }
  return basis;
}

/** v ← v − ⟨v,q⟩ q for a q of length one. */
export function removeFrom(v: Float64Array, q: Float64Array): void {
  const product = innerProduct(v, q);
  for (let i = 0; i < v.length; i++) v[i] = v[i] - product * q[i];
}

function scaled(v: Float64Array, by: number): Float64Array {
  return by > 0 ? v.map((x) => x / by) : v.slice();
}
