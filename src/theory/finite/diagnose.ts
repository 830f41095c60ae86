import type { Diagnosis } from '../problem.js';
import { actionValueOf, expectation, occupancy, stateOccupancy, value } from './exact.js';
import { combine } from './finiteFeatures.js';
import { type FinitePolicy, klDivergence } from './finitePolicy.js';
import { featureNorm, toFixedPoint } from './fixedPoint.js';
import { gapBoundsOf } from './gapBounds.js';
import { type Residual, residualIn } from './projection.js';
import { reachableStates } from './reach.js';
import type { FiniteProblem } from './setting.js';

/** What does not depend on the point of the path that is looked at. */
interface Fixed {
  /** d_ρ^{π*}, shape [S]. */
  readonly optimalVisits: Float64Array;
  /** The states that ρ leads to, shape [S]. */
  readonly reached: Uint8Array;
  /** In L²(uniform ⊗ μ), in which every pair counts. */
  readonly residual: Residual;
}

const prepared = new WeakMap<FiniteProblem, Fixed>();

function prepare(problem: FiniteProblem): Fixed {
  const known = prepared.get(problem);
  if (known !== undefined) return known;
  const { mdp, features, optimum } = problem;
  const everywhere = mdp.cost.map((_, p) => mdp.measure.weights[p % mdp.actions] / mdp.states);
  const fixed = {
    optimalVisits: stateOccupancy(mdp, optimum.policy, mdp.rho),
    reached: reachableStates(mdp, mdp.rho),
    residual: residualIn(features, everywhere),
  };
  prepared.set(problem, fixed);
  return fixed;
}

/** What is looked at at one point of a path. @param theta shape [N] */
export function diagnose(problem: FiniteProblem, theta: Float64Array, policy: FinitePolicy): Diagnosis {
  const { mdp, tau, beta, features } = problem;
  const { residual, ...fixed } = prepare(problem);
  const V = value(mdp, policy, tau);
  const Q = actionValueOf(mdp, V);
  const visits = occupancy(mdp, policy, beta);
  const toFixed = toFixedPoint(problem, { policy, visits, Q, theta });
  const { lower, upper, excess } = gapBoundsOf({ mdp, tau }, policy, V);
  const error = combine(features, theta, new Float64Array(Q.length)).map((q, p) => q - Q[p]);
  return {
    gap: valueGap(problem, policy, V),
    gapLower: lower,
    gapUpper: upper,
    K: largest(policy.kl),
    criticError: Math.sqrt(toFixed.reduce((sum, x) => sum + x * x, 0)),
    criticErrorL2: featureNorm(problem, toFixed, visits),
    residual: largest(residual(Q).map(Math.abs)),
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
  { optimalVisits, reached }: Pick<Fixed, 'optimalVisits' | 'reached'>,
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

function largest(x: Float64Array): number {
  return x.reduce((most, value) => Math.max(most, value), 0);
}
