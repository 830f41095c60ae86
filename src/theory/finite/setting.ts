import type { ExactProblem } from '../problem.js';
import type { FiniteFeatures } from './finiteFeatures.js';
import type { FiniteMdp } from './finiteMdp.js';
import type { FinitePolicy } from './finitePolicy.js';

/** A finite process, its temperature and the features of its critic: what the equations of the critic are about. */
export interface FiniteSetting {
  readonly mdp: FiniteMdp;
  readonly features: FiniteFeatures;
  /** τ ≥ 0. */
  readonly tau: number;
}

/** The optimum of a process: V*, Q* and π*. */
export interface Optimum {
  /** Shape [S]. */
  readonly value: Float64Array;
  /** Shape [S·m]. */
  readonly actionValue: Float64Array;
  readonly policy: FinitePolicy;
}

/** The flow's problem on a finite process. */
export interface FiniteProblem extends ExactProblem, FiniteSetting {
  /** Shape [S·m]. */
  readonly beta: Float64Array;
  /** Computed when it is first asked for. */
  readonly optimum: Optimum;
  withTau(tau: number): FiniteProblem;
  /** π_w. */
  policy(w: Float64Array): FinitePolicy;
}

/** An implicit Euler step of the critic of length 1/ε from θ, for a frozen policy. */
export interface CriticStep {
  readonly policy: FinitePolicy;
  readonly theta: Float64Array;
  readonly epsilon: number;
}
