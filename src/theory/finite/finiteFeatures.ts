import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { LinearFeatures } from '../../features/index.js';
import { makeRows } from '../../features/index.js';
import { addScaled } from '../../numeric/addScaled.js';
import { dot } from '../../numeric/dot.js';
import { MdpError } from '../errors.js';
import type { FiniteMdp } from './finiteMdp.js';

/** φ(s,a) for every pair of a finite process. */
export interface FiniteFeatures {
  readonly name: string;
  /** N. */
  readonly size: number;
  /** φ(p), shape [S·m, N], row by row; null stands for the indicator of the pair, N = S·m: the tabular case. */
  readonly table: Float64Array | null;
}

/** The indicator of each pair: every Q is realisable (A3) and ‖φ‖ = 1. θ is Q itself. */
export function tabular({ states, actions }: FiniteMdp): FiniteFeatures {
  return { name: 'tabular', size: states * actions, table: null };
}

/** Features of a table, divided by sup‖φ‖₂ where that is above one, so that A1 holds. @param table shape [S·m, N] */
export function scaledFeatures(name: string, size: number, table: Float64Array): FiniteFeatures {
  const largest = supNorm({ name, size, table });
  return { name, size, table: largest > 1 ? table.map((x) => x / largest) : table };
}

/**
 * The agent's features, tabulated at every state of a finite process whose observation is the state's number.
 * A vector of theirs means the same in both.
 */
export function tabulate(features: LinearFeatures, { states, actions }: FiniteMdp, name: string): FiniteFeatures {
  const N = features.size;
  const table = new Float64Array(states * actions * N);
  const rows = makeRows(features.state, 1);
  const unit = new Float64Array(N);
  const column = new Float64Array(actions);
  for (let s = 0; s < states; s++) {
    features.state.encode(Float64Array.of(s), 0, rows.values, rows.indices, 0);
    for (let i = 0; i < N; i++) {
      unit[i] = 1;
      features.coefficients(unit, rows, 0, column);
      for (let a = 0; a < actions; a++) table[(s * actions + a) * N + i] = column[a];
      unit[i] = 0;
    }
  }
  return { name, size: N, table };
}

/** One feature a group of states and action: φ(s,a) = 1{group(s), a}. States of a group share their Q, so A3 fails in general. */
export function aggregate({ states, actions }: FiniteMdp, groups: number): FiniteFeatures {
  if (!(Number.isInteger(groups) && groups >= 1 && groups <= states)) {
    throw new RangeError(`aggregate: ${groups} groups; expected an integer from 1 to ${states}, the number of states`);
  }
  const size = groups * actions;
  const table = new Float64Array(states * actions * size);
  for (let s = 0; s < states; s++) {
    const group = Math.floor((s * groups) / states);
    for (let a = 0; a < actions; a++) table[(s * actions + a) * size + group * actions + a] = 1;
  }
  return { name: `aggregate:${groups}`, size, table };
}

/** The features of a name: `tabular` or `aggregate:K`. @throws MdpError for another, RangeError where K does not fit */
export function featuresByName(mdp: FiniteMdp, name: string): FiniteFeatures {
  if (name === 'tabular') return tabular(mdp);
  const groups = /^aggregate:(\d+)$/.exec(name)?.[1];
  if (groups !== undefined) return aggregate(mdp, Number(groups));
  throw new MdpError(
    `features "${name}"; expected tabular or aggregate:K (K groups of neighbouring states), or leave it out`,
  );
}

/** f(p) = ⟨vector, φ(p)⟩. @param vector shape [N]; @param out shape [S·m] */
export function combine({ table, size }: FiniteFeatures, vector: Float64Array, out: Float64Array): Float64Array {
  if (table === null) {
    out.set(vector);
    return out;
  }
  for (let p = 0; p < out.length; p++) out[p] = dot(table, p * size, vector, 0, size);
  return out;
}

/** Σ_p weight_p φ(p). @param weight shape [S·m]; @param out shape [N] */
export function integrate({ table, size }: FiniteFeatures, weight: Float64Array, out: Float64Array): Float64Array {
  if (table === null) {
    out.set(weight);
    return out;
  }
  out.fill(0);
  for (let p = 0; p < weight.length; p++) addScaled(table, p * size, weight[p], out, 0, size);
  return out;
}

/** sup ‖φ(s,a)‖₂ (A1 asks for at most 1). */
export function supNorm({ table, size }: FiniteFeatures): number {
  if (table === null) return 1;
  let largest = 0;
  for (let at = 0; at < table.length; at += size) {
    let squares = 0;
    for (let i = 0; i < size; i++) squares += table[at + i] ** 2;
    largest = Math.max(largest, squares);
  }
  return Math.sqrt(largest);
}

/** ∫ φφᵀ dβ. @param beta shape [S·m]; not for the tabular case, where it is diag β */
export function gramMatrix({ table, size }: FiniteFeatures, beta: Float64Array): Matrix {
  const gram = new Float64Array(size * size);
  for (let p = 0; p < beta.length; p++) {
    const row = table!.subarray(p * size, (p + 1) * size);
    for (let i = 0; i < size; i++) {
      const x = beta[p] * row[i];
      if (x !== 0) for (let j = 0; j < size; j++) gram[i * size + j] += x * row[j];
    }
  }
  return Matrix.from1DArray(size, size, gram);
}

/** An eigenvalue of ∫ φφᵀ dβ below this, relative to the largest, is rounding. */
const RANK = 1e-12;

/** λ_β = λ_min(∫ φφᵀ dβ) (A2 asks for more than 0), and the matrix's rank. @param beta shape [S·m] */
export function gramSpectrum(features: FiniteFeatures, beta: Float64Array): { least: number; rank: number } {
  const values: Iterable<number> =
    features.table === null
      ? beta
      : new EigenvalueDecomposition(gramMatrix(features, beta), { assumeSymmetric: true }).realEigenvalues;
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const x of values) [least, most] = [Math.min(least, x), Math.max(most, x)];
  // Indicators have the matrix diag β itself: nothing is rounded.
  const rounding = features.table === null ? 0 : RANK * most;
  let rank = 0;
  for (const x of values) if (x > rounding) rank++;
  return { least: Math.max(0, least), rank };
}
