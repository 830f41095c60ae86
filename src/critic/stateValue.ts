import type { ActionDensity } from '../policy/family.js';

/**
 * The value of a state, V(s;θ) = ∫ (Q(s,a;θ) + τ log dπ/dμ(s,a)) π(da|s) (slide 3, second equation), for the policy that
 * regularises. With Q(s,·;θ) = ⟨q, χ⟩ it is ⟨q, ∫ χ dπ⟩ + τ KL(π|μ).
 * @param q coefficients of Q(s,·;θ), shape [K]
 * @param density π(·|s): its mean parameter ∫ χ dπ, shape [K], and KL(π(·|s)|μ)
 * @param tau temperature
 * @returns a cost to go, in units of cost
 */
export function stateValue(q: Float64Array, { mean, kl }: Pick<ActionDensity, 'mean' | 'kl'>, tau: number): number {
  return regularisedMean(q, mean, 0, tau * kl);
}

/**
 * `stateValue` where the policies of many states are kept in rows.
 * @param q coefficients of Q(s,·;θ), shape [K]
 * @param means ∫ χ dπ of the states, one after the other; shape [states·K]
 * @param at where the row of this state begins
 * @param regularisation τ KL(π(·|s)|μ)
 */
export function regularisedMean(q: Float64Array, means: Float64Array, at: number, regularisation: number): number {
  let value = regularisation;
  for (let k = 0; k < q.length; k++) value += means[at + k] * q[k];
  return value;
}
