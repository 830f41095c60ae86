import { type ConfigInput, parseConfig } from '../config/config.js';
import { ConfigError, nameOf } from '../config/configError.js';
import type { Space } from '../spaces/index.js';
import { type ActionChoice, chooseActions } from './chooseActions.js';
import { chooseFeatures } from './chooseFeatures.js';
import { makeModel } from './model.js';
import { makeViews, rowsOf } from './views.js';

/** What the settings are chosen from. */
export interface ChoiceInput {
  /** How the environment is made. Default: it is not, since the program that has it steps it (docs/agent-server.md). */
  env?: ConfigInput['env'];
  observationSpace: Space;
  actionSpace: Space;
  /** Of the environment's registration; null, the default: none. */
  maxEpisodeSteps?: number | null;
  rewardThreshold?: number | null;
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
/** Entries of θ that a regression can solve for in each update. */
const MOST_FEATURES = 700;
/** Numbers of the Gram matrices of all discrete actions, one matrix an action. */
const MOST_GRAM = 2 ** 23;
/** Entries of θ, and so of each vector beside it: of a table, and of tiles, for which every update goes through all of them. */
const MOST_ENTRIES = 2 ** 23;
const MOST_TILES = 2 ** 21;

/**
 * Settings for an environment of which nothing is known but its spaces (docs/configuration.md, "Automatic settings").
 * @throws ConfigError where no settings fit the spaces, naming the space and the remedy
 */
export function chooseConfig({
  env,
  observationSpace,
  actionSpace,
  maxEpisodeSteps = null,
  rewardThreshold = null,
}: ChoiceInput): Choice {
  const reasons: string[] = [];
  const id = env?.id ?? 'the environment';
  const actions = chooseActions(id, actionSpace, reasons);
  const state = chooseFeatures(id, observationSpace, budgetOf(actions), reasons);
  const isEndless = env !== undefined && (env.maxEpisodeSteps ?? maxEpisodeSteps) === null;
  if (isEndless) reasons.push('the environment has no time limit: episodes are cut after 1000 steps');
  reasons.push('gamma 0.99; tau and mirror step are automatic');
  const config: ConfigInput = {
    description: 'Chosen from the spaces of the environment.',
    env: { id, ...env, numEnvs: NUM_ENVS, ...(isEndless && { maxEpisodeSteps: 1000 }) },
    totalSteps: TOTAL_STEPS,
    gamma: 0.99,
    tau: 'auto',
    ...state,
    ...(actions.config && { actions: actions.config }),
    ...chooseCritic(state.features.type, actions, reasons),
    actor: { mirrorStep: 'auto' },
    sampler: { type: 'onPolicy', steps: STEPS },
    evaluation: { every: 5000, episodes: 100, ...(rewardThreshold !== null && { threshold: rewardThreshold }) },
  };
  checkModel(config, observationSpace, actionSpace);
  return { config, reasons };
}

/** What a regression can be solved for and kept in memory. */
function budgetOf({ features, count, config }: ActionChoice) {
  const most = Math.min(Math.floor(MOST_FEATURES / features), Math.floor(Math.sqrt(MOST_GRAM / count)));
  return {
    most,
    mostValues: Math.floor(MOST_ENTRIES / count),
    mostTiles: Math.floor(MOST_TILES / count),
    discrete: config === undefined,
  };
}

/** Tiles are many and sparse: online steps. Else a regression: of all data where λ = 0 keeps it right, or with longer returns. */
function chooseCritic(
  features: ConfigInput['features']['type'],
  actions: ActionChoice,
  reasons: string[],
): Pick<ConfigInput, 'critic' | 'criticSteps'> {
  if (features === 'tileCoding') {
    reasons.push('critic: temporal differences of step size 0.5 with lambda 0.9');
    return {
      critic: { type: 'td', stepSize: 0.5, lambda: 0.9 },
      criticSteps: { type: 'constant', value: 3 },
    };
  }
  const allData = features === 'oneHot' || actions.config !== undefined;
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

/** What does not fit after all is told now, not when the environments have been made. */
function checkModel(input: ConfigInput, observationSpace: Space, actionSpace: Space): void {
  const config = parseConfig(input, 'the settings chosen');
  try {
    const { inputs } = rowsOf(makeViews(config, observationSpace), observationSpace);
    // What running scaling will be is known only later; that it is finite is enough here.
    const running = { low: new Array<number>(inputs).fill(-1), high: new Array<number>(inputs).fill(1) };
    const scaling = config.observations.scaling === 'running' ? running : null;
    makeModel(config, observationSpace, actionSpace, scaling);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `no settings were found for ${config.env.id}, with the observation space ${nameOf(observationSpace)} and the action space ${nameOf(actionSpace)}: ` +
        `${(error as Error).message} Write a configuration (docs/configuration.md)`,
    );
  }
}
