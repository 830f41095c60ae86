import { MdpError } from '../errors.js';
import type { Successor } from '../finite/finiteMdp.js';
import { checkKeys } from './keys.js';
import { showShape, type Tensor, type TensorLike, tensor, tensorOf } from './tensor.js';

/** A sparse matrix by rows, as SciPy's csr_array: row r holds data[k] in column indices[k] for indptr[r] ≤ k < indptr[r+1]. */
export interface SparseLike {
  data: TensorLike;
  indices: TensorLike;
  indptr: TensorLike;
  shape: TensorLike;
}

/** How a step may end the episode: `terminating` lets rows of P sum to less than one, the rest terminates; `termination` is P's missing mass. */
export interface Termination {
  terminating?: boolean | number | undefined;
  /** The probability that the step of a pair terminates, shape [S, m]. */
  termination?: TensorLike | undefined;
}

/** How far from one a row may sum. */
const ROUNDING = 1e-9;

/**
 * The successors of each pair, from P of shape [S, m, S] or a sparse one of shape [S·m, S].
 * @param actions m, which a sparse P does not say
 * @throws MdpError that names the row and the entry
 */
export function successorsFrom(P: unknown, actions: number, ends: Termination, name: string): Successor[][][] {
  const where = `${name}: P`;
  const { states, rows } = isSparse(P) ? sparseRows(P, actions, where) : denseRows(tensor(P, where), where);
  const count = rows.length / states;
  const termination = ends.termination === undefined ? null : terminationOf(ends, [states, count], name);
  const out: Successor[][][] = [];
  rows.forEach((row, pair) => {
    const [s, a] = [Math.floor(pair / count), pair % count];
    checkRow(row, `${where}[${s}][${a}]`, termination?.data[pair] ?? (ends.terminating ? null : 0));
    if (a === 0) out.push([]);
    out[s].push(row);
  });
  return out;
}

/** Whether P is Gymnasium's: P[s][a] is a list of [probability, next state, reward, terminated]. */
export function isGymnasium(P: unknown): boolean {
  if (isSparse(P)) return false;
  let at = P;
  for (let axis = 0; axis < 3; axis++) {
    if (typeof at !== 'object' || at === null || ArrayBuffer.isView(at) || 'shape' in at) return false;
    if (!Array.isArray(at)) return true;
    at = at[0];
  }
  return Array.isArray(at);
}

function isSparse(P: unknown): P is SparseLike {
  return typeof P === 'object' && P !== null && 'indptr' in P;
}

function terminationOf({ terminating, termination }: Termination, shape: [number, number], name: string): Tensor {
  const where = `${name}: termination`;
  if (terminating !== undefined) throw new MdpError(`${where} and terminating are given; expected one of them`);
  const found = tensorOf(termination, shape, where, '[states, actions]');
  const bad = found.data.findIndex((x) => !(x >= 0 && x <= 1));
  if (bad < 0) return found;
  throw new MdpError(
    `${where}[${Math.floor(bad / shape[1])}][${bad % shape[1]}] is ${found.data[bad]}; expected a probability`,
  );
}

/** @param ends the probability that the step terminates; null: what is missing from one */
function checkRow(row: readonly Successor[], where: string, ends: number | null): void {
  let mass = 0;
  for (const [probability, next] of row) {
    if (!(probability >= 0 && probability <= 1 + ROUNDING)) {
      throw new MdpError(`${where}[${next}] is ${probability}; expected a probability from 0 to 1`);
    }
    mass += probability;
  }
  if (ends === null ? mass <= 1 + ROUNDING : Math.abs(mass + ends - 1) <= ROUNDING) return;
  if (ends === null) throw new MdpError(`${where} sums to ${mass}; expected at most 1`);
  throw new MdpError(
    ends > 0
      ? `${where} sums to ${mass} and terminates with probability ${ends}; expected 1 together`
      : `${where} sums to ${mass}; expected 1. Divide the row by its sum in float64, or say that the rest terminates: ` +
          '"terminating": true, or "termination" with a probability for each pair',
  );
}

function denseRows({ shape, data }: Tensor, where: string) {
  const [states, actions, next] = shape;
  if (shape.length !== 3 || states !== next) {
    throw new MdpError(
      `${where} has the shape ${showShape(shape)}; expected [S, m, S], or a sparse matrix of the shape [S·m, S]`,
    );
  }
  const rows = Array.from({ length: states * actions }, (_, pair) => {
    const row: Successor[] = [];
    for (let s = 0; s < states; s++) if (data[pair * states + s] !== 0) row.push([data[pair * states + s], s]);
    return row;
  });
  return { states, rows };
}

function sparseRows(P: SparseLike, actions: number, where: string) {
  checkKeys(P, ['data', 'indices', 'indptr', 'shape', 'format'], ['data', 'indices', 'indptr', 'shape'], where);
  const vector = (key: 'data' | 'indices' | 'indptr' | 'shape') => {
    const { shape, data } = tensor(P[key], `${where}.${key}`);
    if (shape.length !== 1) throw new MdpError(`${where}.${key} has the shape ${showShape(shape)}; expected one axis`);
    return data;
  };
  const [pairs, states] = vector('shape');
  const [data, columns, offsets] = [vector('data'), vector('indices'), vector('indptr')];
  if (pairs !== states * actions) {
    throw new MdpError(
      `${where} has the shape ${showShape([pairs, states])}; expected [S·m, S] with m = ${actions} actions, as the costs have`,
    );
  }
  const rising = offsets.every((x, r) => Number.isInteger(x) && x >= (r === 0 ? 0 : offsets[r - 1]));
  if (offsets.length !== pairs + 1 || !rising || offsets[0] !== 0 || offsets[pairs] !== data.length) {
    throw new MdpError(
      `${where}.indptr does not fit; expected ${pairs + 1} integers that rise from 0 to ${data.length}, the length of data`,
    );
  }
  if (columns.length !== data.length) {
    throw new MdpError(`${where}.indices has ${columns.length} entries; expected ${data.length}, as data has`);
  }
  const bad = columns.findIndex((x) => !(Number.isInteger(x) && x >= 0 && x < states));
  if (bad >= 0)
    throw new MdpError(`${where}.indices[${bad}] is ${columns[bad]}; expected a state from 0 to ${states - 1}`);
  const rows = Array.from({ length: pairs }, (_, r) => {
    const row: Successor[] = [];
    for (let k = offsets[r]; k < offsets[r + 1]; k++) row.push([data[k], columns[k]]);
    return row;
  });
  return { states, rows };
}
