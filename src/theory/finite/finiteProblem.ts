import { lazily } from '../../numeric/lazily.js';
import { implicitStep } from './criticStep.js';
import { diagnose } from './diagnose.js';
import { expectation, occupancy, policyMean, semiGradient, stateOccupancy } from './exact.js';
import { type FiniteFeatures, leastEigenvalue, supNorm } from './finiteFeatures.js';
import { distribution, type FiniteMdp } from './finiteMdp.js';
import { type FinitePolicy, klDivergence, policyOf } from './finitePolicy.js';
import type { FiniteProblem, Optimum } from './setting.js';
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
  distribution(beta, mdp.cost.length, `${mdp.name}: beta`);
  return atTemperature(tau, {
    mdp,
    features,
    beta,
    supPhi: supNorm(features),
    lambdaBeta: leastEigenvalue(features, beta),
    costBound: mdp.cost.reduce((most, c) => Math.max(most, Math.abs(c)), 0),
    unregularised: lazily(() => softOptimal(mdp, 0)),
  });
}

/** What a problem has whatever its temperature is. */
interface Untempered extends Pick<FiniteProblem, 'mdp' | 'features' | 'beta' | 'supPhi' | 'lambdaBeta' | 'costBound'> {
  unregularised: () => Optimum;
}

function atTemperature(tau: number, shared: Untempered): FiniteProblem {
  if (!(tau >= 0)) throw new RangeError(`tau is ${tau}; expected a number of 0 or more`);
  const { unregularised, ...fixed } = shared;
  const { mdp, features, beta } = fixed;
  // What needs the optimum is computed when it is first asked for: a flow alone does without.
  const optimum = lazily(() => softOptimal(mdp, tau));
  const optimalOccupancy = lazily(() => stateOccupancy(mdp, optimum().policy, mdp.rho));
  const policyAt = (w: Float64Array) => policyOf(mdp, features, w);
  const problem: FiniteProblem = {
    ...fixed,
    name: mdp.name,
    size: features.size,
    tau,
    gamma: mdp.gamma,
    get optimum() {
      return optimum();
    },
    get optimalValue() {
      return expectation(optimum().value, mdp.rho);
    },
    withTau: (other) => (other === tau ? problem : atTemperature(other, shared)),
    semiGradient(theta, w, out) {
      const policy = policyAt(w);
      out.set(semiGradient(problem, policy, theta, occupancy(mdp, policy, beta)));
    },
    implicitCritic(theta, w, epsilon, out) {
      const policy = policyAt(w);
      out.set(implicitStep(problem, { policy, theta, epsilon }));
    },
    divergenceFromOptimal: (w) => expectation(klDivergence(mdp, optimum().policy, policyAt(w)), optimalOccupancy()),
    unregularisedGap: (w) => costGap(mdp, policyAt(w), unregularised()),
    diagnose: (theta, w) => diagnose(problem, theta, policyAt(w)),
  };
  return problem;
}

/**
 * V_0^π(ρ) − V_0^*(ρ) by the performance difference (1−γ)⁻¹ ∫∫ (Q_0^* − V_0^*) dπ d_ρ^π, a sum of terms ≥ 0.
 * @param optimum that of τ = 0
 */
function costGap(mdp: FiniteMdp, policy: FinitePolicy, { value, actionValue }: Optimum): number {
  const loss = actionValue.map((q, p) => Math.max(0, q - value[Math.floor(p / mdp.actions)]));
  return expectation(policyMean(mdp, policy, loss), stateOccupancy(mdp, policy, mdp.rho)) / (1 - mdp.gamma);
}

/** Uniform over states, μ over actions: every pair is seen, so A2 asks only that the features be independent. */
export function uniformBeta({ states, actions, measure }: FiniteMdp): Float64Array {
  return Float64Array.from({ length: states * actions }, (_, p) => measure.weights[p % actions] / states);
}
