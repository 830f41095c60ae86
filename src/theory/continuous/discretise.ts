import { MdpError } from '../errors.js';
import type { FiniteMdp } from '../finite/finiteMdp.js';
import { type ContinuousProcess, pairText, pointText } from './process.js';
import { lawDensity, type Point, type Rule, ruleOf } from './region.js';

/** A process read at the nodes of a rule. */
export interface Discretised {
  readonly process: ContinuousProcess;
  /** Nodes a coordinate. */
  readonly nodes: number;
  readonly states: Rule;
  readonly actions: Rule;
  readonly mdp: FiniteMdp;
  /** φ at the nodes, not scaled; shape [S·m, N]. */
  readonly table: Float64Array;
  /** N. */
  readonly size: number;
  /** The law of `states` ⊗ μ, shape [S·m]. */
  readonly beta: Float64Array;
  /** Σ_j of ρ and of μ at the nodes: 1 but for the rule's error. */
  readonly masses: { readonly rho: number; readonly mu: number };
}

/** One state, the empty point: a bandit's. */
const SINGLE: Rule = { points: [[]], weights: Float64Array.of(1) };

/**
 * Replaces every integral by the sum over n Gauss nodes a coordinate: a finite process whose measure μ is the rule. Nothing is normalised.
 * @throws MdpError where a function gives what it must not, with the point
 */
export function discretise(process: ContinuousProcess, n: number): Discretised {
  const { name, gamma } = process;
  const states = process.states === undefined ? SINGLE : ruleOf(process.states, n);
  const rule = ruleOf(process.actions, n);
  const mu = weighted(
    rule,
    'density' in process.actions ? process.actions.density : undefined,
    process.actions,
    `${name}: mu`,
  );
  const rho = weighted(states, process.rho, process.states, `${name}: rho`);
  const actions = { points: rule.points, weights: mu };
  const [S, m] = [states.points.length, actions.points.length];
  const size = checkedFeatures(process, states.points[0], actions.points[0]).length;
  const cost = new Float64Array(S * m);
  const table = new Float64Array(S * m * size);
  const values = new Float64Array(process.transition === undefined ? 0 : S * m * S);
  const next = nextWeights(process, states);
  states.points.forEach((s, i) => {
    actions.points.forEach((a, k) => {
      const p = i * m + k;
      cost[p] = checkedCost(process, s, a);
      table.set(checkedFeatures(process, s, a, size), p * size);
      if (values.length > 0) next(s, a, values.subarray(p * S, (p + 1) * S));
    });
  });
  const row = values.length > 0 ? S : 0;
  const mdp: FiniteMdp = {
    name,
    states: S,
    actions: m,
    gamma,
    cost,
    transitions: {
      offsets: Int32Array.from({ length: S * m + 1 }, (_, p) => p * row),
      columns: Int32Array.from({ length: values.length }, (_, k) => k % S),
      values,
      full: row > 0,
    },
    rho,
    measure: { nodes: m, weights: mu },
  };
  const beta = cost.map((_, p) => states.weights[Math.floor(p / m)] * mu[p % m]);
  const total = sum(beta);
  return {
    process,
    nodes: n,
    states,
    actions,
    mdp,
    table,
    size,
    // β is the builder's own choice, so it may be made a probability.
    beta: beta.map((b) => b / total),
    masses: { rho: sum(rho), mu: sum(mu) },
  };
}

/** (s, a, out): out_j ← the rule's weight of s_j times p(s_j|s,a), so that ∫ f(s') p(s'|s,a) ds' = Σ_j out_j f(s_j). */
export function nextWeights(process: ContinuousProcess, { points, weights }: Rule) {
  const { transition, states, name } = process;
  if (transition === undefined || states === undefined) return (_s: Point, _a: Point, out: Float64Array) => out.fill(0);
  const law = lawDensity(states);
  const factor = weights.map((w, j) => w / law(points[j]));
  return (s: Point, a: Point, out: Float64Array) => {
    for (let j = 0; j < points.length; j++) {
      const p = transition(points[j], s, a);
      if (!(p >= 0 && p < Number.POSITIVE_INFINITY)) {
        throw new MdpError(
          `${name}: transition: the density of s' = ${pointText(points[j])} at ${pairText(s, a)} is ${p}; expected a finite number of 0 or more`,
        );
      }
      out[j] = factor[j] * p;
    }
    return out;
  };
}

/** Weights of a density on a region's rule; the rule's own without one. */
function weighted(
  { points, weights }: Rule,
  density: ((x: Point) => number) | undefined,
  region: ContinuousProcess['states'],
  where: string,
): Float64Array {
  if (density === undefined || region === undefined) return weights;
  const law = lawDensity(region);
  return weights.map((w, j) => {
    const p = density(points[j]);
    if (!(p >= 0 && p < Number.POSITIVE_INFINITY)) {
      throw new MdpError(
        `${where}: the density at ${pointText(points[j])} is ${p}; expected a finite number of 0 or more`,
      );
    }
    return (w * p) / law(points[j]);
  });
}

export function checkedCost({ name, cost }: ContinuousProcess, s: Point, a: Point): number {
  const c = cost(s, a);
  if (!Number.isFinite(c))
    throw new MdpError(`${name}: cost: at ${pairText(s, a)} it is ${c}; expected a finite number`);
  return c;
}

export function checkedFeatures({ name, features }: ContinuousProcess, s: Point, a: Point, size?: number) {
  const phi = features(s, a);
  const wrong =
    !Array.isArray(phi) || phi.length === 0 || !phi.every(Number.isFinite) || phi.length !== (size ?? phi.length);
  if (!wrong) return phi;
  const expected = size === undefined ? 'an array of finite numbers' : `${size} finite numbers, as elsewhere`;
  throw new MdpError(`${name}: features: at ${pairText(s, a)} they are ${JSON.stringify(phi)}; expected ${expected}`);
}

function sum(x: Float64Array): number {
  return x.reduce((total, y) => total + y, 0);
}
