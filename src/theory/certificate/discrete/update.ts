import { actionValueOf, occupancy, policyMean, value } from '../../finite/exact.js';
import { combine, integrate } from '../../finite/finiteFeatures.js';
import { expectNext, type FiniteMdp } from '../../finite/finiteMdp.js';
import { type FinitePolicy, klDivergence } from '../../finite/finitePolicy.js';
import { solveDiscounted } from '../../finite/linearSystem.js';
import type { FiniteProblem } from '../../finite/setting.js';
import type { DiscretePath } from '../../flow/discrete.js';

/** What is known at point n of a discrete path. */
export interface Point {
  readonly policy: FinitePolicy;
  /** V^n; shape [S]. */
  readonly V: Float64Array;
  /** Q^n; shape [S·m]. */
  readonly Q: Float64Array;
  /** k_n = KL(π*|π^n); shape [S]. */
  readonly k: Float64Array;
}

/** V, Q and the divergence from the optimum at each point of a path. */
export function pointsOf(problem: FiniteProblem, path: DiscretePath): Point[] {
  const { mdp, tau, optimum } = problem;
  return path.w.map((w) => {
    const policy = problem.policy(w);
    const V = value(mdp, policy, tau);
    return { policy, V, Q: actionValueOf(mdp, V), k: klDivergence(mdp, optimum.policy, policy) };
  });
}

/**
 * ι_n = 1/λ of the proximal step that update n amounts to: 1/λ_n, or 1/λ_n − τ where the step was explicit. Zero and below where an explicit
 * step has λτ ≥ 1: no proximal step does the same.
 */
export function inverseSteps({ mirror, updates }: DiscretePath, tau: number): Float64Array {
  return updates.mirrorStep.map((lambda) => 1 / lambda - (mirror === 'explicit' ? tau : 0));
}

/** V^n − V*, shape [S], without cancellation: (I − γP^π) u = τ KL(π|π*). For τ = 0 the difference itself. */
export function excessValue({ mdp, tau, optimum }: FiniteProblem, { policy, V }: Point): Float64Array {
  if (tau === 0) return V.map((v, s) => v - optimum.value[s]);
  const source = klDivergence(mdp, policy, optimum.policy).map((kl) => tau * kl);
  const weight = policy.probabilities.map((p) => mdp.gamma * p);
  return solveDiscounted(mdp, weight, source);
}

/** δ_n = ⟨θ^{n+1},φ⟩ − Q^n of the θ that update n used. @returns shape [S·m] */
export function criticErrorOf({ features }: FiniteProblem, theta: Float64Array, { Q }: Point): Float64Array {
  return combine(features, theta.subarray(0, features.size), new Float64Array(Q.length)).map((x, p) => x - Q[p]);
}

/**
 * δ_n as the critic's rule makes it out of ⟨θ^n,φ⟩ − Q^n, without costs and without KL: Q^n is T's fixed point and T is affine, so a
 * semi-gradient step is δ ← δ − h⟨∫φ(δ − γP^πδ) d_β, φ⟩.
 * @param n the update
 * @returns shape [S·m]
 */
export function criticErrorByRule(problem: FiniteProblem, path: DiscretePath, n: number, point: Point): Float64Array {
  const { mdp, features, beta } = problem;
  const { policy } = point;
  const { criticStep, criticSteps } = path.updates;
  if (criticSteps[n] === Number.POSITIVE_INFINITY) {
    const limit = new Float64Array(problem.size);
    problem.implicitCritic(path.theta[n], path.w[n], 0, limit);
    return criticErrorOf(problem, limit, point);
  }
  const visits = occupancy(mdp, policy, beta);
  const delta = criticErrorOf(problem, path.theta[n], point);
  const weighted = new Float64Array(delta.length);
  const step = new Float64Array(features.size);
  for (let i = 0; i < criticSteps[n]; i++) {
    expectNext(mdp, policyMean(mdp, policy, delta), weighted);
    for (let p = 0; p < delta.length; p++) weighted[p] = visits[p] * (delta[p] - mdp.gamma * weighted[p]);
    const moved = combine(features, integrate(features, weighted, step), weighted);
    for (let p = 0; p < delta.length; p++) delta[p] -= criticStep[n] * moved[p];
  }
  return delta;
}

/** Whether μ, and so every policy, gives the pair's action mass. */
function hasMass({ measure, actions }: FiniteMdp, pair: number): boolean {
  return measure.weights[pair % actions] > 0;
}

/** max_a − min_a of a function of the pairs over the actions of positive μ, for every state. @param f shape [S·m]; @returns shape [S] */
export function oscillation(f: Float64Array, mdp: FiniteMdp): Float64Array {
  const least = new Float64Array(mdp.states).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(mdp.states).fill(Number.NEGATIVE_INFINITY);
  for (let p = 0; p < f.length; p++) {
    if (!hasMass(mdp, p)) continue;
    const s = Math.floor(p / mdp.actions);
    least[s] = Math.min(least[s], f[p]);
    most[s] = Math.max(most[s], f[p]);
  }
  return most.map((x, s) => x - least[s]);
}

/** sup f₊ over the pairs whose action has positive μ. @param f shape [S·m] */
export function supremum(f: Float64Array, mdp: FiniteMdp): number {
  return f.reduce((most, x, p) => (hasMass(mdp, p) ? Math.max(most, x) : most), 0);
}

/** P*u: what a function of the states is worth one step of π* later. @returns shape [S] */
export function afterOptimalStep({ mdp, optimum }: FiniteProblem, u: Float64Array): Float64Array {
  return policyMean(mdp, optimum.policy, expectNext(mdp, u, new Float64Array(mdp.cost.length)));
}
