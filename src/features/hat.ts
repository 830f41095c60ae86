import { unitScaler } from './scaler.js';
import { type Bounds, checkBounds, checkCount, perDimension, type StateFeatures } from './stateFeatures.js';

export interface HatOptions extends Bounds {
  /** Knots of an even grid over the bounds, at least 2 in each dimension: one number for all, or one a dimension. */
  knots: number | readonly number[];
}

/**
 * Hat functions (linear B-splines) on a grid of knots, in several dimensions their products, so that Q interpolates its values at the knots multilinearly
 * (Davies, "Multidimensional triangulation and interpolation for reinforcement learning", NIPS 1996). They are positive and sum to one, so
 * ‖ψ‖₂ ≤ ‖ψ‖₁ = 1; 2ⁿ of them are not zero.
 */
export function hat({ knots, low, high }: HatOptions): StateFeatures {
  const inputs = checkBounds({ low, high });
  const counts = perDimension('hat: knots', knots, inputs);
  const size = counts.reduce((a, b) => a * b, 1);
  checkCount('hat', size, 'Lower `knots`.');
  const active = 2 ** inputs;
  const scaleInputs = unitScaler({ low, high });
  const scaled = new Float64Array(inputs);

  return {
    size,
    active,
    dense: false,
    inputs,
    constant: new Float64Array(size).fill(1),
    stepScale: null,
    encode(observation, offset, values, indices, at) {
      scaleInputs(observation, offset, scaled);
      values[at] = 1;
      indices[at] = 0;
      for (let i = 0, corners = 1; i < inputs; i++, corners *= 2) {
        const last = counts[i] - 1;
        const x = scaled[i] * last;
        const knot = Math.min(last - 1, Math.floor(x));
        const share = x - knot;
        for (let k = at; k < at + corners; k++) {
          const value = values[k];
          const index = indices[k] * counts[i] + knot;
          values[k] = value * (1 - share);
          indices[k] = index;
          values[k + corners] = value * share;
          indices[k + corners] = index + 1;
        }
      }
    },
  };
}
