import { solveSquare } from '../../numeric/solveSquare.js';
import { occupancy, policyMean, semiGradient } from './exact.js';
import { expectNext } from './finiteMdp.js';
import type { FinitePolicy } from './finitePolicy.js';
import { solveDiscounted } from './linearSystem.js';
import type { FiniteSetting } from './setting.js';

/** An implicit Euler step of the critic of length 1/ε from θ, for a frozen policy. */
export interface CriticStep {
  readonly policy: FinitePolicy;
  readonly theta: Float64Array;
  readonly epsilon: number;
}

/** x with (ε + A) x = εθ + b, A = ∫ φ(φ − γ E φ')ᵀ d_β^π, b = ∫ φ (c + τγ E KL') d_β^π. */
export function implicitStep(problem: FiniteSetting & { readonly beta: Float64Array }, step: CriticStep): Float64Array {
  const visits = occupancy(problem.mdp, step.policy, problem.beta);
  return (problem.features.table === null ? implicitTabular : implicitDense)(problem, visits, step);
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

function implicitDense(problem: FiniteSetting, visits: Float64Array, { policy, theta, epsilon }: CriticStep) {
  const { A, b } = criticSystem(problem, policy, visits);
  for (let i = 0; i < theta.length; i++) {
    A[i * theta.length + i] += epsilon;
    b[i] += epsilon * theta[i];
  }
  return solveSquare(A, b);
}

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
  const N = setting.features.size;
  const negativeB = semiGradient(setting, policy, new Float64Array(N), weight);
  const A = new Float64Array(N * N);
  const unit = new Float64Array(N);
  for (let j = 0; j < N; j++) {
    unit[j] = 1;
    const column = semiGradient(setting, policy, unit, weight);
    for (let i = 0; i < N; i++) A[i * N + j] = column[i] - negativeB[i];
    unit[j] = 0;
  }
  return { A, b: negativeB.map((x) => -x) };
}
