import { actionValueOf, value } from './exact.js';
import type { FiniteMdp } from './finiteMdp.js';
import { type FinitePolicy, gibbsPolicy, policyFrom } from './finitePolicy.js';
import type { Optimum } from './setting.js';

/** How far V* may be from the soft Bellman equation's solution, relative to 1 + |V|. */
export const OPTIMUM_ACCURACY = 1e-13;

/**
 * Minimises V_τ^π: policy iteration with π ← argmin ∫ Q dπ + τ KL(π|μ), that is dπ/dμ ∝ e^{−Q/τ}. It is Newton's method on the soft
 * Bellman equation V = −τ log ∫ e^{−Q/τ} dμ, so the last steps double the digits; it ends where V changes by less than 10⁻¹³ of its size,
 * or no longer falls. For τ = 0 the improvement is the greedy one.
 */
export function softOptimal(mdp: FiniteMdp, tau: number): Optimum {
  if (!(tau >= 0)) throw new RangeError(`softOptimal: tau is ${tau}; expected a number of 0 or more`);
  let policy = gibbsPolicy(mdp, new Float64Array(mdp.cost.length));
  let V = value(mdp, policy, tau);
  for (let n = 0; n < 1000; n++) {
    const Q = actionValueOf(mdp, V);
    const improved =
      tau > 0
        ? gibbsPolicy(
            mdp,
            Q.map((q) => q / tau),
          )
        : greedy(mdp, Q);
    const next = value(mdp, improved, tau);
    const change = V.reduce((most, v, s) => Math.max(most, Math.abs(v - next[s])), 0);
    const scale = 1 + V.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    policy = improved;
    V = next;
    if (change <= OPTIMUM_ACCURACY * scale) break;
  }
  return { value: V, actionValue: actionValueOf(mdp, V), policy };
}

/** The policy that takes a pair of least Q, the first of them on ties. @param Q shape [S·m] */
export function greedy(mdp: FiniteMdp, Q: Float64Array): FinitePolicy {
  const { states, actions } = mdp;
  const probabilities = new Float64Array(states * actions);
  for (let s = 0; s < states; s++) {
    let best = s * actions;
    // Differences at rounding count as ties; otherwise policy iteration could go round in a circle.
    for (let p = best + 1; p < (s + 1) * actions; p++) if (Q[p] < Q[best] - 1e-12 * (1 + Math.abs(Q[best]))) best = p;
    probabilities[best] = 1;
  }
  return policyFrom(mdp, probabilities);
}
