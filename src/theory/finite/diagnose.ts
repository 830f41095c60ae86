import { largest, norm } from '../../numeric/vectors.js';
import type { Diagnosis } from '../problem.js';
import type { CriticGeometry } from './criticGeometry.js';
import type { DenseCritic } from './denseCritic.js';
import { actionValueOf, expectation, occupancy, stateOccupancy, value } from './exact.js';
import { combine } from './finiteFeatures.js';
import { type FinitePolicy, klDivergence } from './finitePolicy.js';
import { featureNorm, toFixedPoint } from './fixedPoint.js';
import { gapBoundsOf } from './gapBounds.js';
import type { FiniteProblem } from './setting.js';

/** What is looked at at one point of a path. @param theta shape [N]; @param fixed what does not depend on the point */
export function diagnose(
  problem: FiniteProblem,
  theta: Float64Array,
  policy: FinitePolicy,
  fixed: CriticGeometry & { readonly critic: DenseCritic; readonly optimalVisits: Float64Array },
): Diagnosis {
  const { mdp, tau, beta, features } = problem;
  const V = value(mdp, policy, tau);
  const Q = actionValueOf(mdp, V);
  const visits = occupancy(mdp, policy, beta);
  const toFixed = toFixedPoint(problem, fixed, { policy, visits, Q, theta });
  const { lower, upper, excess } = gapBoundsOf({ mdp, tau }, policy, V, fixed);
  const error = combine(features, theta, new Float64Array(Q.length)).map((q, p) => q - Q[p]);
  return {
    gap: valueGap(problem, policy, V),
    gapLower: lower,
    gapUpper: upper,
    K: largest(policy.kl),
    criticError: norm(toFixed),
    criticErrorL2: featureNorm(problem, toFixed, visits),
    residual: largest(fixed.residual(Q).map(Math.abs)),
    ...errorSizes(problem, error, fixed),
    excess,
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

/** e and Ω of the critic's error δ, over the actions of positive μ. @param error δ, shape [S·m] */
function errorSizes(
  { mdp }: FiniteProblem,
  error: Float64Array,
  { optimalVisits, reached }: { optimalVisits: Float64Array; reached: Uint8Array },
): Pick<Diagnosis, 'actionValueError' | 'oscillation'> {
  const { states, actions: m, measure } = mdp;
  let sup = 0;
  let squares = 0;
  for (let s = 0; s < states; s++) {
    if (reached[s] === 0) continue;
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let a = 0; a < m; a++) {
      if (!(measure.weights[a] > 0)) continue;
      least = Math.min(least, error[s * m + a]);
      most = Math.max(most, error[s * m + a]);
    }
    sup = Math.max(sup, most, -least);
    squares += optimalVisits[s] * (most - least) ** 2;
  }
  return { actionValueError: sup, oscillation: Math.sqrt(squares) };
}
