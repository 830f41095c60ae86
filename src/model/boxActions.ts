import type { ActionsConfig } from '../config/actionsConfig.js';
import { ConfigError } from '../config/configError.js';
import { hatActions, polynomialActions, type ScaledPoints } from '../features/index.js';
import { type BoxRule, equalCells, gaussCells, productRule } from '../measure/boxRule.js';
import { latticeRule } from '../measure/lattice.js';
import { gaussian, type Reference, uniform } from '../measure/reference.js';
import type { ActionFamily } from '../policy/family.js';
import { nodeFamily } from '../policy/nodeFamily.js';
import { quadraticFamily } from '../policy/quadraticFamily.js';
import { Box, type NDArray } from '../spaces/index.js';

/** Dimensions up to which products of rules are the default. */
const FEW = 2;

type Basis = NonNullable<ActionsConfig['basis']>;
type Rule = NonNullable<ActionsConfig['rule']>;

/**
 * The policies on a Box. Left out, the basis is polynomials of degree 2 in one or two dimensions and quadratic beyond; the rule is exact for quadratic
 * features, else 9 cells in each of one or two dimensions and a lattice beyond.
 * @throws ConfigError naming the key that does not fit the space
 */
export function boxFamily(config: ActionsConfig, space: Box): ActionFamily {
  const few = space.size <= FEW;
  const exact = config.rule?.type === 'exact';
  const basis: Basis = config.basis ?? (few && !exact ? { type: 'polynomial', degree: 2 } : { type: 'quadratic' });
  const rule = config.rule ?? defaultRule(basis, few);
  const references = referencesOf(config.measure, space);
  if (rule.type === 'exact') {
    if (basis.type === 'quadratic') return quadraticFamily(references);
    throw new ConfigError(
      `actions.rule "exact" with actions.basis "${basis.type}"; expected the basis "quadratic", for which integrals are exact. ` +
        'Use the rule "cells", "gauss" or "lattice" for others.',
    );
  }
  try {
    const nodes = boxRule(rule, references, space);
    return nodeFamily(nodes, tableOf(basis, nodes));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`actions: ${(error as Error).message}`);
  }
}

/** The dimensions of a Box whose bounds differ, and the Box of these alone: the space itself where they are all, null where there is none. */
export function freePart(space: Box): { free: number[]; box: Box | null } {
  const free = Array.from({ length: space.size }, (_, i) => i).filter((i) => {
    const [low, high] = space.bounds(i);
    return low !== high;
  });
  if (free.length === space.size && space.size > 0) return { free, box: space };
  const part = ({ data }: NDArray) => free.map((i) => Number(data[i]));
  return {
    free,
    box: free.length === 0 ? null : new Box(part(space.low), part(space.high), [free.length], space.dtype),
  };
}

/**
 * The same family on independent randomisations of its rule.
 * @returns none where the rule is not random
 */
export function randomised(config: ActionsConfig, space: Box, replicas: number): ActionFamily[] {
  const { basis } = config;
  const rule = config.rule ?? (basis && defaultRule(basis, space.size <= FEW));
  if (rule?.type !== 'lattice') return [];
  return Array.from({ length: replicas }, (_, r) =>
    boxFamily({ ...config, rule: { ...rule, seed: rule.seed + 1 + r } }, space),
  );
}

function defaultRule(basis: Basis, few: boolean): Rule {
  if (basis.type === 'quadratic') return { type: 'exact' };
  return few ? { type: 'cells', cells: 9 } : { type: 'lattice', nodes: 1021, seed: 0 };
}

function tableOf(basis: Basis, nodes: ScaledPoints) {
  if (basis.type === 'hat') return hatActions(nodes, basis.knots);
  return basis.type === 'quadratic' ? polynomialActions(nodes, 2, 1) : polynomialActions(nodes, basis.degree);
}

function boxRule(rule: Exclude<Rule, { type: 'exact' }>, references: Reference[], space: Box): BoxRule {
  if (rule.type === 'lattice') return latticeRule(references, rule.nodes, rule.seed);
  const [key, make] = rule.type === 'cells' ? (['cells', equalCells] as const) : (['nodes', gaussCells] as const);
  const counts = perDimension(rule.type === 'cells' ? rule.cells : rule.nodes, `actions.rule.${key}`, space);
  return productRule(
    references,
    references.map((reference, i) => make(reference, counts[i])),
  );
}

/** μ in each dimension. */
function referencesOf(measure: ActionsConfig['measure'], space: Box): Reference[] {
  const bounds = Array.from({ length: space.size }, (_, i) => space.bounds(i).map(Number) as [number, number]);
  const make = (i: number, of: () => Reference): Reference => {
    try {
      return of();
    } catch (error) {
      throw new ConfigError(
        `actions.measure, dimension ${i} of the action space ${space}: ${(error as Error).message}`,
      );
    }
  };
  if (measure.type === 'uniform') return bounds.map(([low, high], i) => make(i, () => uniform(low, high)));
  const means = perDimension(measure.mean, 'actions.measure.mean', space);
  const deviations = perDimension(measure.standardDeviation, 'actions.measure.standardDeviation', space);
  return bounds.map(([low, high], i) => make(i, () => gaussian(low, high, means[i], deviations[i])));
}

/** One number for each dimension. */
function perDimension(value: number | number[], key: string, space: Box): number[] {
  const values = typeof value === 'number' ? new Array<number>(space.size).fill(value) : value;
  if (values.length === space.size) return values;
  throw new ConfigError(
    `${key} has ${values.length} entries; expected one number, or the ${space.size} of the action space ${space}`,
  );
}
