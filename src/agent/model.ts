import type { Critic } from '../critic/critic.js';
import { leastSquares } from '../critic/leastSquares.js';
import { temporalDifference } from '../critic/temporalDifference.js';
import {
  type Bounds,
  discreteActions,
  fourier,
  hatActions,
  LinearFeatures,
  oneHot,
  polynomialActions,
  type StateFeatures,
  tileCoding,
} from '../features/index.js';
import { boxCells } from '../measure/box.js';
import { counting, type Measure } from '../measure/measure.js';
import { type Actions, boxActionsOf, discreteActionsOf } from '../sampling/actions.js';
import { Box, Discrete, type Space } from '../spaces/index.js';
import type { Config } from './config.js';
import { ConfigError } from './configError.js';

/** What the configuration and an environment's spaces determine: φ, μ, and how nodes become actions. */
export interface Model {
  readonly features: LinearFeatures;
  readonly measure: Measure;
  readonly actions: Actions;
}

/** Builds φ and μ for an environment's spaces. @throws ConfigError where the features do not fit the spaces */
export function makeModel(config: Config, observationSpace: Space, actionSpace: Space): Model {
  const state = stateFeatures(config, observationSpace);
  if (actionSpace instanceof Discrete) {
    const features = new LinearFeatures(state, discreteActions(actionSpace.n));
    return { features, measure: counting(actionSpace.n), actions: discreteActionsOf(actionSpace) };
  }
  if (actionSpace instanceof Box) {
    const { cells: given, basis } = config.actions;
    const size = actionSpace.low.size;
    const cells = typeof given === 'number' ? new Array<number>(size).fill(given) : given;
    const [low, high] = [actionSpace.low.data, actionSpace.high.data] as ArrayLike<number>[];
    const measure = boxCells(low!, high!, cells);
    const action = basis.type === 'hat' ? hatActions(measure, basis.knots) : polynomialActions(measure, basis.degree);
    return { features: new LinearFeatures(state, action), measure, actions: boxActionsOf(actionSpace, measure) };
  }
  throw new ConfigError(`${config.env.id} has the action space ${actionSpace}; expected Discrete or Box`);
}

/** The critic of the configuration. */
export function makeCritic(config: Config, { features, measure }: Model): Critic {
  const { critic } = config;
  return critic.type === 'td'
    ? temporalDifference(features, measure, config.env.numEnvs, critic)
    : leastSquares(features, measure, critic);
}

function stateFeatures(config: Config, space: Space): StateFeatures {
  const { features } = config;
  if (features.type === 'oneHot') {
    if (space instanceof Discrete) return oneHot(space.n, space.start);
    throw new ConfigError(`features "oneHot" need a Discrete observation space; ${config.env.id} has ${space}`);
  }
  if (!(space instanceof Box)) {
    throw new ConfigError(`features "${features.type}" need a Box observation space; ${config.env.id} has ${space}`);
  }
  const bounds = boundsOf(features, space);
  return features.type === 'fourier' ? fourier({ ...features, ...bounds }) : tileCoding({ ...features, ...bounds });
}

function boundsOf(given: { low?: number[] | undefined; high?: number[] | undefined }, space: Box): Bounds {
  const size = space.shape.reduce((a, b) => a * b, 1);
  const low = given.low ?? Array.from(space.low.data as ArrayLike<number>, Number);
  const high = given.high ?? Array.from(space.high.data as ArrayLike<number>, Number);
  if (low.length !== size || high.length !== size) {
    throw new ConfigError(
      `features.low has ${low.length} and features.high ${high.length} entries; expected the ${size} of ${space}`,
    );
  }
  return { low, high };
}
