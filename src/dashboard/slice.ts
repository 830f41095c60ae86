import type { ActorCritic, Config } from '../agent/index.js';
import type { Bounds } from '../features/index.js';

/** What a slice can be cut from. */
export type StateSpace =
  /** A finite set of states, numbered from `first` on; there is nothing to choose. */
  | { readonly kind: 'finite'; readonly states: number; readonly first: number }
  /** Numbers, of which two vary; low and high are the ranges drawn. */
  | { readonly kind: 'numbers'; readonly low: readonly number[]; readonly high: readonly number[] }
  | { readonly kind: 'none'; readonly reason: string };

/** The value and the policy on a grid of states. Row 0 is the lowest of the vertical dimension; state = row·columns + column. */
export interface Slice {
  readonly rows: number;
  readonly columns: number;
  /** −V̄(s;θ) / costScale: the expected discounted return, regularised, by the critic; null for a cell without a state. */
  readonly value: readonly (number | null)[];
  /** The likeliest action: its number, or the first number of a Box action. */
  readonly action: readonly (number | null)[];
  /** π of it, for discrete actions; KL(π(·|s)|μ) for a Box. */
  readonly certainty: readonly (number | null)[];
}

/** Numbers of an observation at most of which two can be chosen with reason. */
const MAX_INPUTS = 64;

/** @param seen the least and greatest observations seen, for dimensions that nothing bounds */
export function stateSpaceOf(agent: ActorCritic, seen: Bounds): StateSpace {
  const { state } = agent.policy.features;
  if (agent.config.features.type === 'oneHot') {
    return { kind: 'finite', states: state.size, first: agent.model.observations.bounds.low[0] };
  }
  if (state.inputs < 2) return { kind: 'none', reason: 'The observation is one number: there are no two to choose.' };
  if (state.inputs > MAX_INPUTS) {
    return { kind: 'none', reason: `The observation has ${state.inputs} numbers: two of them say little.` };
  }
  const { low, high } = givenBounds(agent.config, state.inputs) ?? agent.scaling ?? agent.model.observations.bounds;
  const known = Array.from({ length: state.inputs }, (_, i) => Number.isFinite(low[i]) && Number.isFinite(high[i]));
  return {
    kind: 'numbers',
    low: known.map((finite, i) => (finite ? low[i] : Number.isFinite(seen.low[i]) ? seen.low[i] : -1)),
    high: known.map((finite, i) => (finite ? high[i] : Number.isFinite(seen.high[i]) ? seen.high[i] : 1)),
  };
}

/** The bounds in the configuration of the features, where they are for the whole observation. */
function givenBounds({ features }: Config, inputs: number): Bounds | null {
  const { low, high } = features as { low?: number[]; high?: number[] };
  return low?.length === inputs && high?.length === inputs ? { low, high } : null;
}

/** Where the slice is cut: the dimensions to the right and upwards, and the values of all. */
export interface Cut {
  readonly x: number;
  readonly y: number;
  readonly at: readonly number[];
}

/** Cells of a slice along each dimension. */
const CELLS = 41;

/** Evaluates the critic and the policy on a slice. */
export function sliceOf(agent: ActorCritic, space: Exclude<StateSpace, { kind: 'none' }>, cut: Cut): Slice {
  const evaluate = evaluator(agent);
  if (space.kind === 'finite') {
    const columns = columnsOf(space.states);
    const rows = Math.ceil(space.states / columns);
    // States are read like a text, from the top left.
    const cells = grid(rows, columns).map(([row, column]) => (rows - 1 - row) * columns + column);
    return collect(
      rows,
      columns,
      cells.map((s) => (s < space.states ? evaluate([s + space.first]) : null)),
    );
  }
  const { low, high } = space;
  const place = (i: number, cell: number) => low[i] + ((high[i] - low[i]) * (cell + 0.5)) / CELLS;
  const state = [...cut.at];
  const cells = grid(CELLS, CELLS).map(([row, column]) => {
    state[cut.x] = place(cut.x, column);
    state[cut.y] = place(cut.y, row);
    return evaluate(state);
  });
  return collect(CELLS, CELLS, cells);
}

interface Cell {
  value: number;
  action: number;
  certainty: number;
}

function evaluator(agent: ActorCritic): (state: readonly number[]) => Cell {
  const { acting } = agent;
  const { features } = agent.model;
  const chosen = acting.room(1);
  return (state) => {
    const cell = { value: 0, action: 0, certainty: 0 };
    acting.act(Float64Array.from(state), null, chosen, (density, e, rows) => {
      cell.value = agent.valueOf(density, rows, e);
      cell.certainty = features.action.indicator ? density.mean[chosen.codes[0]] : density.kl;
    });
    cell.action = features.action.indicator ? chosen.codes[0] : chosen.actions[0];
    return cell;
  };
}

function grid(rows: number, columns: number): [row: number, column: number][] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);
}

/** The side of a square, or else the greatest divisor that makes a grid not much wider than twice its height. */
function columnsOf(states: number): number {
  const root = Math.sqrt(states);
  if (Number.isInteger(root)) return root;
  for (let columns = Math.floor(2 * root); columns > root; columns--) if (states % columns === 0) return columns;
  return Math.ceil(root);
}

function collect(rows: number, columns: number, cells: readonly (Cell | null)[]): Slice {
  // Five digits are more than a colour shows.
  const column = (key: keyof Cell) => cells.map((c) => (c === null ? null : Number(c[key].toPrecision(5))));
  return { rows, columns, value: column('value'), action: column('action'), certainty: column('certainty') };
}
