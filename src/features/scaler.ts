import type { Bounds } from './stateFeatures.js';

/** Scales one observation, read from `offset` on, dimension by dimension, and writes it to out[at …]. */
export type Scaler = (observation: ArrayLike<number>, offset: number, out: Float64Array, at?: number) => void;

/** Scales every dimension of the bounds to [0,1]; numbers outside are clipped. */
export function unitScaler({ low, high }: Bounds): Scaler {
  const from = Float64Array.from(low);
  const range = from.map((l, i) => high[i] - l);
  const inputs = range.length;
  // A quotient: it differs from `lengthScaler(bounds, 1)` in the last bit, and trained weights belong to one or the other.
  return (observation, offset, out, at = 0) => {
    for (let i = 0; i < inputs; i++) {
      out[at + i] = Math.min(1, Math.max(0, (observation[offset + i] - from[i]) / range[i]));
    }
  };
}

/**
 * Scales dimension i of the bounds to [0, lengthᵢ].
 * @param length one number for all dimensions, or one a dimension
 * @param margin how far outside of [0, lengthᵢ] numbers are clipped
 */
export function lengthScaler({ low, high }: Bounds, length: number | readonly number[], margin = 0): Scaler {
  const from = Float64Array.from(low);
  const lengths = from.map((_, i) => (typeof length === 'number' ? length : length[i]));
  const factor = from.map((l, i) => lengths[i] / (high[i] - l));
  const least = 0 - margin;
  const most = lengths.map((l) => l + margin);
  const inputs = factor.length;
  return (observation, offset, out, at = 0) => {
    for (let i = 0; i < inputs; i++) {
      out[at + i] = Math.min(most[i], Math.max(least, (observation[offset + i] - from[i]) * factor[i]));
    }
  };
}
