import { Matrix, solve } from 'ml-matrix';
import type { Diagnosis } from '../problem.js';
import { implicitStep } from './criticStep.js';
import { actionValueOf, expectation, stateOccupancy, value } from './exact.js';
import { combine, gramMatrix, integrate } from './finiteFeatures.js';
import { type FinitePolicy, klDivergence } from './finitePolicy.js';
import type { FiniteProblem } from './setting.js';

/** What is looked at at one point of a path. @param theta shape [N] */
export function diagnose(problem: FiniteProblem, theta: Float64Array, policy: FinitePolicy): Diagnosis {
  const V = value(problem.mdp, policy, problem.tau);
  const Q = actionValueOf(problem.mdp, V);
  const fixed = implicitStep(problem, { policy, theta, epsilon: 0 });
  return {
    gap: valueGap(problem, policy, V),
    K: policy.kl.reduce((most, k) => Math.max(most, k), 0),
    criticError: Math.hypot(...difference(theta, fixed)),
    residual: realisabilityResidual(problem, Q),
  };
}

/**
 * V^π(ρ) − V*(ρ). For τ > 0 by the performance difference τ/(1−γ) ∫ KL(π|π*) d_ρ^π (π* is the Gibbs policy of Q*, so its advantage is
 * zero), which keeps its relative precision; for τ = 0 by subtraction.
 */
export function valueGap({ mdp, tau, optimum }: FiniteProblem, policy: FinitePolicy, V: Float64Array): number {
  if (tau === 0) return Math.max(0, expectation(V, mdp.rho) - expectation(optimum.value, mdp.rho));
  const visits = stateOccupancy(mdp, policy, mdp.rho);
  return (tau / (1 - mdp.gamma)) * expectation(klDivergence(mdp, policy, optimum.policy), visits);
}

/** A3's residual sup |Q − Π_φ Q|, Π_φ the least-squares projection in L²(β). @param Q shape [S·m] */
export function realisabilityResidual({ features, beta }: FiniteProblem, Q: Float64Array): number {
  if (features.table === null) return 0;
  const right = integrate(
    features,
    Q.map((q, p) => beta[p] * q),
    new Float64Array(features.size),
  );
  // The features may be dependent (A2 fails): the solution of least norm is then as good as any.
  const theta = solve(gramMatrix(features, beta), Matrix.columnVector(right), true).to1DArray();
  const fit = combine(features, Float64Array.from(theta), new Float64Array(Q.length));
  return Q.reduce((most, q, p) => Math.max(most, Math.abs(q - fit[p])), 0);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]);
}
