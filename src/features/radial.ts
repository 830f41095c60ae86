import { lengthScaler } from './scaler.js';
import { type Bounds, checkBounds, checkCount, denseMap, perDimension, type StateFeatures } from './stateFeatures.js';

export interface RadialOptions extends Bounds {
  /** Centres of an even grid over the bounds in each dimension: one number for all, or one a dimension. */
  grid?: number | readonly number[] | undefined;
  /** Centres in place of a grid, in the units of the observation; shape [d, inputs]. */
  centres?: readonly (readonly number[])[] | undefined;
  /** Standard deviation σ of the Gaussians in the observation scaled to [0,1]; default: the grid's distance in each dimension. */
  width?: number | undefined;
}

/**
 * Normalised Gaussian radial basis functions ψ_i(s) = g_i(x)/Σ_j g_j(x), g_i(x) = e^{−|x−c_i|²/2σ²}, where x is s scaled to [0,1]
 * (Bugmann, "Normalized Gaussian radial basis function networks", Neurocomputing 20, 1998). They are positive and sum to one,
 * so ‖ψ‖₂ ≤ ‖ψ‖₁ = 1.
 */
export function radial(options: RadialOptions): StateFeatures {
  const inputs = checkBounds(options);
  const scaleInputs = lengthScaler(options, 1);
  const { centres, widths } = place(options, inputs);
  const size = centres.length / inputs;
  const perVariance = widths.map((w) => 1 / (2 * w * w));
  const x = new Float64Array(inputs);

  return {
    ...denseMap(inputs, new Float64Array(size).fill(1)),
    encode(observation, offset, values, _indices, at) {
      scaleInputs(observation, offset, x);
      // The least exponent is taken off first, so that the sum cannot be zero far from every centre.
      let least = Number.POSITIVE_INFINITY;
      for (let k = 0; k < size; k++) {
        let exponent = 0;
        for (let i = 0; i < inputs; i++) exponent += (x[i] - centres[k * inputs + i]) ** 2 * perVariance[i];
        values[at + k] = exponent;
        if (exponent < least) least = exponent;
      }
      let sum = 0;
      for (let k = at; k < at + size; k++) {
        values[k] = Math.exp(least - values[k]);
        sum += values[k];
      }
      for (let k = at; k < at + size; k++) values[k] = values[k] / sum;
    },
  };
}

/** The centres scaled to [0,1], shape [d, inputs], and σ of each dimension. */
function place(options: RadialOptions, inputs: number): { centres: Float64Array; widths: Float64Array } {
  const { grid, centres, width, low, high } = options;
  if ((grid === undefined) === (centres === undefined)) {
    throw new RangeError(
      `radial: ${grid === undefined ? 'neither' : 'both'} of \`grid\` and \`centres\`; expected one`,
    );
  }
  if (centres !== undefined) {
    if (width === undefined) throw new RangeError('radial: `width` is missing; expected a number with given `centres`');
    const wrong = centres.findIndex((c) => c.length !== inputs);
    if (wrong >= 0 || centres.length === 0) {
      const got = centres.length === 0 ? 'is empty' : `${wrong} has ${centres[wrong].length} entries`;
      throw new RangeError(`radial: centres ${got}; expected one for each of the ${inputs} dimensions`);
    }
    const scaled = centres.flatMap((c) => c.map((v, i) => (v - low[i]) / (high[i] - low[i])));
    return { centres: Float64Array.from(scaled), widths: new Float64Array(inputs).fill(width) };
  }
  const counts = perDimension('radial: grid', grid!, inputs);
  const size = counts.reduce((a, b) => a * b, 1);
  checkCount('radial', size, 'Lower `grid`, or give `centres`.');
  const points = new Float64Array(size * inputs);
  for (let k = 0; k < size; k++) {
    for (let i = inputs - 1, rest = k; i >= 0; i--) {
      const n = counts[i];
      points[k * inputs + i] = n === 1 ? 0.5 : (rest % n) / (n - 1);
      rest = Math.floor(rest / n);
    }
  }
  return { centres: points, widths: Float64Array.from(counts, (n) => width ?? 1 / Math.max(1, n - 1)) };
}
