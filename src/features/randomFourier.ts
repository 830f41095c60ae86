import { createRng } from '../spaces/index.js';
import { lengthScaler } from './scaler.js';
import {
  type Bounds,
  checkBounds,
  checkCount,
  denseMap,
  firstIsConstant,
  type StateFeatures,
} from './stateFeatures.js';

export interface RandomFourierOptions extends Bounds {
  /** Number d of features, the constant one included. */
  features: number;
  /** σ of the Gaussian kernel e^{−|x−y|²/2σ²} that they approximate, in the observation scaled to [0,1]. */
  width: number;
  /** Seed of the frequencies and phases. */
  seed: number;
}

/**
 * Random Fourier features ψ_i(s) = cos(⟨ω_i, x⟩ + b_i)/√d, x being s scaled to [0,1], ω_i normal of standard deviation 1/σ, b_i uniform on
 * [0, 2π) (Rahimi & Recht, "Random features for large-scale kernel machines", NIPS 2007). The first is the constant, ω = b = 0.
 * As many as one likes in any dimension; divided by √d, so that ‖ψ‖ ≤ 1.
 */
export function randomFourier(options: RandomFourierOptions): StateFeatures {
  const inputs = checkBounds(options);
  const { features: size, width } = options;
  checkCount('randomFourier', size * inputs, 'Lower `features`.');
  const scaleInputs = lengthScaler(options, 1);
  const rng = createRng(options.seed);
  const frequencies = new Float64Array(size * inputs);
  const phases = new Float64Array(size);
  for (let k = 1; k < size; k++) {
    for (let i = 0; i < inputs; i++) frequencies[k * inputs + i] = rng.normal() / width;
    phases[k] = 2 * Math.PI * rng.next();
  }
  const scale = 1 / Math.sqrt(size);
  const x = new Float64Array(inputs);

  return {
    ...denseMap(inputs, firstIsConstant(size)),
    encode(observation, offset, values, _indices, at) {
      scaleInputs(observation, offset, x);
      for (let k = 0; k < size; k++) {
        let angle = phases[k];
        for (let i = 0; i < inputs; i++) angle += frequencies[k * inputs + i] * x[i];
        values[at + k] = Math.cos(angle) * scale;
      }
    },
  };
}
