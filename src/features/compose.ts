import { checkCount, type StateFeatures } from './stateFeatures.js';

/**
 * A map of some of the numbers of an observation.
 * @param map reads as many numbers as there are dimensions
 * @param dimensions which numbers of the observation it reads, in order
 * @param inputs numbers of the whole observation
 */
export function select(map: StateFeatures, dimensions: readonly number[], inputs: number): StateFeatures {
  const chosen = new Float64Array(dimensions.length);
  return {
    ...map,
    inputs,
    encode(observation, offset, values, indices, at) {
      for (let i = 0; i < chosen.length; i++) chosen[i] = observation[offset + dimensions[i]];
      map.encode(chosen, 0, values, indices, at);
    },
  };
}

/**
 * The maps side by side, ψ = (ψ₁, …, ψ_P)/√P, all of the same observation: ‖ψ‖² = Σ‖ψ_p‖²/P ≤ 1. Sparse where one of them is.
 * @throws RangeError where there are none
 */
export function concatenate(parts: readonly StateFeatures[]): StateFeatures {
  const P = parts.length;
  if (P === 0) throw new RangeError('concatenate: there are no parts; expected at least one');
  const dense = parts.every((part) => part.dense);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const active = parts.reduce((sum, part) => sum + part.active, 0);
  const scale = 1 / Math.sqrt(P);
  const scaled = parts.some((part) => part.stepScale !== null);

  return {
    size,
    active,
    dense,
    inputs: parts[0].inputs,
    // ⟨k, ψ⟩ = Σ_p ⟨k_p/√P, ψ_p/√P⟩ = 1: every part carries an equal share.
    constant: Float64Array.from(parts.flatMap((part) => Array.from(part.constant, (c) => c * scale))),
    stepScale: scaled
      ? Float64Array.from(parts.flatMap((part) => [...(part.stepScale ?? new Float64Array(part.size).fill(1))]))
      : null,
    encode(observation, offset, values, indices, at) {
      let base = 0;
      for (const part of parts) {
        part.encode(observation, offset, values, indices, at);
        for (let i = at; i < at + part.active; i++) {
          values[i] = values[i] * scale;
          if (!dense) indices[i] = base + (part.dense ? i - at : indices[i]);
        }
        at += part.active;
        base += part.size;
      }
    },
  };
}

/**
 * Every feature of one map times every feature of the other, ψ = ψ₁ ⊗ ψ₂: ‖ψ‖ = ‖ψ₁‖‖ψ₂‖ ≤ 1. Feature i·d₂ + j is ψ₁ᵢψ₂ⱼ.
 * Sparse where one of them is.
 */
export function product(one: StateFeatures, two: StateFeatures): StateFeatures {
  const size = one.size * two.size;
  checkCount('product', size, 'Give its parts fewer features.');
  const dense = one.dense && two.dense;
  const left = { values: new Float64Array(one.active), indices: new Int32Array(one.active) };
  const right = { values: new Float64Array(two.active), indices: new Int32Array(two.active) };
  const outer = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Float64Array.from({ length: size }, (_, i) => a[Math.floor(i / two.size)] * b[i % two.size]);
  const ones = (map: StateFeatures) => map.stepScale ?? new Float64Array(map.size).fill(1);

  return {
    size,
    active: one.active * two.active,
    dense,
    inputs: one.inputs,
    constant: outer(one.constant, two.constant),
    stepScale: one.stepScale === null && two.stepScale === null ? null : outer(ones(one), ones(two)),
    encode(observation, offset, values, indices, at) {
      one.encode(observation, offset, left.values, left.indices, 0);
      two.encode(observation, offset, right.values, right.indices, 0);
      for (let i = 0; i < one.active; i++) {
        const base = (one.dense ? i : left.indices[i]) * two.size;
        for (let j = 0; j < two.active; j++, at++) {
          values[at] = left.values[i] * right.values[j];
          if (!dense) indices[at] = base + (two.dense ? j : right.indices[j]);
        }
      }
    },
  };
}
