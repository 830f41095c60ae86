import { addScaled } from '../../numeric/addScaled.js';
import { combine, integrate } from './finiteFeatures.js';
import { expectNext, type FiniteMdp } from './finiteMdp.js';
import type { FinitePolicy } from './finitePolicy.js';
import type { FiniteSetting } from './setting.js';

/**
 * A = ∫ φ(φ − γ E φ')ᵀ dν and b = ∫ φ (c + τγ E KL') dν, so that g(θ,π) = Aθ − b.
 * @param weight ν, shape [S·m]; d_β^π in the paper
 * @returns A of shape [N, N], row by row, and b of shape [N]
 */
export function criticSystem(
  setting: FiniteSetting,
  policy: FinitePolicy,
  weight: Float64Array,
): { A: Float64Array; b: Float64Array } {
  return { A: criticMatrix(setting, policy, weight), b: criticTarget(setting, policy, weight) };
}

/** A = ∫ φ(φ − γ E φ')ᵀ dν. @returns shape [N, N], row by row */
export function criticMatrix(setting: FiniteSetting, policy: FinitePolicy, weight: Float64Array): Float64Array {
  const { table } = setting.features;
  return table === null ? tabularMatrix(setting.mdp, policy, weight) : denseMatrix(setting, table, policy, weight);
}

/** b = ∫ φ (c + τγ E KL') dν. @returns shape [N] */
export function criticTarget(
  { mdp, features, tau }: FiniteSetting,
  policy: FinitePolicy,
  weight: Float64Array,
): Float64Array {
  const known = expectNext(mdp, policy.kl, new Float64Array(mdp.cost.length));
  for (let p = 0; p < known.length; p++) known[p] = weight[p] * (mdp.cost[p] + tau * mdp.gamma * known[p]);
  return integrate(features, known, new Float64Array(features.size));
}

/** out ← Ax, without A. @param x shape [N] */
export function criticProduct(
  { mdp, features }: FiniteSetting,
  policy: FinitePolicy,
  weight: Float64Array,
): (x: Float64Array, out: Float64Array) => void {
  const { states: S, actions: m, gamma } = mdp;
  const f = new Float64Array(S * m);
  const next = new Float64Array(S * m);
  const mean = new Float64Array(S);
  return (x, out) => {
    combine(features, x, f);
    for (let s = 0, p = 0; s < S; s++) {
      let sum = 0;
      for (const end = p + m; p < end; p++) sum += policy.probabilities[p] * f[p];
      mean[s] = sum;
    }
    expectNext(mdp, mean, next);
    for (let p = 0; p < f.length; p++) f[p] = weight[p] * (f[p] - gamma * next[p]);
    integrate(features, f, out);
  };
}

/** Σ_p ν_p φ_p (φ_p − γ Σ_s' P(s'|p) ∫ φ(s',·) dπ)ᵀ. */
function denseMatrix(
  { mdp, features }: FiniteSetting,
  table: Float64Array,
  policy: FinitePolicy,
  weight: Float64Array,
): Float64Array {
  const { states: S, actions: m, gamma, transitions } = mdp;
  const N = features.size;
  const mean = new Float64Array(S * N);
  for (let p = 0; p < S * m; p++) addScaled(table, p * N, policy.probabilities[p], mean, Math.floor(p / m) * N, N);
  const A = new Float64Array(N * N);
  const row = new Float64Array(N);
  for (let p = 0; p < S * m; p++) {
    if (weight[p] === 0) continue;
    row.set(table.subarray(p * N, (p + 1) * N));
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
      addScaled(mean, transitions.columns[k] * N, -gamma * transitions.values[k], row, 0, N);
    }
    for (let i = 0; i < N; i++) {
      const x = weight[p] * table[p * N + i];
      if (x !== 0) addScaled(row, 0, x, A, i * N, N);
    }
  }
  return A;
}

/** Row p: ν_p (1{p} − γ P(s'|p) π(a'|s')). */
function tabularMatrix(
  { states: S, actions: m, gamma, transitions }: FiniteMdp,
  policy: FinitePolicy,
  weight: Float64Array,
): Float64Array {
  const N = S * m;
  const A = new Float64Array(N * N);
  for (let p = 0; p < N; p++) {
    A[p * N + p] = weight[p];
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
      const first = transitions.columns[k] * m;
      const x = -weight[p] * gamma * transitions.values[k];
      addScaled(policy.probabilities, first, x, A, p * N + first, m);
    }
  }
  return A;
}
