import { addScaled } from '../../numeric/addScaled.js';
import { biconjugateGradient, type Operator } from '../../numeric/biconjugateGradient.js';
import { dot } from '../../numeric/dot.js';
import { eliminate } from '../../numeric/solveSquare.js';
import { norm } from '../../numeric/vectors.js';
import type { FiniteMdp } from './finiteMdp.js';

/** Up to so many states a dense factorisation is the quicker way. */
const DENSE = 128;

/**
 * Solves (I − M) x = rhs, or (I − Mᵀ) x = rhs, where M(s,s') = Σ_a weight(s,a) P(s'|s,a). Every linear solve of the finite theory is one
 * of these: V and θ_π with M, occupancies with Mᵀ. The rows of M must sum to less than one.
 * @param weight shape [S·m], not negative
 * @param rhs shape [S]
 * @returns x, shape [S], with a residual near rounding
 */
export function solveDiscounted(
  mdp: FiniteMdp,
  weight: Float64Array,
  rhs: Float64Array,
  transposed = false,
): Float64Array {
  if (mdp.states <= DENSE) return solveDense(mdp, weight, rhs, transposed);
  const apply = product(mdp, weight, transposed);
  const operator = (x: Float64Array, out: Float64Array) => {
    apply(x, out);
    for (let s = 0; s < x.length; s++) out[s] = x[s] - out[s];
  };
  return biconjugateGradient(operator, rhs) ?? fixedPoint(apply, rhs);
}

function solveDense(mdp: FiniteMdp, weight: Float64Array, rhs: Float64Array, transposed: boolean): Float64Array {
  const S = mdp.states;
  const M = denseMatrix(mdp, weight);
  const matrix = new Float64Array(S * S);
  for (let i = 0; i < S; i++) {
    for (let j = 0; j < S; j++) matrix[i * S + j] = (i === j ? 1 : 0) - M[transposed ? j * S + i : i * S + j];
  }
  const x = rhs.slice();
  eliminate(matrix, x);
  return x;
}

/** M, shape [S, S], row by row. */
function denseMatrix({ states: S, actions: m, transitions }: FiniteMdp, weight: Float64Array): Float64Array {
  const { offsets, columns, values, full } = transitions;
  const M = new Float64Array(S * S);
  for (let p = 0; p < S * m; p++) {
    const at = Math.floor(p / m) * S;
    if (full) addScaled(values, p * S, weight[p], M, at, S);
    else for (let k = offsets[p]; k < offsets[p + 1]; k++) M[at + columns[k]] += weight[p] * values[k];
  }
  return M;
}

/** x ↦ M x or Mᵀ x. */
function product(mdp: FiniteMdp, weight: Float64Array, transposed: boolean): Operator {
  const S = mdp.states;
  // Where P is full, the sum over the actions makes M m times as small as P.
  if (mdp.transitions.values.length < S * S) {
    const M = weighted(mdp, weight);
    return transposed ? (x, out) => applyTransposed(M, x, out) : (x, out) => applyForward(M, x, out);
  }
  const M = denseMatrix(mdp, weight);
  if (!transposed) {
    return (x, out) => {
      for (let s = 0; s < S; s++) out[s] = dot(M, s * S, x, 0, S);
    };
  }
  return (x, out) => {
    out.fill(0);
    for (let s = 0; s < S; s++) addScaled(M, s * S, x[s], out, 0, S);
  };
}

/** M by rows; the entries of one column are not added up. */
interface Entries {
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

function weighted({ states, actions, transitions }: FiniteMdp, weight: Float64Array): Entries {
  const values = new Float64Array(transitions.values.length);
  for (let p = 0; p < weight.length; p++) {
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
      values[k] = weight[p] * transitions.values[k];
    }
  }
  const offsets = new Int32Array(states + 1);
  for (let s = 0; s <= states; s++) offsets[s] = transitions.offsets[s * actions];
  return { offsets, columns: transitions.columns, values };
}

function applyForward({ offsets, columns, values }: Entries, x: Float64Array, out: Float64Array): void {
  for (let s = 0; s < x.length; s++) {
    let sum = 0;
    for (let k = offsets[s]; k < offsets[s + 1]; k++) sum += values[k] * x[columns[k]];
    out[s] = sum;
  }
}

function applyTransposed({ offsets, columns, values }: Entries, x: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let s = 0; s < x.length; s++) {
    const mass = x[s];
    for (let k = offsets[s]; k < offsets[s + 1]; k++) out[columns[k]] += values[k] * mass;
  }
}

/** x = rhs + M x by iteration: slow, and certain, since the rows of M sum to less than one. */
function fixedPoint(apply: Operator, rhs: Float64Array): Float64Array {
  const x = rhs.slice();
  const image = new Float64Array(x.length);
  for (let change = Number.POSITIVE_INFINITY, n = 0; change > 1e-16 * (1 + norm(x)) && n < 1e6; n++) {
    apply(x, image);
    change = 0;
    for (let i = 0; i < x.length; i++) {
      const next = rhs[i] + image[i];
      change = Math.max(change, Math.abs(next - x[i]));
      x[i] = next;
    }
  }
  return x;
}
