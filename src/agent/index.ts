/** What the other rooms use of the agent; src/index.ts has the public part. */
export { type Config, type ConfigInput, configSchema, parseConfig, parseEnv } from '../config/config.js';
export { ConfigError } from '../config/configError.js';
export { presetIds, readConfigFile, readPreset, readRegime } from '../config/presets.js';
export { type Choice, type ChoiceInput, chooseConfig } from '../model/chooseConfig.js';
export { ActorCritic, type AgentState, type Update } from './actorCritic.js';
export { Agent } from './agent.js';
export type { ActOptions, AgentOptions, EvaluateOptions, FormOptions } from './agentOptions.js';
export type { Checkpoint } from './checkpoint.js';
export { CheckpointError } from './checkpointError.js';
export {
  checkpointOf,
  encodeCheckpoint,
  readCheckpoint,
  runFolderOf,
  SAVE_REST,
  writeCheckpoint,
  writeCheckpointBytes,
} from './checkpointFile.js';
export { ActionError, Distribution } from './distribution.js';
export { type EnvironmentOptions, makeEnv, makeEvaluationEnv, makePictureEnv, seedOf } from './environments.js';
export { type EvaluationOptions, type EvaluationResult, evaluatePolicy } from './evaluate.js';
export type { Evaluation, Metrics } from './metrics.js';
export { type Frame, Player, type PlayerOptions } from './player.js';
export { policyTable } from './policyTable.js';
export { ObservationError } from './readObservations.js';
export type { RunOptions } from './run.js';
export { type TrainOptions, type TrainResult, train } from './train.js';
export { type Transition, TransitionError } from './transition.js';
