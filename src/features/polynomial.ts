import { binomial, checkVectors, integerVectors, productTerms } from '../numeric/integerVectors.js';
import { lengthScaler } from './scaler.js';
import { type Bounds, checkBounds, denseMap, firstIsConstant, type StateFeatures } from './stateFeatures.js';

export interface PolynomialOptions extends Bounds {
  /** Greatest total degree. 1 is the observation itself and a constant. */
  degree: number;
  /** Most dimensions that one monomial may combine (default: all). */
  maxNonZero?: number | undefined;
}

/**
 * Monomials of total degree ≤ `degree` in the observation scaled to [−1,1], divided by √d, so that ‖ψ‖ ≤ 1 (with equality in the
 * corners). The constant comes first.
 */
export function polynomial(options: PolynomialOptions): StateFeatures {
  const inputs = checkBounds(options);
  const { degree } = options;
  // At most `degree` dimensions can have an exponent; saying so keeps the list short in many dimensions.
  const most = Math.min(options.maxNonZero ?? inputs, degree);
  checkVectors({
    name: 'polynomial',
    length: inputs,
    maxNonZero: most,
    ways: (k) => binomial(degree, k),
    remedy: 'Lower `degree` or `maxNonZero`.',
  });
  const exponents = integerVectors(inputs, degree, most, degree);
  const size = exponents.length;
  const scale = 1 / Math.sqrt(size);
  const scaleInputs = lengthScaler(options, 2);
  const scaled = new Float64Array(inputs);

  // Powers x_iⁿ of each dimension once; each monomial is then a product of a few of them.
  const powers = new Float64Array(inputs * (degree + 1));
  const { starts, places } = productTerms(exponents, degree);

  return {
    ...denseMap(inputs, firstIsConstant(size)),
    encode(observation, offset, values, _indices, at) {
      scaleInputs(observation, offset, scaled);
      for (let i = 0; i < inputs; i++) {
        const x = scaled[i] - 1;
        powers[i * (degree + 1)] = 1;
        for (let n = 1; n <= degree; n++) powers[i * (degree + 1) + n] = powers[i * (degree + 1) + n - 1] * x;
      }
      for (let k = 0; k < size; k++) {
        let product = scale;
        for (let t = starts[k]; t < starts[k + 1]; t++) product *= powers[places[t]];
        values[at + k] = product;
      }
    },
  };
}
