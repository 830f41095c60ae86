import { orthonormalBasis, removeFrom } from '../../numeric/orthonormalBasis.js';
import type { FiniteFeatures } from './finiteFeatures.js';

/** f − Π_φ f, Π_φ the projection on the span of the features in some L²(ν); shape [S·m]. */
export type Residual = (f: Float64Array) => Float64Array;

/**
 * The projection on the span of the features in L²(ν), which may be dependent. Pairs of ν-mass zero do not count: the residual there is 0.
 * @param weight ν, shape [S·m]
 */
export function residualIn({ table, size }: FiniteFeatures, weight: Float64Array): Residual {
  if (table === null) return (f) => new Float64Array(f.length);
  const root = weight.map(Math.sqrt);
  const columns = Array.from({ length: size }, (_, i) => root.map((x, p) => x * table[p * size + i]));
  const basis = orthonormalBasis(columns);
  return (f) => {
    const left = f.map((x, p) => x * root[p]);
    // Twice, as the first leaves rounding of the size of f.
    for (let pass = 0; pass < 2; pass++) for (const q of basis) removeFrom(left, q);
    return left.map((x, p) => (root[p] > 0 ? x / root[p] : 0));
  };
}
