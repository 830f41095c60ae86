import type { Critic } from '../critic/critic.js';
import { leastSquares } from '../critic/leastSquares.js';
import { recursiveLeastSquares } from '../critic/recursiveLeastSquares.js';
import { temporalDifference } from '../critic/temporalDifference.js';
import { trueOnline } from '../critic/trueOnline.js';
import {
  type ActionFeatures,
  type Bounds,
  discreteActions,
  hatActions,
  LinearFeatures,
  polynomialActions,
} from '../features/index.js';
import { boxCells } from '../measure/box.js';
import { counting, type Measure } from '../measure/measure.js';
import { type Actions, boxActionsOf, discreteActionsOf, productActionsOf } from '../sampling/actions.js';
import type { Observations } from '../sampling/observations.js';
import { Box, Discrete, MultiBinary, MultiDiscrete, type Space } from '../spaces/index.js';
import type { Config } from './config.js';
import { ConfigError } from './configError.js';
import { makeObservations } from './observations.js';
import { makeStateFeatures } from './stateFeatures.js';

/** What the configuration and an environment's spaces determine: φ, μ, how observations become numbers and nodes become actions. */
export interface Model {
  readonly features: LinearFeatures;
  readonly measure: Measure;
  readonly actions: Actions;
  readonly observations: Observations;
}

/**
 * Builds φ and μ for an environment's spaces.
 * @param scaling the range of each number of an observation; null: what the observation space says
 * @throws ConfigError where the features do not fit the spaces
 */
export function makeModel(config: Config, observationSpace: Space, actionSpace: Space, scaling: Bounds | null): Model {
  const observations = makeObservations(config, observationSpace);
  const state = makeStateFeatures(config.features, scaling ?? observations.bounds, observationSpace);
  const { measure, action, actions } = makeActions(config, actionSpace);
  return { features: new LinearFeatures(state, action), measure, actions, observations };
}

/** μ, χ and how nodes become actions. */
function makeActions(config: Config, space: Space): { measure: Measure; action: ActionFeatures; actions: Actions } {
  if (space instanceof Discrete) {
    return { measure: counting(space.n), action: discreteActions(space.n), actions: discreteActionsOf(space) };
  }
  if (space instanceof MultiDiscrete || space instanceof MultiBinary) {
    const { nodes, actions } = productActionsOf(space);
    return { measure: counting(nodes), action: discreteActions(nodes), actions };
  }
  if (space instanceof Box) {
    const { cells: given, basis } = config.actions;
    const cells = typeof given === 'number' ? new Array<number>(space.size).fill(given) : given;
    const [low, high] = [space.low.data, space.high.data] as ArrayLike<number>[];
    const measure = boxCells(low!, high!, cells);
    const action = basis.type === 'hat' ? hatActions(measure, basis.knots) : polynomialActions(measure, basis.degree);
    return { measure, action, actions: boxActionsOf(space, measure) };
  }
  throw new ConfigError(
    `${config.env.id} has the action space ${space}; expected Discrete, MultiDiscrete, MultiBinary or Box`,
  );
}

/** The critic of the configuration. */
export function makeCritic(config: Config, { features, measure }: Model): Critic {
  const { critic } = config;
  switch (critic.type) {
    case 'td':
      return temporalDifference(features, measure, config.env.numEnvs, critic);
    case 'trueOnlineTd':
      return trueOnline(features, measure, config.env.numEnvs, critic);
    case 'leastSquares':
      return leastSquares(features, measure, critic);
    case 'recursiveLeastSquares':
      return recursiveLeastSquares(features, measure, critic);
  }
}

/** A critic that learns from every step, by a step size. */
type OnlineCritic = Extract<Config['critic'], { type: 'td' | 'trueOnlineTd' }>;

/** Whether a critic learns from every step; the others learn from whole batches. */
export function isOnline(critic: Config['critic']): critic is OnlineCritic {
  return critic.type === 'td' || critic.type === 'trueOnlineTd';
}
