import { finiteObservations } from '../sampling/finiteObservations.js';
import { flatObservations } from '../sampling/flatObservations.js';
import { Box, Discrete, MultiBinary, MultiDiscrete, type Space } from '../spaces/index.js';
import type { ConfigInput } from './config.js';
import { ConfigError } from './configError.js';

/** What the settings are chosen from. */
export interface ChoiceInput {
  env: ConfigInput['env'];
  observationSpace: Space;
  actionSpace: Space;
  /** Of the environment's registration; null: none. */
  maxEpisodeSteps: number | null;
  rewardThreshold: number | null;
}

/** Settings with the reason of each. */
export interface Choice {
  config: ConfigInput;
  reasons: string[];
}

const TOTAL_STEPS = 100_000;
const NUM_ENVS = 8;
/** Steps a batch. */
const STEPS = 32;
/** Values of a finite observation that a table is kept for. */
const MOST_VALUES = 100_000;
/** Entries of θ that a regression can solve for in each update. */
const MOST_FEATURES = 700;
/** Numbers of an observation that linear features are made of. */
const MOST_NUMBERS = 1000;
/** Height and width from which a Box of bytes is taken for an image. */
const IMAGE = 16;
/** An image becomes so many rows and columns of grey. */
const GRID = 10;
/** Observations beyond this are as good as unbounded. */
const UNBOUNDED = 1e6;

/**
 * Settings for an environment of which nothing is known but its spaces (docs/configuration.md, "Without a preset").
 * @throws ConfigError where no settings fit the spaces, naming the space and the remedy
 */
export function chooseConfig({
  env,
  observationSpace,
  actionSpace,
  maxEpisodeSteps,
  rewardThreshold,
}: ChoiceInput): Choice {
  const reasons: string[] = [];
  const actions = chooseActions(env.id, actionSpace, reasons);
  const state = chooseFeatures(env.id, observationSpace, Math.floor(MOST_FEATURES / actions.features), reasons);
  const limit = env.maxEpisodeSteps ?? maxEpisodeSteps;
  if (limit === null) reasons.push('the environment has no time limit: episodes are cut after 1000 steps');
  reasons.push('gamma 0.99; tau and mirror step are automatic');
  const config: ConfigInput = {
    description: 'Chosen from the spaces of the environment.',
    env: { ...env, numEnvs: NUM_ENVS, ...(limit === null && { maxEpisodeSteps: 1000 }) },
    totalSteps: TOTAL_STEPS,
    gamma: 0.99,
    tau: 'auto',
    ...state,
    ...(actions.config && { actions: actions.config }),
    ...chooseCritic(state.features.type, actionSpace, reasons),
    actor: { mirrorStep: 'auto' },
    sampler: { type: 'onPolicy', steps: STEPS },
    evaluation: { every: 5000, episodes: 100, ...(rewardThreshold !== null && { threshold: rewardThreshold }) },
  };
  return { config, reasons };
}

/** Tiles are many and sparse: online steps. Else a regression: of all data where λ = 0 keeps it right, or with longer returns. */
function chooseCritic(
  features: ConfigInput['features']['type'],
  actions: Space,
  reasons: string[],
): Pick<ConfigInput, 'critic' | 'criticSteps'> {
  if (features === 'tileCoding') {
    reasons.push('critic: temporal differences of step size 0.5 with lambda 0.9');
    return {
      critic: { type: 'td', stepSize: 0.5, lambda: 0.9 },
      criticSteps: { type: 'constant', value: 3 },
    };
  }
  const allData = features === 'oneHot' || actions instanceof Box;
  const window = allData ? Math.ceil(TOTAL_STEPS / (NUM_ENVS * STEPS)) : 40;
  reasons.push(
    allData
      ? 'critic: regression on all data so far with expected one-step targets (lambda 0)'
      : `critic: regression on the latest ${window} batches with lambda 0.95`,
  );
  return {
    critic: { type: 'leastSquares', lambda: allData ? 0 : 0.95, window, ridge: 0.1 },
    criticSteps: { type: 'constant', value: allData ? 5 : 2 },
  };
}

/** Dimensions of a Box of actions for which settings are chosen, at most. */
const MOST_DIMENSIONS = 6;

/** Cells or exact integrals on a Box of actions, and how many features of actions share the entries of one regression. */
function chooseActions(
  id: string,
  space: Space,
  reasons: string[],
): { features: number; config?: ConfigInput['actions'] } {
  if (space instanceof Discrete || space instanceof MultiDiscrete || space instanceof MultiBinary)
    return { features: 1 };
  if (!(space instanceof Box)) {
    throw new ConfigError(`${id} has the action space ${space}; expected Discrete, MultiDiscrete, MultiBinary or Box`);
  }
  const n = space.size;
  if (n > MOST_DIMENSIONS) {
    throw new ConfigError(
      `${id} has the action space ${space} of ${n} dimensions; settings are chosen for at most ${MOST_DIMENSIONS}. Write a configuration ` +
        '(docs/configuration.md), or put a wrapper around the environment that offers fewer actions',
    );
  }
  if (n > 2) {
    reasons.push(`actions: a product of ${n} truncated Gaussians, features 1, a_i, a_i²`);
    return { features: 1 + 2 * n, config: { basis: { type: 'quadratic' } } };
  }
  const cells = n === 1 ? 15 : 9;
  reasons.push(`actions: ${cells} cells in each of ${n} dimensions, polynomial features of degree 2`);
  return {
    features: ((n + 1) * (n + 2)) / 2,
    config: { rule: { type: 'cells', cells }, basis: { type: 'polynomial', degree: 2 } },
  };
}

type State = Pick<ConfigInput, 'features' | 'observations'>;

function chooseFeatures(id: string, space: Space, most: number, reasons: string[]): State {
  const values = finiteObservations(space)?.size ?? Number.POSITIVE_INFINITY;
  if (values <= MOST_VALUES) {
    reasons.push(`features: oneHot, since the observation has ${values} values`);
    return { features: { type: 'oneHot' } };
  }
  if (space instanceof Discrete || !space.isFlattenable) {
    throw new ConfigError(
      `${id} has the observation space ${space}; expected at most ${MOST_VALUES} values, or numbers: a Box, MultiDiscrete, MultiBinary, Text, or Dict and Tuple ` +
        'of these. Put a wrapper around the environment that gives such observations (env.wrappers)',
    );
  }
  if (isImage(space)) {
    reasons.push(`observations: images of ${space.shape.join('×')} become ${GRID}×${GRID} grey numbers`);
    const features = numberFeatures(GRID * GRID, most);
    reasons.push(`features: ${describe(features)} of ${GRID * GRID} numbers`);
    return { observations: { image: GRID }, features };
  }
  const inputs = space.flatDim;
  if (inputs > MOST_NUMBERS || inputs > most) {
    throw new ConfigError(
      `${id} has the observation space ${space} of ${inputs} numbers; settings are chosen for at most ${Math.min(most, MOST_NUMBERS)}. ` +
        'Choose some of them by features.dimensions in a configuration (docs/configuration.md), or put a wrapper around the environment',
    );
  }
  const { low, high } = flatObservations(space).bounds;
  const open = Array.from(low).some((l, i) => !(l > -UNBOUNDED && high[i]! < UNBOUNDED));
  const features = numberFeatures(inputs, most);
  reasons.push(`features: ${describe(features)} of ${inputs} numbers`);
  if (!open) return { features };
  reasons.push('observations: scaled by their running mean and deviation, since the space is unbounded');
  return { features, observations: { scaling: 'running' } };
}

function isImage(space: Space): space is Box {
  if (!(space instanceof Box) || space.dtype !== 'uint8') return false;
  const [height = 0, width = 0] = space.shape;
  return (space.shape.length === 2 || space.shape.length === 3) && height >= IMAGE && width >= IMAGE;
}

type NumberFeatures = Extract<ConfigInput['features'], { type: 'fourier' | 'polynomial' | 'tileCoding' }>;

/**
 * Where actions are discrete (no features of actions multiply them), tiles in up to three dimensions, whose values stay as they began where nothing
 * was tried, so that costs explore, and coarse ones in six to eight. Else all products of cosines up to an order in few dimensions, then
 * products of two cosines, products of numbers or the numbers themselves: the richest of these that has at most `most` features.
 */
function numberFeatures(n: number, most: number): NumberFeatures {
  const isDiscrete = most === MOST_FEATURES;
  if (isDiscrete && n <= 3) return { type: 'tileCoding', tilings: 8, tiles: 8 };
  const budget = Math.min(most, 256);
  const order = Math.floor(budget ** (1 / n) + 1e-9) - 1;
  if (order >= 2) return { type: 'fourier', order: Math.min(order, 7) };
  if (isDiscrete && n <= 8) return { type: 'tileCoding', tilings: 16, tiles: 2 };
  const pairs = (k: number) => 1 + n * k + ((n * (n - 1)) / 2) * k * k;
  for (const k of [3, 2]) if (pairs(k) <= budget) return { type: 'fourier', order: k, maxNonZero: 2 };
  if (((n + 1) * (n + 2)) / 2 <= budget) return { type: 'polynomial', degree: 2 };
  return { type: 'polynomial', degree: 1 };
}

function describe(features: NumberFeatures): string {
  if (features.type === 'tileCoding') return `${features.tilings} tilings of ${features.tiles} tiles in each dimension`;
  if (features.type === 'polynomial') return `polynomial of degree ${features.degree}`;
  return `fourier of order ${features.order}${features.maxNonZero === undefined ? '' : ', at most two dimensions combined'}`;
}
