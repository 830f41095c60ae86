import { expectation, occupancy } from '../theory/finite/exact.js';
import { isFiniteProblem } from '../theory/finite/setting.js';
import type { ExactProblem } from '../theory/index.js';

/**
 * The transitions that one step of the geometric sampler makes of each pair, on average over time, as a multiple of d_β^π. A trajectory that
 * begins in β visits the pair p d_β^π(p)/(1−γ) times and has m/(1−γ) transitions, m the mass of d_β^π (less than 1 where episodes terminate);
 * one more step only resets. By the renewal theorem the visits of a step are d_β^π/(m + 1 − γ), so d_β^π/(2 − γ) where nothing terminates.
 * @param mass m
 */
export function visitRate(mass: number, gamma: number): number {
  return 1 / (mass + 1 - gamma);
}

/** The mass of d_β^π of π_w; 1 where no episode terminates. */
export function occupancyMass(problem: ExactProblem, w: Float64Array): number {
  if (!isFiniteProblem(problem)) return 1;
  const { mdp, beta } = problem;
  const visits = occupancy(mdp, problem.policy(w), beta);
  return expectation(visits, new Float64Array(visits.length).fill(1));
}

/**
 * The problem whose flow an agent with the geometric sampler follows in the mean. Where nothing terminates it is the problem itself. Otherwise
 * the agent makes more visits a step than 1/(2 − γ), which η_t = h_n·M_n·E/((2 − γ)λ) counts: the semi-gradient is multiplied by the ratio. What
 * is looked at along a path stays what it is.
 */
export function meanFieldProblem(problem: ExactProblem): ExactProblem {
  const { gamma } = problem;
  const factor = (w: Float64Array) => visitRate(occupancyMass(problem, w), gamma) / visitRate(1, gamma);
  return {
    ...problem,
    withTau: (tau) => meanFieldProblem(problem.withTau(tau)),
    semiGradient(theta, w, out) {
      problem.semiGradient(theta, w, out);
      const ratio = factor(w);
      for (let i = 0; i < out.length; i++) out[i] = ratio * out[i];
    },
    // (ε + rA) x = εθ + rb is (ε/r + A) x = (ε/r)θ + b.
    implicitCritic: (theta, w, epsilon, out) => problem.implicitCritic(theta, w, epsilon / factor(w), out),
  };
}
