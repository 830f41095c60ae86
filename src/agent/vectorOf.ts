import { ConfigError } from '../config/configError.js';
import type { Environment, VectorEnvironment } from '../envs/environment.js';
import { SyncVectorEnv } from '../envs/syncVectorEnv.js';
import type { Space } from '../spaces/index.js';

/**
 * An environment to be evaluated in, as a vector.
 * @throws ConfigError where its spaces are not those of the agent
 */
export function vectorOf(
  env: Environment | VectorEnvironment,
  agent: { readonly observationSpace: Space; readonly actionSpace: Space },
): VectorEnvironment {
  const vector = 'numEnvs' in env ? env : new SyncVectorEnv(() => env, 1);
  if (vector.autoreset !== 'next_step') {
    throw new ConfigError(
      `evaluate: the environments are in the autoreset mode ${vector.autoreset}; expected next_step`,
    );
  }
  for (const [what, own, other] of [
    ['observations in', agent.observationSpace, vector.singleObservationSpace],
    ['actions in', agent.actionSpace, vector.singleActionSpace],
  ] as const) {
    if (own.equals(other)) continue;
    throw new ConfigError(`evaluate: the environment has ${what} ${other}; expected those of the agent, ${own}`);
  }
  return vector;
}
