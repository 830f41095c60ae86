import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import type { Critic, CriticProblem } from '../critic/critic.js';
import { leastSquares } from '../critic/leastSquares.js';
import { networkCritic } from '../critic/network.js';
import { recursiveLeastSquares } from '../critic/recursiveLeastSquares.js';
import { temporalDifference } from '../critic/temporalDifference.js';
import { trueOnline } from '../critic/trueOnline.js';
import {
  type ActionFeatures,
  type Bounds,
  CombinedFeatures,
  LinearFeatures,
  type StateFeatures,
} from '../features/index.js';
import { discreteFamily } from '../policy/discreteFamily.js';
import type { ActionFamily } from '../policy/family.js';
import { type Actions, boxActionsOf, discreteActionsOf, productActionsOf } from '../sampling/actions.js';
import type { Observations } from '../sampling/observations.js';
import { isInteger } from '../spaces/dtype.js';
import { Box, Discrete, MultiBinary, MultiDiscrete, type Space } from '../spaces/index.js';
import { boxFamily, freePart, randomised } from './boxActions.js';
import { makeStateFeatures } from './stateFeatures.js';
import { makeViews, rowsOf } from './views.js';

/** What the configuration and an environment's spaces determine: φ, the policies on actions, how observations become numbers and codes actions. */
export interface Model {
  readonly features: LinearFeatures;
  readonly family: ActionFamily;
  /** The family on other randomisations of its rule, by which the error of its integrals is told; none where nothing is random. */
  readonly replicas: readonly ActionFamily[];
  readonly actions: Actions;
  readonly observations: Observations;
}

/** Random shifts of a lattice by which its error is told. */
const REPLICAS = 8;

/**
 * Builds φ and the family of policies for an environment's spaces.
 * @param scaling the range of each number of an observation; null: what the observation space says
 * @throws ConfigError where the features do not fit the spaces
 */
export function makeModel(config: Config, observationSpace: Space, actionSpace: Space, scaling: Bounds | null): Model {
  const views = makeViews(config, observationSpace);
  const observations = rowsOf(views, observationSpace);
  const state = makeStateFeatures(config.features, scaling ?? observations.bounds, views);
  const { family, actions, replicas } = makeActions(config, actionSpace);
  const features = featuresOf(config, state, family.features);
  return { features, family, replicas, actions, observations };
}

/** φ of the products, or of their combinations. @throws ConfigError where these do not fit */
function featuresOf({ combinations, env }: Config, state: StateFeatures, action: ActionFeatures): LinearFeatures {
  if (combinations === undefined) return new LinearFeatures(state, action);
  if (state.stepScale !== null) {
    throw new ConfigError(
      `the configuration of ${env.id}: combinations of features that have steps of their own, as "fourier"; expected others, for example "polynomial"`,
    );
  }
  return new CombinedFeatures(state, action, combinations);
}

/**
 * The policies on an action space, and how their codes become actions. A Box of integers is taken for a MultiDiscrete; dimensions of a Box whose bounds
 * are equal are left to them.
 * @throws ConfigError where there are none for this space
 */
export function makeActions(config: Config, space: Space): Pick<Model, 'family' | 'actions' | 'replicas'> {
  checkIntegers(config, space);
  if (space instanceof Discrete) {
    return { family: discreteFamily(space.n), actions: discreteActionsOf(space), replicas: [] };
  }
  if (isCombination(space)) {
    try {
      const { count, actions } = productActionsOf(space);
      return { family: discreteFamily(count), actions, replicas: [] };
    } catch (error) {
      throw new ConfigError(`${config.env.id}: ${(error as Error).message}`);
    }
  }
  if (space instanceof Box) {
    const { free, box } = freePart(space);
    const family = box === null ? discreteFamily(1) : boxFamily(config.actions, box);
    const replicas = box === null ? [] : randomised(config.actions, box, REPLICAS);
    return { family, actions: boxActionsOf(space, family.features.width, free), replicas };
  }
  throw new ConfigError(
    `${config.env.id} has the action space ${space}; expected Discrete, MultiDiscrete, MultiBinary or Box`,
  );
}

/** Actions of integers travel as int32. @throws ConfigError where the space has greater ones */
function checkIntegers({ env }: Config, space: Space): void {
  const bounds =
    space instanceof Discrete
      ? [space.start, space.start + space.n - 1]
      : isCombination(space)
        ? Array.from({ length: space.size }, (_, i) => space.bounds(i).map(Number)).flat()
        : [];
  if (bounds.every((x) => Math.abs(x) < 2 ** 31)) return;
  throw new ConfigError(
    `${env.id} has the action space ${space}, with actions beyond ±2³¹; expected smaller integers. Shift them by a wrapper around the environment.`,
  );
}

/** Whether an action is a combination of values of entries: these are numbered, and each is an action. */
export function isCombination(space: Space): space is MultiDiscrete | MultiBinary | Box {
  return (
    space instanceof MultiDiscrete || space instanceof MultiBinary || (space instanceof Box && isInteger(space.dtype))
  );
}

/** The critic of the configuration. */
export function makeCritic(config: Config, { features, family }: Model): Critic {
  const { critic, env, seed } = config;
  const problem: CriticProblem = { features, family, numEnvs: env.numEnvs, seed };
  switch (critic.type) {
    case 'td':
      return temporalDifference(problem, critic);
    case 'trueOnlineTd':
      return trueOnline(problem, critic);
    case 'leastSquares':
      return leastSquares(problem, critic);
    case 'recursiveLeastSquares':
      return recursiveLeastSquares(problem, critic);
    case 'network':
      return networkCritic(problem, critic);
  }
}

/** A critic that learns from every step, by a step size. */
type OnlineCritic = Extract<Config['critic'], { type: 'td' | 'trueOnlineTd' }>;

/** Whether a critic learns from every step; the others learn from whole batches. */
export function isOnline(critic: Config['critic']): critic is OnlineCritic {
  return critic.type === 'td' || critic.type === 'trueOnlineTd';
}
