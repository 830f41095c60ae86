import type { ConfigInput } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import { readPreset } from '../config/presets.js';
import { chooseConfig } from '../model/chooseConfig.js';
import type { Space } from '../spaces/index.js';

/** What an agent is made for, and by which settings. */
export interface AgentOptions<OS extends Space = Space, AS extends Space = Space> {
  readonly observationSpace: OS;
  readonly actionSpace: AS;
  /** Settings (docs/configuration.md), or "auto": chosen from the spaces. Default: those of `preset`, else "auto". */
  readonly config?: ConfigInput | 'auto';
  /** The id of an environment whose preset gives the settings. */
  readonly preset?: string;
  /** Of the draws, and of features that are drawn at random. Default: the configuration's. */
  readonly seed?: number;
}

/** How many observations there are. */
export interface FormOptions {
  /** Whether it must be a batch. Default: told by the form of the observation. */
  readonly batch?: boolean;
}

/** How an action is chosen. */
export interface ActOptions extends FormOptions {
  /** The policy's mode instead of a draw. Default false. */
  readonly deterministic?: boolean;
}

/** How an agent is evaluated. */
export interface EvaluateOptions {
  /** Default 10. */
  readonly episodes?: number;
  /** The policy's mode instead of draws. Default true. */
  readonly deterministic?: boolean;
  /** Environment e's first reset gets seed + e. Default: one that training never uses. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** The settings that the options name. @throws ConfigError where they name none, or two */
export function settingsOf({ observationSpace, actionSpace, config, preset, seed }: AgentOptions): ConfigInput {
  if (config !== undefined && preset !== undefined) {
    throw new ConfigError('Agent.create: config and preset are both given; expected one of them');
  }
  const settings =
    preset !== undefined
      ? readPreset(preset)
      : config === undefined || config === 'auto'
        ? chooseConfig({ observationSpace, actionSpace }).config
        : config;
  return seed === undefined ? settings : { ...settings, seed };
}
