import { criticTarget } from './criticSystem.js';
import { type DenseCritic, solveDirectly } from './denseCritic.js';
import { occupancy, policyMean } from './exact.js';
import { expectNext } from './finiteMdp.js';
import { solveDiscounted } from './linearSystem.js';
import type { CriticStep, FiniteSetting } from './setting.js';

/**
 * x with (ε + A) x = εθ + b, A = ∫ φ(φ − γ E φ')ᵀ d_β^π, b = ∫ φ (c + τγ E KL') d_β^π; of least norm where the matrix is singular.
 * @param critic keeps a factorisation from one step of a path to the next; elimination if left out
 * @returns shape [N]
 */
export function implicitStep(
  problem: FiniteSetting & { readonly beta: Float64Array },
  step: CriticStep,
  critic?: DenseCritic,
): Float64Array {
  const visits = occupancy(problem.mdp, step.policy, problem.beta);
  if (problem.features.table === null) return implicitTabular(problem, visits, step);
  const { policy, theta, epsilon } = step;
  const right = criticTarget(problem, policy, visits);
  for (let i = 0; i < right.length; i++) right[i] = right[i] + epsilon * theta[i];
  const at = { policy, visits, epsilon };
  return critic === undefined ? solveDirectly(problem, at, right) : critic.solve(problem, at, right);
}

/**
 * In the tabular case x(p) = (εθ + d (c + γ P(v + τ KL)))/(ε + d) with v = ∫ x dπ: a system of |S| unknowns v, of the same kind as V's.
 * A pair that d_β^π never meets keeps its θ.
 */
function implicitTabular(
  { mdp, tau }: FiniteSetting,
  visits: Float64Array,
  { policy, theta, epsilon }: CriticStep,
): Float64Array {
  const { gamma, cost } = mdp;
  const share = visits.map((d) => (d > 0 ? d / (epsilon + d) : 0));
  const expectedKl = expectNext(mdp, policy.kl, new Float64Array(cost.length));
  const known = theta.map((old, p) => (1 - share[p]) * old + share[p] * (cost[p] + gamma * tau * expectedKl[p]));
  const weight = policy.probabilities.map((pi, p) => gamma * pi * share[p]);
  const v = solveDiscounted(mdp, weight, policyMean(mdp, policy, known));
  const next = expectNext(mdp, v, new Float64Array(cost.length));
  return known.map((x, p) => x + share[p] * gamma * next[p]);
}
