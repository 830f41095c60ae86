import { counting, type Measure } from '../../measure/measure.js';
import { addScaled } from '../../numeric/addScaled.js';
import { dot } from '../../numeric/dot.js';
import { MdpError } from '../errors.js';

/**
 * A finite decision process with costs. Pair p = s·m + a. Where a step may terminate, its row of P sums to less than one: the
 * missing mass goes to a cemetery in which nothing is paid, π = μ and φ = 0, so every formula of docs/theory.md stays as it is.
 */
export interface FiniteMdp {
  readonly name: string;
  /** |S|. */
  readonly states: number;
  /** m = |A|. */
  readonly actions: number;
  /** Discount, 0 ≤ γ < 1. */
  readonly gamma: number;
  /** c(s,a) = −reward; shape [S·m]. */
  readonly cost: Float64Array;
  /** P(s'|s,a), a sparse matrix of shape [S·m, S]. */
  readonly transitions: SparseRows;
  /** Law of s₀; shape [S]. */
  readonly rho: Float64Array;
  /** The reference measure μ on A. */
  readonly measure: Measure;
  /** Rows and columns where the states are the cells of a grid, row by row (for drawings). */
  readonly grid?: readonly [rows: number, columns: number];
  /** What the cells of the grid are, where that is known; shape [S]. */
  readonly cells?: readonly CellKind[];
}

/**
 * What a state is: one that the episode ends in, for good (`goal`) or for worse (`hole`), one that is never entered (`unreachable`, such as a
 * wall or the cliff that one falls off), one that ρ starts in, or none of these.
 */
export type CellKind = 'start' | 'free' | 'hole' | 'goal' | 'unreachable';

/** Row r holds `values[k]` in column `columns[k]` for offsets[r] ≤ k < offsets[r+1]. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  /** Whether every row holds all columns 0, 1, … in their order, so that `values` is the matrix itself. */
  readonly full: boolean;
}

/** One way a step may go: probability and next state. A step that terminates is left out. */
export type Successor = readonly [probability: number, next: number];

/** What a finite process is made of. */
export interface MdpDescription {
  name: string;
  gamma: number;
  /** c(s,a); shape [S][m]. */
  cost: readonly ArrayLike<number>[];
  /** The successors of each pair, shape [S][m]. */
  successors: readonly (readonly (readonly Successor[])[])[];
  /** Uniform if left out. */
  rho?: ArrayLike<number>;
  /** Counting measure if left out. */
  measure?: Measure;
  grid?: readonly [number, number];
}

/** How far from one a sum of probabilities may be: JSON files and Gymnasium's P are rounded. */
const ROUNDING = 1e-9;

/**
 * Checks a description and packs it into arrays.
 * @throws MdpError that names the state and action, what was found, what was expected and what to do
 */
export function finiteMdp(description: MdpDescription): FiniteMdp {
  const { name, gamma, cost, successors, grid } = description;
  const fail = (where: string, problem: string) => {
    throw new MdpError(`${name}: ${where}: ${problem}`);
  };
  if (!(gamma >= 0 && gamma < 1)) {
    fail('gamma', `is ${gamma}; expected 0 ≤ gamma < 1. Give another one with --gamma or in the file`);
  }
  const states = cost.length;
  const actions = cost[0]?.length ?? 0;
  if (states < 1 || actions < 1) {
    fail('cost', `has ${states} states and ${actions} actions; expected at least one of each`);
  }
  if (successors.length !== states) {
    fail('transitions', `${successors.length} states; expected ${states}, as many as cost has`);
  }
  const measure = description.measure ?? counting(actions);
  if (measure.nodes !== actions)
    fail('mu', `has ${measure.nodes} entries; expected ${actions}, as many as there are actions`);
  const offsets = new Int32Array(states * actions + 1);
  const columns: number[] = [];
  const values: number[] = [];
  const costs = new Float64Array(states * actions);
  for (let s = 0; s < states; s++) {
    if (cost[s].length !== actions || successors[s].length !== actions) {
      fail(`state ${s}`, `has ${successors[s].length} actions; expected ${actions}, as state 0 has`);
    }
    for (let a = 0; a < actions; a++) {
      const where = `state ${s}, action ${a}`;
      const c = cost[s][a];
      if (!Number.isFinite(c)) fail(where, `cost ${c}; expected a finite number`);
      costs[s * actions + a] = c;
      let mass = 0;
      for (const [probability, next] of successors[s][a]) {
        if (!(probability >= 0 && probability <= 1 + ROUNDING)) {
          fail(where, `probability ${probability}; expected a number from 0 to 1`);
        }
        if (!(Number.isInteger(next) && next >= 0 && next < states)) {
          fail(where, `next state ${next}; expected an integer from 0 to ${states - 1}`);
        }
        mass += probability;
        if (probability === 0) continue;
        columns.push(next);
        values.push(probability);
      }
      if (mass > 1 + ROUNDING) fail(where, `probabilities sum to ${mass}; expected at most 1`);
      offsets[s * actions + a + 1] = columns.length;
    }
  }
  const rho = distribution(description.rho ?? new Float64Array(states).fill(1 / states), states, `${name}: rho`);
  const full = columns.length === states * actions * states && columns.every((next, k) => next === k % states);
  const transitions = { offsets, columns: Int32Array.from(columns), values: Float64Array.from(values), full };
  return { name, states, actions, gamma, cost: costs, transitions, rho, measure, ...(grid && { grid }) };
}

/** Copies a probability vector. @throws MdpError where it is none */
export function distribution(weights: ArrayLike<number>, size: number, where: string): Float64Array {
  if (weights.length !== size) throw new MdpError(`${where}: ${weights.length} entries; expected ${size}`);
  const copy = Float64Array.from(weights);
  const bad = copy.findIndex((p) => !(p >= 0));
  if (bad >= 0) throw new MdpError(`${where}: entry ${bad} is ${copy[bad]}; expected a number of 0 or more`);
  const sum = copy.reduce((total, p) => total + p, 0);
  if (!(Math.abs(sum - 1) <= ROUNDING)) {
    throw new MdpError(`${where}: the entries sum to ${sum}; expected 1. Divide them by their sum`);
  }
  return copy;
}

/** The same process with another discount. */
export function withGamma(mdp: FiniteMdp, gamma: number): FiniteMdp {
  if (!(gamma >= 0 && gamma < 1)) throw new MdpError(`${mdp.name}: gamma is ${gamma}; expected 0 ≤ gamma < 1`);
  return { ...mdp, gamma };
}

/** y_p = Σ_{s'} P(s'|p) x_{s'}; x of shape [S], y of shape [S·m]. */
export function expectNext({ transitions }: FiniteMdp, x: Float64Array, out: Float64Array): Float64Array {
  const { offsets, columns, values, full } = transitions;
  if (full) {
    for (let p = 0; p < out.length; p++) out[p] = dot(values, p * x.length, x, 0, x.length);
    return out;
  }
  for (let p = 0; p < out.length; p++) {
    let sum = 0;
    for (let k = offsets[p]; k < offsets[p + 1]; k++) sum += values[k] * x[columns[k]];
    out[p] = sum;
  }
  return out;
}

/** y_{s'} = Σ_p x_p P(s'|p): the law of the next state; x of shape [S·m], y of shape [S]. */
export function pushForward({ transitions }: FiniteMdp, x: Float64Array, out: Float64Array): Float64Array {
  const { offsets, columns, values, full } = transitions;
  out.fill(0);
  for (let p = 0; p < x.length; p++) {
    const mass = x[p];
    if (mass === 0) continue;
    if (full) addScaled(values, p * out.length, mass, out, 0, out.length);
    else for (let k = offsets[p]; k < offsets[p + 1]; k++) out[columns[k]] += mass * values[k];
  }
  return out;
}
