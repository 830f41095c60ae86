import { checkVectors, integerVectors, productTerms } from '../numeric/integerVectors.js';
import { unitScaler } from './scaler.js';
import { type Bounds, checkBounds, denseMap, firstIsConstant, type StateFeatures } from './stateFeatures.js';

const REMEDY =
  'Lower `order` or `maxNonZero`, read fewer `dimensions`, or take `randomFourier`, whose number of features is yours.';

export interface FourierOptions extends Bounds {
  /** Highest frequency in each dimension. */
  order: number;
  /** Most dimensions that one feature may combine (default: all). Keeps the number of features polynomial in many dimensions. */
  maxNonZero?: number | undefined;
}

/**
 * The Fourier basis ψ_c(s) = cos(π ⟨c, x⟩) / √d, where x is s scaled to [0,1] and c runs over the integer vectors with
 * entries 0…order (Konidaris, Osentoski & Thomas, "Value function approximation in reinforcement learning using the
 * Fourier basis", AAAI 2011). Divided by √d, so that ‖ψ‖ ≤ 1. The constant feature comes first.
 */
export function fourier(options: FourierOptions): StateFeatures {
  const inputs = checkBounds(options);
  const { order, maxNonZero = inputs } = options;
  checkVectors({ name: 'fourier', length: inputs, maxNonZero, ways: (k) => order ** k, remedy: REMEDY });
  const frequencies = integerVectors(inputs, order, maxNonZero);
  const size = frequencies.length;
  const scale = 1 / Math.sqrt(size);
  const stepScale = Float64Array.from(frequencies, (c) => 1 / Math.max(1, Math.hypot(...c)));
  const scaleInputs = unitScaler(options);
  const x = new Float64Array(inputs);

  // cos and sin of π j x_i for each dimension once; each feature is then a product of complex numbers.
  const cos = new Float64Array(inputs * (order + 1));
  const sin = new Float64Array(inputs * (order + 1));
  const { starts, places } = productTerms(frequencies, order);

  return {
    ...denseMap(inputs, firstIsConstant(size), stepScale),
    encode(observation, offset, values, _indices, at) {
      scaleInputs(observation, offset, x);
      for (let i = 0; i < inputs; i++) {
        for (let j = 1; j <= order; j++) {
          cos[i * (order + 1) + j] = Math.cos(Math.PI * j * x[i]);
          sin[i * (order + 1) + j] = Math.sin(Math.PI * j * x[i]);
        }
      }
      for (let k = 0; k < size; k++) {
        let re = 1;
        let im = 0;
        for (let t = starts[k]; t < starts[k + 1]; t++) {
          const c = cos[places[t]];
          const s = sin[places[t]];
          const next = re * c - im * s;
          im = re * s + im * c;
          re = next;
        }
        values[at + k] = re * scale;
      }
    },
  };
}
