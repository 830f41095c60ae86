import { combine, integrate } from './finiteFeatures.js';
import { expectNext, type FiniteMdp, pushForward } from './finiteMdp.js';
import type { FinitePolicy } from './finitePolicy.js';
import { solveDiscounted } from './linearSystem.js';
import type { FiniteSetting } from './setting.js';

/**
 * V_τ^π on all states: (I − γP^π) V = ∫ c dπ + τ KL(π|μ) (the definition of slide 2 as a linear system).
 * @returns shape [S], in units of cost
 */
export function value(mdp: FiniteMdp, policy: FinitePolicy, tau: number): Float64Array {
  const rhs = policyMean(mdp, policy, mdp.cost);
  for (let s = 0; s < mdp.states; s++) rhs[s] += tau * policy.kl[s];
  const weight = policy.probabilities.map((p) => mdp.gamma * p);
  return solveDiscounted(mdp, weight, rhs);
}

/** Q_τ^π(s,a) = c(s,a) + γ ∫ V_τ^π dP (slide 2). @param V shape [S]; @returns shape [S·m] */
export function actionValueOf(mdp: FiniteMdp, V: Float64Array): Float64Array {
  const Q = expectNext(mdp, V, new Float64Array(mdp.cost.length));
  for (let p = 0; p < Q.length; p++) Q[p] = mdp.cost[p] + mdp.gamma * Q[p];
  return Q;
}

/** Q_τ^π, the fixed point of `bellman`. @returns shape [S·m] */
export function actionValue(mdp: FiniteMdp, policy: FinitePolicy, tau: number): Float64Array {
  return actionValueOf(mdp, value(mdp, policy, tau));
}

/**
 * T_τ^π f = c + γ ∫∫ f dπ dP + τγ ∫ KL(π|μ) dP (slide 2).
 * @param f shape [S·m]
 * @returns shape [S·m]
 */
export function bellman(mdp: FiniteMdp, policy: FinitePolicy, tau: number, f: Float64Array): Float64Array {
  if (f.length !== mdp.cost.length)
    throw new RangeError(`bellman: f has shape [${f.length}], cost [${mdp.cost.length}]`);
  const next = policyMean(mdp, policy, f);
  for (let s = 0; s < mdp.states; s++) next[s] += tau * policy.kl[s];
  return actionValueOf(mdp, next);
}

/** d_ρ^π = (1−γ) Σ γⁿ Law(s_n), s₀ ~ ρ. @param rho shape [S]; @returns shape [S] */
export function stateOccupancy(mdp: FiniteMdp, policy: FinitePolicy, rho: Float64Array): Float64Array {
  const weight = policy.probabilities.map((p) => mdp.gamma * p);
  const start = rho.map((r) => (1 - mdp.gamma) * r);
  return solveDiscounted(mdp, weight, start, true);
}

/**
 * d_β^π = (1−γ) Σ γⁿ Law(s_n,a_n), (s₀,a₀) ~ β. Only the first action is β's, so the solve is one of |S| unknowns: the discounted visits
 * x = γβP + γxP^π from the first step on, and d_β^π = (1−γ)(β + x⊗π).
 * @param beta shape [S·m]
 * @returns shape [S·m]; its mass is less than one where episodes terminate
 */
export function occupancy(mdp: FiniteMdp, policy: FinitePolicy, beta: Float64Array): Float64Array {
  const { actions: m, gamma } = mdp;
  const weight = policy.probabilities.map((p) => gamma * p);
  const first = pushForward(mdp, beta, new Float64Array(mdp.states)).map((x) => gamma * x);
  const visits = solveDiscounted(mdp, weight, first, true);
  return beta.map((b, p) => (1 - gamma) * (b + visits[Math.floor(p / m)] * policy.probabilities[p]));
}

/**
 * g(θ,π) = ∫ (Q(·;θ) − T_τ^π Q(·;θ)) φ d_β^π (slide 4), the semi-gradient of the mean squared Bellman error.
 * @param theta shape [N]
 * @param weight the measure to integrate against, shape [S·m]; d_β^π in the paper
 * @returns shape [N]
 */
export function semiGradient(
  { mdp, features, tau }: FiniteSetting,
  policy: FinitePolicy,
  theta: Float64Array,
  weight: Float64Array,
): Float64Array {
  const Q = combine(features, theta, new Float64Array(mdp.cost.length));
  const target = bellman(mdp, policy, tau, Q);
  for (let p = 0; p < Q.length; p++) Q[p] = weight[p] * (Q[p] - target[p]);
  return integrate(features, Q, new Float64Array(features.size));
}

/** ∫ f(s,a) π(da|s) for every state. @param f shape [S·m]; @returns shape [S] */
export function policyMean({ states, actions }: FiniteMdp, policy: FinitePolicy, f: Float64Array): Float64Array {
  const out = new Float64Array(states);
  for (let s = 0, p = 0; s < states; s++) {
    let sum = 0;
    for (const end = p + actions; p < end; p++) {
      if (policy.probabilities[p] > 0) sum += policy.probabilities[p] * f[p];
    }
    out[s] = sum;
  }
  return out;
}

/** ∫ f dν of two vectors of one shape. */
export function expectation(f: Float64Array, nu: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < f.length; i++) sum += f[i] * nu[i];
  return sum;
}
