import { dot, dotPair } from '../numeric/dot.js';
import type { ActionFeatures } from './actionFeatures.js';
import { checkCount, type StateFeatures } from './stateFeatures.js';

/**
 * φ(s,a) = χ(a) ⊗ ψ(s), N = K·d: a vector θ of shape [N] is a matrix [K, d], and ⟨θ, φ(s,a)⟩ = ⟨q, χ(a)⟩ with the coefficients
 * q_k = ⟨θ_k, ψ(s)⟩ of the state. States are encoded once into rows of `values` and `indices`, actions are rows of codes; everything else
 * works on rows.
 */
export class LinearFeatures {
  readonly state: StateFeatures;
  readonly action: ActionFeatures;
  /** N = K·d. */
  readonly size: number;
  private readonly chi: Float64Array;

  /** @throws RangeError where N is too large */
  constructor(state: StateFeatures, action: ActionFeatures) {
    checkCount('state and action', state.size * action.size, 'Give either fewer features.');
    this.state = state;
    this.action = action;
    this.size = state.size * action.size;
    this.chi = new Float64Array(action.size);
  }

  /**
   * The coefficients of a state: ⟨vector, φ(s,a)⟩ = ⟨out, χ(a)⟩ for every action. For discrete actions they are the values themselves.
   * @param vector shape [N]
   * @param row which encoded state
   * @param out shape [K]
   */
  coefficients(vector: Float64Array, { values, indices }: Rows, row: number, out: Float64Array): void {
    const { size: d, active, dense } = this.state;
    const K = this.action.size;
    const at = row * active;
    if (dense) {
      let k = 0;
      for (; k + 1 < K; k += 2) dotPair(vector, k * d, values, at, d, out, k);
      if (k < K) out[k] = dot(vector, k * d, values, at, d);
      return;
    }
    for (let k = 0, base = 0; k < K; k++, base += d) {
      let sum = 0;
      for (let i = at; i < at + active; i++) sum += vector[base + indices[i]] * values[i];
      out[k] = sum;
    }
  }

  /** ⟨coefficients, χ(a)⟩ of the action in row `row` of codes. */
  valueOf(coefficients: Float64Array, codes: Float64Array, row: number): number {
    if (this.action.indicator) return coefficients[codes[row]];
    const { chi } = this;
    this.action.encode(codes, row, chi);
    let sum = 0;
    for (let k = 0; k < chi.length; k++) sum += coefficients[k] * chi[k];
    return sum;
  }

  /** A vector with ⟨vector, φ(s,a)⟩ = value for all s and a. */
  constantVector(value: number): Float64Array {
    const { size: d, constant } = this.state;
    const vector = new Float64Array(this.size);
    this.action.constant.forEach((coefficient, k) => {
      for (let i = 0; i < d; i++) vector[k * d + i] = value * coefficient * constant[i];
    });
    return vector;
  }
}

/** Encoded states: row r holds ψ at [r·active, (r+1)·active). */
export interface Rows {
  readonly values: Float64Array;
  readonly indices: Int32Array;
}

/** Room for `count` encoded states. */
export function makeRows(features: StateFeatures, count: number): Rows {
  return {
    values: new Float64Array(count * features.active),
    indices: new Int32Array(features.dense ? 0 : count * features.active),
  };
}

/**
 * Encodes observations first…first + count − 1 into the rows of the same numbers.
 * @param observations one after the other, `inputs` numbers each
 */
export function encodeRows(
  features: StateFeatures,
  observations: ArrayLike<number>,
  { values, indices }: Rows,
  first: number,
  count: number,
): void {
  const { inputs, active } = features;
  if (features.forward !== undefined) {
    features.forward(observations, first * inputs, count, values, first * active);
    return;
  }
  for (let row = first; row < first + count; row++) {
    features.encode(observations, row * inputs, values, indices, row * active);
  }
}
