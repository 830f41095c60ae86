import { expectNext, type FiniteMdp } from './finiteMdp.js';

/**
 * E Σ_{t<steps} reward_t of a policy from ρ on, undiscounted: backward evaluation V_t = Σ_a π_t (−c + P V_{t+1}), V_steps = 0 (Puterman, "Markov
 * Decision Processes", 1994, section 4.2). The discount of the process does not enter.
 * @param probabilities π_t(a|s) of t = 0 … steps−1; shape [S·m]
 */
export function finiteHorizonReturn(
  mdp: FiniteMdp,
  probabilities: (t: number) => ArrayLike<number>,
  steps: number,
): number {
  return backward(mdp, steps, (q, t, s) => {
    const pi = probabilities(t);
    let value = 0;
    for (let p = s * mdp.actions; p < (s + 1) * mdp.actions; p++) value += pi[p] * q[p];
    return value;
  });
}

/** The greatest such return of any policy, those that look at the clock included: V_t = max_a (−c + P V_{t+1}) (section 4.3 there). */
export function finiteHorizonOptimum(mdp: FiniteMdp, steps: number): number {
  return backward(mdp, steps, (q, _, s) => {
    let value = Number.NEGATIVE_INFINITY;
    for (let p = s * mdp.actions; p < (s + 1) * mdp.actions; p++) value = Math.max(value, q[p]);
    return value;
  });
}

/** Σ_s ρ(s) V_0(s), where V_t(s) is made of the action values of time t. */
function backward(mdp: FiniteMdp, steps: number, valueAt: (q: Float64Array, t: number, s: number) => number): number {
  const v = new Float64Array(mdp.states);
  const q = new Float64Array(mdp.states * mdp.actions);
  for (let t = steps - 1; t >= 0; t--) {
    expectNext(mdp, v, q);
    for (let p = 0; p < q.length; p++) q[p] = q[p] - mdp.cost[p];
    for (let s = 0; s < mdp.states; s++) v[s] = valueAt(q, t, s);
  }
  return mdp.rho.reduce((sum, mass, s) => sum + mass * v[s], 0);
}
