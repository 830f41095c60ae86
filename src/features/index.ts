export { integerVectors } from '../numeric/integerVectors.js';
export {
  type ActionFeatures,
  type ActionTable,
  discreteActions,
  hatActions,
  polynomialActions,
  type ScaledPoints,
} from './actionFeatures.js';
export { CombinedFeatures } from './combined.js';
export { concatenate, product, select } from './compose.js';
export { type FourierOptions, fourier } from './fourier.js';
export { type HatOptions, hat } from './hat.js';
export { encodeRows, LinearFeatures, makeRows, type Rows } from './linear.js';
export { NetworkFeatures, type NetworkOptions } from './network.js';
export { oneHot } from './oneHot.js';
export { type PolynomialOptions, polynomial } from './polynomial.js';
export { type RadialOptions, radial } from './radial.js';
export { type RandomFourierOptions, randomFourier } from './randomFourier.js';
export { type Bounds, checkBounds, type StateFeatures } from './stateFeatures.js';
export { type TileCodingOptions, tileCoding } from './tileCoding.js';
