/** `mirrorflow`: the agent and its training, with the spaces and what is checked of environments. */

export type { Checkpoint } from './agent/checkpoint.js';
export {
  ActionError,
  type ActOptions,
  Agent,
  type AgentOptions,
  CheckpointError,
  type Choice,
  type ChoiceInput,
  type Config,
  ConfigError,
  type ConfigInput,
  chooseConfig,
  Distribution,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationResult,
  type FormOptions,
  type Metrics,
  ObservationError,
  parseConfig,
  presetIds,
  readCheckpoint,
  readConfigFile,
  readPreset,
  type TrainOptions,
  type TrainResult,
  type Transition,
  TransitionError,
  train,
  type Update,
} from './agent/index.js';
export type * from './envs/environment.js';
export { NonFiniteError } from './sampling/observations.js';
export * from './spaces/index.js';
export { version } from './version.js';
