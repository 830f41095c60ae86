export { CartPole, type CartPoleOptions } from './cartPole.js';
export type * from './environment.js';
export { EnvironmentError, type EnvironmentErrorDetails } from './environmentError.js';
export { SyncVectorEnv, type SyncVectorEnvOptions } from './syncVectorEnv.js';
export { TimeLimit } from './timeLimit.js';
