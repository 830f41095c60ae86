import { criticRate } from './criticRate.js';
import { implicitStep } from './criticStep.js';
import { diagnose } from './diagnose.js';
import { expectation, occupancy, semiGradient, stateOccupancy } from './exact.js';
import { type FiniteFeatures, leastEigenvalue, supNorm } from './finiteFeatures.js';
import { distribution, type FiniteMdp } from './finiteMdp.js';
import { klDivergence, policyOf } from './finitePolicy.js';
import { nearestFixedPoint } from './fixedPoint.js';
import type { FiniteProblem } from './setting.js';
import { softOptimal } from './softOptimal.js';

/**
 * The flow's problem on a finite process, with everything that the theory lab looks at computed exactly.
 * @param tau temperature ≥ 0 (0 is the flow without regularisation, for contrast)
 * @param beta law of the first pair of d_β^π, shape [S·m]; ρ ⊗ μ's support may be too small for A2, so uniform ⊗ μ if left out
 */
export function finiteProblem(
  mdp: FiniteMdp,
  features: FiniteFeatures,
  tau: number,
  beta: Float64Array = uniformBeta(mdp),
): FiniteProblem {
  if (!(tau >= 0)) throw new RangeError(`tau is ${tau}; expected a number of 0 or more`);
  distribution(beta, mdp.cost.length, `${mdp.name}: beta`);
  const optimum = softOptimal(mdp, tau);
  const optimalOccupancy = stateOccupancy(mdp, optimum.policy, mdp.rho);
  const policyAt = (w: Float64Array) => policyOf(mdp, features, w);
  const problem: FiniteProblem = {
    name: mdp.name,
    size: features.size,
    tau,
    mdp,
    features,
    beta,
    optimum,
    gamma: mdp.gamma,
    supPhi: supNorm(features),
    lambdaBeta: leastEigenvalue(features, beta),
    costBound: mdp.cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0),
    optimalValue: expectation(optimum.value, mdp.rho),
    semiGradient(theta, w, out) {
      const policy = policyAt(w);
      out.set(semiGradient(problem, policy, theta, occupancy(mdp, policy, beta)));
    },
    implicitCritic(theta, w, epsilon, out) {
      const policy = policyAt(w);
      out.set(
        epsilon > 0 ? implicitStep(problem, { policy, theta, epsilon }) : nearestFixedPoint(problem, policy, theta),
      );
    },
    divergenceFromOptimal: (w) => expectation(klDivergence(mdp, optimum.policy, policyAt(w)), optimalOccupancy),
    criticRate: () => criticRate(problem),
    diagnose: (theta, w) => diagnose(problem, theta, policyAt(w)),
  };
  return problem;
}

/** Uniform over states, μ over actions: every pair is seen, so A2 asks only that the features be independent. */
export function uniformBeta({ states, actions, measure }: FiniteMdp): Float64Array {
  return Float64Array.from({ length: states * actions }, (_, p) => measure.weights[p % actions] / states);
}
