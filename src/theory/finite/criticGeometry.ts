import { orthonormalBasis } from '../../numeric/orthonormalBasis.js';
import { type Residual, residualIn } from './projection.js';
import { occupiedPairs, type Reach, reachOf } from './reach.js';
import type { FiniteProblem } from './setting.js';

/** What features, β and ρ make possible, whatever the policy and the temperature are. */
export interface CriticGeometry extends Reach {
  /**
   * A basis of the orthogonal complement of {x: ⟨x,φ⟩ = 0 on the support of d_β^π}, the null space of both A and Aᵀ for every Gibbs policy,
   * and of the vectors that g can be. Null where the complement is all of R^N, and for indicators of pairs.
   */
  readonly directions: readonly Float64Array[] | null;
  /** f − Π_φ f in L²(uniform ⊗ μ), in which every pair counts. */
  readonly residual: Residual;
}

/** Computed once a problem. */
export function criticGeometry({
  mdp,
  features,
  beta,
}: Pick<FiniteProblem, 'mdp' | 'features' | 'beta'>): CriticGeometry {
  const { states, actions: m, measure } = mdp;
  const { table, size } = features;
  const everywhere = beta.map((_, p) => measure.weights[p % m] / states);
  const occupied = occupiedPairs(mdp, beta);
  const rows = [...occupied.keys()].filter((p) => occupied[p] === 1);
  const basis = table && orthonormalBasis(rows.map((p) => table.slice(p * size, (p + 1) * size)));
  return {
    ...reachOf(mdp),
    directions: basis?.length === size ? null : basis,
    residual: residualIn(features, everywhere),
  };
}
