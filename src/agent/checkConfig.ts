import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';

/** A run is resumed with what it was begun with, but for how long it goes on and how its environments are spread. @throws ConfigError */
export function checkResumable(config: Config, saved: Config): void {
  const essential = ({ totalSteps: _t, evaluation: _e, description: _d, env, ...rest }: Config) => {
    const { servers: _s, groups: _g, ...made } = env;
    return JSON.stringify({ ...rest, made });
  };
  if (essential(config) !== essential(saved)) {
    throw new ConfigError(
      'the configuration is not the one of the checkpoint; expected the same but for totalSteps, evaluation, env.servers and env.groups. ' +
        'Start a new run for other settings.',
    );
  }
}

/** What the configuration says of environments is for those that it makes itself. @throws ConfigError where it would be ignored */
export function checkUnused({ env: { id: _, numEnvs: _n, ...env }, evaluation: { maxEpisodeSteps } }: Config): void {
  const keys = Object.entries({ ...env, 'evaluation.maxEpisodeSteps': maxEpisodeSteps })
    .filter(([, value]) => value !== undefined)
    .map(([key]) => (key.includes('.') ? key : `env.${key}`));
  if (keys.length === 0) return;
  throw new ConfigError(
    `${keys.join(', ')} is for the environments that the configuration makes, and envs brings others; leave it out, and make those of envs ` +
      'accordingly (a time limit: new SyncVectorEnv(make, n, { maxEpisodeSteps }))',
  );
}
