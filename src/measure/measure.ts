/**
 * A reference measure μ on the actions, as a rule of m nodes and weights: ∫ f dμ = Σ_j weights_j f(a_j).
 * μ is a probability measure, so the weights sum to one.
 */
export interface Measure {
  /** Number m of nodes. */
  readonly nodes: number;
  /** Shape [m], positive, of sum 1. */
  readonly weights: Float64Array;
}

/** The uniform measure on m discrete actions. */
export function counting(m: number): Measure {
  if (!(Number.isInteger(m) && m >= 1)) throw new RangeError(`counting: m is ${m}; expected an integer ≥ 1`);
  return { nodes: m, weights: new Float64Array(m).fill(1 / m) };
}
