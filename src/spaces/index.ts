export { createRng, type Rng } from '../numeric/rng.js';
export { Box } from './box.js';
export { fromDescription, fromJSON } from './description.js';
export { Dict } from './dict.js';
export { Discrete } from './discrete.js';
export {
  canCast,
  DTYPE_OF_CODE,
  DTYPES,
  type DType,
  type DTypeInfo,
  isBig,
  type TypedArray,
  type TypedArrayConstructor,
} from './dtype.js';
export type { ArrayForm, BatchForm, Form } from './forms.js';
export { Graph, type GraphInstance } from './graph.js';
export { MultiBinary } from './multiBinary.js';
export { MultiDiscrete } from './multiDiscrete.js';
export { concatenate, NDArray, type NestedNumbers, sameShape } from './ndarray.js';
export { OneOf } from './oneOf.js';
export { Sequence } from './sequence.js';
export {
  type BatchOf,
  type Description,
  type Flat,
  type Infer,
  Space,
  type SpaceType,
  SpaceValueError,
} from './space.js';
export { Text } from './text.js';
export { Tuple } from './tuple.js';
