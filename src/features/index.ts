export { type ActionFeatures, discreteActions, hatActions, polynomialActions } from './actionFeatures.js';
export { type FourierOptions, fourier, integerVectors } from './fourier.js';
export { LinearFeatures, makeRows, type Rows } from './linear.js';
export { oneHot } from './oneHot.js';
export { type Bounds, checkBounds, type StateFeatures } from './stateFeatures.js';
export { type TileCodingOptions, tileCoding } from './tileCoding.js';
