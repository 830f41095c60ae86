import { ConfigError } from '../config/configError.js';
import type { Environment, VectorEnvironment } from '../envs/environment.js';
import { SyncVectorEnv } from '../envs/syncVectorEnv.js';
import type { Space } from '../spaces/index.js';

/** The spaces of an agent or of an environment. */
interface Spaces {
  readonly observationSpace?: Space;
  readonly actionSpace?: Space;
}

/**
 * An environment to be evaluated in, as a vector.
 * @throws ConfigError where its spaces are not those of the agent, or its autoreset mode is another than `next_step`
 */
export function vectorOf(env: Environment | VectorEnvironment, agent: Spaces): VectorEnvironment {
  const vector = 'numEnvs' in env ? env : new SyncVectorEnv(() => env, 1);
  if (vector.autoreset !== 'next_step') {
    throw new ConfigError(
      `evaluate: the environments are in the autoreset mode ${vector.autoreset}; expected next_step`,
    );
  }
  const { singleObservationSpace: observationSpace, singleActionSpace: actionSpace } = vector;
  checkSpaces('evaluate: the environment', { observationSpace, actionSpace }, agent);
  return vector;
}

/** @throws ConfigError where a space is not the one expected, where there is one */
export function checkSpaces(what: string, own: Required<Spaces>, expected: Spaces): void {
  for (const [values, key] of [
    ['observations', 'observationSpace'],
    ['actions', 'actionSpace'],
  ] as const) {
    const space = expected[key];
    if (space === undefined || own[key].equals(space)) continue;
    throw new ConfigError(`${what} has ${values} in ${own[key]}; expected ${space}`);
  }
}
