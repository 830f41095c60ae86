export { type Config, type ConfigInput, configSchema, parseConfig, parseEnv } from '../config/config.js';
export { ConfigError } from '../config/configError.js';
export { presetIds, readConfigFile, readPreset } from '../config/presets.js';
export { type Choice, type ChoiceInput, chooseConfig } from '../model/chooseConfig.js';
export { Agent, type AgentState } from './agent.js';
export {
  type Checkpoint,
  CheckpointError,
  encodeCheckpoint,
  readCheckpoint,
  runFolderOf,
  SAVE_REST,
  writeCheckpoint,
  writeCheckpointBytes,
} from './checkpoint.js';
export { type EvaluationOptions, type EvaluationResult, evaluatePolicy } from './evaluate.js';
export type { Evaluation, Metrics } from './metrics.js';
export { type Frame, makePictureEnv, Player, type PlayerOptions } from './player.js';
export { policyTable } from './policyTable.js';
export { makeEnv, makeEvaluationEnv, type RunOptions } from './run.js';
export { type TrainOptions, type TrainResult, train } from './train.js';
