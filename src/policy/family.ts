import type { ActionFeatures } from '../features/index.js';
import type { Rng } from '../spaces/index.js';

/**
 * What π(·|s) can be in one state: the exponential family dπ/dμ(a) = e^{−⟨u,χ(a)⟩ − log Z(u)} with natural parameter u ∈ R^K, χ the features
 * of actions and μ the reference measure. The critic and the actor need nothing of the actions but this.
 */
export interface ActionFamily {
  readonly features: ActionFeatures;
  /** sup_u KL(π|μ): infinite where μ has a density and integrals are exact. */
  readonly highestKl: number;
  /** Entropy of μ: log m on m discrete actions. On a Box entropies are relative to μ and this is 0. */
  readonly referenceEntropy: number;
  /** A member of the family, π = μ to begin with. */
  density(): ActionDensity;
  /** Writes the code of a draw from μ to row `row`. */
  drawReference(rng: Rng, codes: Float64Array, row: number): void;
  /** log of the density of μ at the action in row `row`: relative to counting (−log m on m discrete actions), on a Box to length (area, …). */
  logReference(codes: Float64Array, row: number): number;
  /** Completes the code in row `row` of which only the action is given: the last entries. @throws RangeError where the action does not tell it */
  complete(codes: Float64Array, row: number): void;
}

/** A member of a family, moved from state to state by `set`. */
export interface ActionDensity {
  /** log Z = log ∫ e^{−⟨u,χ⟩} dμ. */
  readonly logZ: number;
  /** KL(π|μ) ≥ 0. */
  readonly kl: number;
  /** The mean parameter ∫ χ dπ; shape [K]. For discrete actions these are the probabilities. */
  readonly mean: Float64Array;
  /** Moves to the natural parameter u, shape [K]. */
  set(u: Float64Array): void;
  /** dπ/dμ at the action in row `row` of codes. */
  at(codes: Float64Array, row: number): number;
  /** Writes the code of a draw from π to row `row`. */
  draw(rng: Rng, codes: Float64Array, row: number): void;
  /** Writes the code of the likeliest action to row `row`: on a Box that of the greatest density of π with respect to length (area, …). */
  mode(codes: Float64Array, row: number): void;
}

/**
 * A member of a family of what its `set` computes and what it does with it.
 * @param state receives log Z and KL(π|μ) whenever `set` is called
 */
export function densityOf(
  state: { logZ: number; kl: number },
  rest: Omit<ActionDensity, 'logZ' | 'kl'>,
): ActionDensity {
  return Object.assign(state, rest);
}
