import { Matrix, solve } from 'ml-matrix';
import { solveSquare } from '../../numeric/solveSquare.js';
import type { ExactProblem } from '../problem.js';
import { actionValueOf, expectation, occupancy, policyMean, semiGradient, stateOccupancy, value } from './exact.js';
import { combine, type FiniteFeatures, gramMatrix, integrate, leastEigenvalue, supNorm } from './finiteFeatures.js';
import { distribution, expectNext, type FiniteMdp } from './finiteMdp.js';
import { type FinitePolicy, klDivergence, policyOf } from './finitePolicy.js';
import { solveDiscounted } from './linearSystem.js';
import type { FiniteSetting } from './setting.js';
import { type Optimum, softOptimal } from './softOptimal.js';

/** The flow's problem on a finite process. */
export interface FiniteProblem extends ExactProblem, FiniteSetting {
  /** Shape [S·m]. */
  readonly beta: Float64Array;
  readonly optimum: Optimum;
}

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
      out.set(implicitStep(problem, { policy, theta, epsilon }));
    },
    divergenceFromOptimal: (w) => expectation(klDivergence(mdp, optimum.policy, policyAt(w)), optimalOccupancy),
    diagnose(theta, w) {
      const policy = policyAt(w);
      const V = value(mdp, policy, tau);
      const Q = actionValueOf(mdp, V);
      const fixed = implicitStep(problem, { policy, theta, epsilon: 0 });
      return {
        gap: valueGap(problem, policy, V),
        K: policy.kl.reduce((most, k) => Math.max(most, k), 0),
        criticError: Math.hypot(...difference(theta, fixed)),
        residual: realisabilityResidual(problem, Q),
      };
    },
  };
  return problem;
}

/** Uniform over states, μ over actions: every pair is seen, so A2 asks only that the features be independent. */
export function uniformBeta({ states, actions, measure }: FiniteMdp): Float64Array {
  return Float64Array.from({ length: states * actions }, (_, p) => measure.weights[p % actions] / states);
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

/** An implicit Euler step of the critic of length 1/ε from θ, for a frozen policy. */
interface CriticStep {
  readonly policy: FinitePolicy;
  readonly theta: Float64Array;
  readonly epsilon: number;
}

/** x with (ε + A) x = εθ + b, A = ∫ φ(φ − γ E φ')ᵀ d_β^π, b = ∫ φ (c + τγ E KL') d_β^π. */
function implicitStep(problem: FiniteProblem, step: CriticStep): Float64Array {
  const visits = occupancy(problem.mdp, step.policy, problem.beta);
  return (problem.features.table === null ? implicitTabular : implicitDense)(problem, visits, step);
}

/**
 * In the tabular case x(p) = (εθ + d (c + γ P(v + τ KL)))/(ε + d) with v = ∫ x dπ: a system of |S| unknowns v, of the same kind as V's.
 * A pair that d_β^π never meets keeps its θ.
 */
function implicitTabular(
  { mdp, tau }: FiniteProblem,
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

function implicitDense(problem: FiniteProblem, visits: Float64Array, { policy, theta, epsilon }: CriticStep) {
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

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]);
}
