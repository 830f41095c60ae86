import type { Diagnosis, ExactProblem } from '../problem.js';
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

/** What a finite process that stands for a continuous one, its pairs being the nodes of a rule, knows beyond its nodes. */
export interface Continuum {
  /** Nodes of the rule a coordinate. */
  readonly nodes: number;
  /** The greatest difference, relative to 1 + sup|Q|, of what the rule gives and what the rule with more nodes does; NaN where it was not looked at. */
  readonly error: number;
  /** sup ‖φ‖₂ and sup |c| over S × A; infinite where they are not bounded. */
  readonly supPhi: number;
  readonly costBound: number;
  /** V_0^* at the nodes of the states, with actions between the nodes, too; shape [S]. */
  unregularisedValue(mdp: FiniteMdp): Float64Array;
  /** Suprema over S and S × A instead of the nodes, at a point of a path. */
  suprema(
    setting: FiniteSetting,
    theta: Float64Array,
    w: Float64Array,
    policy: FinitePolicy,
  ): Pick<Diagnosis, 'K' | 'actionValueError' | 'residual'>;
}

/** The flow's problem on a finite process. */
export interface FiniteProblem extends ExactProblem, FiniteSetting {
  /** Shape [S·m]. */
  readonly beta: Float64Array;
  /** Where the process stands for a continuous one. */
  readonly continuum?: Continuum | undefined;
  /** Computed when it is first asked for. */
  readonly optimum: Optimum;
  withTau(tau: number): FiniteProblem;
  /** −log dπ_w/dμ up to a constant for each state; shape [S·m]. */
  energy(w: Float64Array): Float64Array;
  /** π_w. */
  policy(w: Float64Array): FinitePolicy;
}

/** Whether a problem is one on a finite process. */
export function isFiniteProblem(problem: ExactProblem): problem is FiniteProblem {
  return 'mdp' in problem;
}

/** An implicit Euler step of the critic of length 1/ε from θ, for a frozen policy. */
export interface CriticStep {
  readonly policy: FinitePolicy;
  readonly theta: Float64Array;
  readonly epsilon: number;
}
