import type { ActionsConfig } from '../config/actionsConfig.js';
import type { ConfigInput } from '../config/config.js';
import { ConfigError, nameOf } from '../config/configError.js';
import { MAX_COMBINATIONS, productActionsOf } from '../sampling/actions.js';
import { Box, Discrete, type Space } from '../spaces/index.js';
import { freePart } from './boxActions.js';
import { isCombination } from './model.js';

/** What is chosen for an action space. */
export interface ActionChoice {
  config?: ConfigInput['actions'];
  /** Features of actions that share the entries of one regression. */
  features: number;
  /** How many actions have a regression of their own; 1 for a Box of floats, whose actions share one. */
  count: number;
}

/** Dimensions of a Box of actions for which settings are chosen, at most. */
const MOST_DIMENSIONS = 6;
/** Bounds of an action beyond this are as good as none. */
const UNBOUNDED = 1e6;

/**
 * Every value of a finite space is an action; cells or exact integrals on a Box of floats.
 * @param reasons receives what is chosen and why
 * @throws ConfigError naming the space and the remedy
 */
export function chooseActions(id: string, space: Space, reasons: string[]): ActionChoice {
  const count = countOf(id, space);
  if (count !== null) {
    if (count === 1) reasons.push('actions: there is only one, so that nothing can be learned but its value');
    return { features: 1, count };
  }
  if (!(space instanceof Box)) {
    throw new ConfigError(
      `${id} has the action space ${nameOf(space)}; expected Discrete, MultiDiscrete, MultiBinary or Box. ` +
        'Put a wrapper around the environment that offers such actions (env.wrappers)',
    );
  }
  const { free, box } = freePart(space);
  if (box === null) throw new Error('a Box without free dimensions is counted above');
  const n = free.length;
  if (n > MOST_DIMENSIONS) {
    throw new ConfigError(
      `${id} has the action space ${nameOf(space)} of ${n} dimensions; settings are chosen for at most ${MOST_DIMENSIONS}. Write a configuration ` +
        '(docs/configuration.md), or put a wrapper around the environment that offers fewer actions',
    );
  }
  if (n < space.size) reasons.push(`actions: ${space.size - n} of ${space.size} dimensions can have one value only`);
  const measure = measureOf(box, reasons);
  if (n > 2) {
    reasons.push(`actions: a product of ${n} truncated Gaussians, features 1, a_i, a_i²`);
    return { features: 1 + 2 * n, count: 1, config: { ...measure, basis: { type: 'quadratic' } } };
  }
  const cells = n === 1 ? 15 : 9;
  reasons.push(`actions: ${cells} cells in each of ${n} dimensions, polynomial features of degree 2`);
  return {
    features: ((n + 1) * (n + 2)) / 2,
    count: 1,
    config: { ...measure, rule: { type: 'cells', cells }, basis: { type: 'polynomial', degree: 2 } },
  };
}

/** The number of actions; null where it is not finite, or where they are no actions. */
function countOf(id: string, space: Space): number | null {
  if (space instanceof Box && freePart(space).box === null) return 1;
  if (!(space instanceof Discrete) && !isCombination(space)) return null;
  if (space instanceof Discrete && space.n <= MAX_COMBINATIONS) return space.n;
  try {
    if (isCombination(space)) return productActionsOf(space).count;
  } catch (error) {
    throw new ConfigError(`${id}: ${(error as Error).message}`);
  }
  throw new ConfigError(
    `${id} has the action space ${nameOf(space)}; expected at most ${MAX_COMBINATIONS} actions. ` +
      'Put a wrapper around the environment that offers fewer actions (env.wrappers)',
  );
}

/** The measure of a Box of which a dimension is unbounded: a Gaussian, as wide as the interval where there is one. None where μ is uniform. */
function measureOf(box: Box, reasons: string[]): { measure?: ActionsConfig['measure'] } {
  const bounds = Array.from({ length: box.size }, (_, i) => box.bounds(i).map(Number) as [number, number]);
  const isBounded = bounds.map(([low, high]) => low > -UNBOUNDED && high < UNBOUNDED);
  if (isBounded.every(Boolean)) return {};
  reasons.push('actions: the space is unbounded; a Gaussian of standard deviation 1 there (actions.measure)');
  const mean = bounds.map(([low, high], i) => {
    if (isBounded[i]) return (low + high) / 2;
    return Math.min(Math.max(0, low), high);
  });
  const standardDeviation = bounds.map(([low, high], i) => (isBounded[i] ? high - low : 1));
  return { measure: { type: 'gaussian', mean, standardDeviation } };
}
