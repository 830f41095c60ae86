export { CartPole, type CartPoleOptions } from './cartPole.js';
export type {
  AutoresetMode,
  Awaitable,
  Environment,
  Info,
  ResetOptions,
  Step,
  StepResult,
  VectorEnvironment,
  VectorResetOptions,
} from './environment.js';
export { EnvironmentError, type EnvironmentErrorDetails } from './environmentError.js';
export { SyncVectorEnv, type SyncVectorEnvOptions } from './syncVectorEnv.js';
export { TimeLimit } from './timeLimit.js';
