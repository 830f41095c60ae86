import { value } from '../finite/exact.js';
import { finiteProblem } from '../finite/finiteProblem.js';
import type { FiniteProblem } from '../finite/setting.js';
import { partsOf } from './continuum.js';
import type { Discretised } from './discretise.js';
import { checkAsked, discretised, TOLERANCE } from './errorControl.js';
import { nystrom } from './nystrom.js';
import { type ContinuousProcess, lawNames } from './process.js';
import type { Point } from './region.js';

export interface ContinuousOptions extends ContinuousProcess {
  /** Temperature, positive: without it an optimal policy is a maximum over the actions, which no quadrature sees. */
  tau: number;
  /** The accuracy asked of every integral, relative to 1 + sup|Q|; 10⁻⁸ if left out. */
  tolerance?: number | undefined;
}

/** The flow's problem on a continuous process: one on the nodes of a rule, with functions that are defined between the nodes. */
export interface ContinuousProblem extends FiniteProblem {
  withTau(tau: number): ContinuousProblem;
  /** V_τ^{π_w}(s), or V_τ^*(s) without w. */
  valueAt(s: Point, w?: Float64Array): number;
  /** Q_τ^{π_w}(s,a), or Q_τ^*(s,a) without w. */
  actionValueAt(s: Point, a: Point, w?: Float64Array): number;
  /** φ(s,a) as the critic has it: divided by sup‖φ‖₂ where that is above 1. */
  featuresAt(s: Point, a: Point): Float64Array;
}

/**
 * The problem of a process with continuous states and actions, of one or two coordinates each. Its integrals are Gauss sums (Legendre's on boxes, Hermite's for
 * Gaussians), with as many nodes as the accuracy asked for takes: the nodes are made more until V*(ρ), Q^μ, ∫φφᵀdβ, and the masses of all densities agree with
 * those of the next rule. `problem.continuum.error` is their greatest difference.
 * @throws MdpError where a function gives what it must not, a density does not have its mass, or the accuracy is not reached
 */
export function continuousProblem(options: ContinuousOptions): ContinuousProblem {
  const { tau, tolerance = TOLERANCE, ...process } = options;
  checkAsked(process, tau, tolerance);
  const { found, error } = discretised(process, { tau, tolerance });
  const { features, continuum, scale } = partsOf(found, 'own', error);
  const laws = lawNames(process);
  const problem = finiteProblem(found.mdp, features, tau, found.beta, { continuum, laws });
  return withFormulas(problem, found, scale);
}

/** Adds what is defined between the nodes. */
function withFormulas(problem: FiniteProblem, found: Discretised, scale: number): ContinuousProblem {
  const { mdp, tau } = problem;
  const formula = nystrom(found, scale);
  const temper = problem.withTau;
  const valuesFor = (w: Float64Array | undefined) =>
    w === undefined ? problem.optimum.value : value(mdp, problem.policy(w), tau);
  return Object.assign(problem, {
    withTau: (other: number) =>
      other === tau ? (problem as ContinuousProblem) : withFormulas(temper(other), found, scale),
    valueAt(s: Point, w?: Float64Array) {
      const V = valuesFor(w);
      const Q = (a: Point) => formula.actionValue(mdp.gamma, V, s, a);
      // V* = −τ log ∫ e^{−Q*/τ} dμ; V^π = ∫ Q dπ + τ KL(π|μ).
      if (w === undefined) return -tau * formula.gibbsAt(mdp.measure, (a) => Q(a) / tau).logZ;
      const pi = formula.gibbsAt(mdp.measure, (a) => formula.combine(w, s, a));
      return pi.mean(Q) + tau * pi.kl;
    },
    actionValueAt: (s: Point, a: Point, w?: Float64Array) => formula.actionValue(mdp.gamma, valuesFor(w), s, a),
    featuresAt: (s: Point, a: Point) => Float64Array.from(found.process.features(s, a), (x) => x / scale),
  });
}
