import { combine, type FiniteFeatures } from './finiteFeatures.js';
import type { FiniteMdp } from './finiteMdp.js';

/**
 * How a vector w stands for a policy, log dπ/dμ = −energy(w) − log Z. From π₀ = μ on the energy is ⟨w,φ⟩. From another π₀, ∂_t log dπ/dμ = −A gives
 * ⟨w_t,φ⟩ − e^{−τt} log dπ₀/dμ with w₀ = 0: one more entry of w, of which the critic knows nothing, so that its θ is 0 and it decays by
 * dw/dt = θ − τw, and by every mirror step, as it has to.
 */
export interface PolicyForm {
  /** Length of w: N, or N + 1. */
  readonly size: number;
  /** Of π₀; undefined for μ. */
  readonly w0: Float64Array | undefined;
  /** @returns shape [S·m] */
  energy(w: Float64Array): Float64Array;
}

/** @param logPi0 log dπ₀/dμ up to a constant for each state, shape [S·m] */
export function policyForm(mdp: FiniteMdp, features: FiniteFeatures, logPi0?: Float64Array): PolicyForm {
  const { size } = features;
  const pairs = mdp.cost.length;
  const own = (w: Float64Array) => combine(features, w, new Float64Array(pairs));
  const column = logPi0 && centred(mdp, logPi0).map((x) => -x);
  const sup = column?.reduce((most, x) => Math.max(most, Math.abs(x)), 0) ?? 0;
  if (column === undefined || sup === 0) return { size, w0: undefined, energy: own };
  if (features.table === null) return { size, w0: column, energy: own };
  // Scaled to sup 1, so that Theorem 1's KL(π|μ) ≤ 2‖w‖ has the right ‖w₀‖.
  const unit = column.map((x) => x / sup);
  const w0 = new Float64Array(size + 1);
  w0[size] = sup;
  return {
    size: size + 1,
    w0,
    energy(w) {
      const energy = own(w.subarray(0, size));
      for (let p = 0; p < pairs; p++) energy[p] += w[size] * unit[p];
      return energy;
    },
  };
}

/** Takes the middle of each state's range away, which π₀ does not change and sup |log dπ₀/dμ| is least with. */
function centred({ states, actions: m }: FiniteMdp, f: Float64Array): Float64Array {
  const out = f.slice();
  for (let s = 0; s < states; s++) {
    const row = out.subarray(s * m, (s + 1) * m);
    const middle = (Math.min(...row) + Math.max(...row)) / 2;
    for (let a = 0; a < m; a++) row[a] = row[a] - middle;
  }
  return out;
}
