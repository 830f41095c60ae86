import { eliminate } from '../../numeric/solveSquare.js';
import type { FiniteMdp } from './finiteMdp.js';

/** Up to so many states a dense factorisation is the quicker way. */
const DENSE = 128;
/** Of BiCGSTAB before it is begun anew. */
const STEPS = 400;

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
  const M = weighted(mdp, weight);
  const apply = (x: Float64Array, out: Float64Array) => (transposed ? applyTransposed : applyForward)(M, x, out);
  const operator = (x: Float64Array, out: Float64Array) => {
    apply(x, out);
    for (let s = 0; s < x.length; s++) out[s] = x[s] - out[s];
  };
  return biconjugateGradient(operator, rhs) ?? fixedPoint(apply, rhs);
}

function solveDense(mdp: FiniteMdp, weight: Float64Array, rhs: Float64Array, transposed: boolean): Float64Array {
  const { states: S, actions: m, transitions } = mdp;
  const matrix = new Float64Array(S * S);
  for (let s = 0; s < S; s++) matrix[s * S + s] = 1;
  for (let p = 0; p < S * m; p++) {
    const s = Math.floor(p / m);
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
      const next = transitions.columns[k];
      matrix[transposed ? next * S + s : s * S + next] -= weight[p] * transitions.values[k];
    }
  }
  const x = rhs.slice();
  eliminate(matrix, x);
  return x;
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

type Operator = (x: Float64Array, out: Float64Array) => void;

/**
 * BiCGSTAB (van der Vorst 1992), begun anew from the true residual until that is at rounding.
 * @returns null where it breaks down
 */
function biconjugateGradient(operator: Operator, b: Float64Array): Float64Array | null {
  const n = b.length;
  const x = b.slice();
  const image = new Float64Array(n);
  for (let restart = 0; restart < 8; restart++) {
    operator(x, image);
    const r = b.map((value, i) => value - image[i]);
    const target = 1e-15 * (norm(b) + norm(x));
    if (norm(r) <= 4 * target) return x;
    improve(operator, x, r, target);
  }
  operator(x, image);
  const residual = norm(b.map((value, i) => value - image[i]));
  return residual <= 1e-13 * (norm(b) + norm(x)) ? x : null;
}

function improve(operator: Operator, x: Float64Array, r: Float64Array, target: number): void {
  const n = x.length;
  const shadow = r.slice();
  const p = r.slice();
  const v = new Float64Array(n);
  const t = new Float64Array(n);
  let rho = dot(shadow, r);
  for (let step = 0; step < STEPS && norm(r) > target; step++) {
    operator(p, v);
    const alpha = rho / dot(shadow, v);
    for (let i = 0; i < n; i++) r[i] = r[i] - alpha * v[i];
    operator(r, t);
    const tt = dot(t, t);
    const omega = tt > 0 ? dot(t, r) / tt : 0;
    if (!Number.isFinite(alpha) || !Number.isFinite(omega)) return;
    for (let i = 0; i < n; i++) {
      x[i] = x[i] + alpha * p[i] + omega * r[i];
      r[i] = r[i] - omega * t[i];
    }
    const next = dot(shadow, r);
    const factor = (next / rho) * (alpha / omega);
    if (!Number.isFinite(factor)) return;
    rho = next;
    for (let i = 0; i < n; i++) p[i] = r[i] + factor * (p[i] - omega * v[i]);
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

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
