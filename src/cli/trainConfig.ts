import {
  type Choice,
  type Config,
  ConfigError,
  chooseConfig,
  parseEnv,
  presetIds,
  readConfigFile,
  readPreset,
  readRegime,
} from '../agent/index.js';
import { Env } from '../bridge/index.js';
import { assign, changedConfig } from './config.js';

/** The options of `mirrorflow train` that make a configuration. */
export interface TrainConfigOptions {
  config?: string;
  /** A regime that goes over settings chosen from the spaces; false: these alone, even where the environment has a preset. */
  preset?: string | boolean;
  seed?: number;
  steps?: number;
  set: [string, unknown][];
  python?: string;
}

/** A configuration, and why it is so where it was chosen from the spaces of the environment. */
export interface TrainConfig {
  config: Config;
  reasons: string[];
}

/**
 * The configuration to train with: the checkpoint's, a file's, a preset's, or one chosen from the environment's spaces, with the options' changes.
 * @throws ConfigError, BridgeError where the environment cannot be made
 */
export async function trainConfig(
  environment: string | undefined,
  options: TrainConfigOptions,
  saved: Config | undefined,
): Promise<TrainConfig> {
  checkAsked(environment, options, saved);
  const chosen = await choiceOf(environment, options, saved);
  const base =
    chosen?.config ??
    saved ??
    (options.config === undefined ? readPreset(environment!) : readConfigFile(options.config));
  if (!saved && options.config && environment && environment !== base.env.id) {
    throw new ConfigError(`${options.config} is for ${base.env.id}, not for ${environment}; leave one out`);
  }
  const kind = chosen === null ? 'preset of' : 'settings chosen for';
  const config = changedConfig(base, options, options.config ?? `the ${kind} ${base.env.id} with the options given`);
  return { config, reasons: chosen?.reasons ?? [] };
}

function checkAsked(
  environment: string | undefined,
  { config, preset }: TrainConfigOptions,
  saved: Config | undefined,
) {
  const isChosen = preset === false || typeof preset === 'string';
  if (saved && (config || isChosen || (environment && environment !== saved.env.id))) {
    throw new ConfigError(
      `--resume goes on with ${saved.env.id} as the checkpoint has it; leave out the environment, --config, --preset and --no-preset`,
    );
  }
  if (!saved && !config && !environment) {
    throw new ConfigError('what to train on is missing: give an environment (see `mirrorflow envs`) or --config FILE');
  }
  if (config && isChosen) {
    throw new ConfigError('--preset and --no-preset choose settings and --config has them; leave one out');
  }
}

/** Settings chosen from the spaces, where there is nothing else or nothing else is wanted. */
async function choiceOf(
  environment: string | undefined,
  options: TrainConfigOptions,
  saved: Config | undefined,
): Promise<Choice | null> {
  const regime = typeof options.preset === 'string' ? readRegime(options.preset) : null;
  const hasPreset = options.preset !== false && regime === null && presetIds().includes(environment!);
  if (saved || options.config || hasPreset) return null;
  // What says how the environment is made must be known before its spaces are.
  const changed: Record<string, unknown> = { env: { id: environment! } };
  for (const [key, value] of options.set) if (key.startsWith('env.')) assign(changed, key, value);
  const { numEnvs: _, ...make } = parseEnv(changed.env, `the environment ${environment} with the options given`);
  const { id, servers: _s, groups: _g, ...rest } = make;
  const made = await Env.make(id, { ...rest, python: options.python });
  try {
    const { observationSpace, actionSpace, spec } = made;
    const choice = chooseConfig({
      env: make,
      observationSpace,
      actionSpace,
      maxEpisodeSteps: spec?.maxEpisodeSteps ?? null,
      rewardThreshold: regime === null ? (spec?.rewardThreshold ?? null) : null,
    });
    if (regime === null) return choice;
    const { features, observations, actions } = choice.config;
    const config = { ...regime, features, observations, actions, env: { ...make, ...regime.env } };
    const about = choice.reasons.filter((reason) => /^(observations|features|actions)/.test(reason));
    return { config, reasons: [...about, `the rest: the preset ${options.preset}`] };
  } finally {
    await made.close();
  }
}
