import { arrayObservations } from '../sampling/arrayObservations.js';
import { finiteObservations } from '../sampling/finiteObservations.js';
import { flatObservations } from '../sampling/flatObservations.js';
import { imageObservations } from '../sampling/imageObservations.js';
import type { Observations } from '../sampling/observations.js';
import { Discrete, type Space } from '../spaces/index.js';
import type { Config } from './config.js';
import { ConfigError } from './configError.js';

/**
 * How the configuration makes numbers of an environment's observations: one that numbers the values where the features are `oneHot`, a grey
 * grid of images, else the flat form of the space.
 * @throws ConfigError where they do not fit the observation space
 */
export function makeObservations({ features, observations, env }: Config, space: Space): Observations {
  if (features.type === 'oneHot') {
    const finite = space instanceof Discrete ? arrayObservations(space) : finiteObservations(space);
    if (finite !== null) return finite;
    throw new ConfigError(
      `features "oneHot" need a Discrete observation space; ${env.id} has ${space}. MultiDiscrete and MultiBinary, and Dict and ` +
        'Tuple of these, serve as well.',
    );
  }
  if (space instanceof Discrete) {
    throw new ConfigError(
      `features "${features.type}" need an observation of numbers; ${env.id} has ${space}. Use "oneHot".`,
    );
  }
  try {
    if (observations.image !== undefined) return imageObservations(space, observations.image);
    return arrayObservations(space) ?? flatObservations(space);
  } catch (error) {
    throw new ConfigError(`${env.id}: ${(error as Error).message}`);
  }
}
