import { innerProduct, norm } from './vectors.js';

/** out ← K x, of one shape. */
export type Operator = (x: Float64Array, out: Float64Array) => void;

/** Of BiCGSTAB before it is begun anew. */
const STEPS = 400;

/**
 * Solves K x = b by BiCGSTAB (van der Vorst 1992), begun anew from the true residual until that is at rounding.
 * @param operator K, of which nothing is known but its products
 * @param guess where to begin, shape of b; b itself if left out
 * @returns x, or null where the method breaks down
 */
export function biconjugateGradient(operator: Operator, b: Float64Array, guess: Float64Array = b): Float64Array | null {
  const n = b.length;
  const x = guess.slice();
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
  let rho = innerProduct(shadow, r);
  for (let step = 0; step < STEPS && norm(r) > target; step++) {
    operator(p, v);
    const alpha = rho / innerProduct(shadow, v);
    for (let i = 0; i < n; i++) r[i] = r[i] - alpha * v[i];
    operator(r, t);
    const tt = innerProduct(t, t);
    const omega = tt > 0 ? innerProduct(t, r) / tt : 0;
    if (!Number.isFinite(alpha) || !Number.isFinite(omega)) return;
    for (let i = 0; i < n; i++) {
      x[i] = x[i] + alpha * p[i] + omega * r[i];
      r[i] = r[i] - omega * t[i];
    }
    const next = innerProduct(shadow, r);
    const factor = (next / rho) * (alpha / omega);
    if (!Number.isFinite(factor)) return;
    rho = next;
    for (let i = 0; i < n; i++) p[i] = r[i] + factor * (p[i] - omega * v[i]);
  }
}
