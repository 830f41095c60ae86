import { largest } from '../../../numeric/vectors.js';
import { implicitStep } from '../../finite/criticStep.js';
import { expectation } from '../../finite/exact.js';
import type { FiniteProblem } from '../../finite/setting.js';
import type { DiscretePath } from '../../flow/discrete.js';
import { criticErrorOf, excessValue, inverseSteps, oscillation, type Point, pointsOf, supremum } from './update.js';

/** What the bounds in discrete time are made of. n counts updates; there is one point more. */
export interface DiscreteSteps {
  readonly tau: number;
  readonly gamma: number;
  /** ι_n of each update. */
  readonly iota: Float64Array;
  /** σ_n = τ/(τ+ι_n): the share of the way to θ/τ that w goes. */
  readonly sigma: Float64Array;
  /** V^n − V* at each point; shape [S] each. */
  readonly u: readonly Float64Array[];
  /** KL(π*|π^n) at each point; shape [S] each. */
  readonly k: readonly Float64Array[];
  /** osc_a δ_n of each update; shape [S] each. */
  readonly oscillation: readonly Float64Array[];
  /** sup |δ_n| of each update. */
  readonly criticError: Float64Array;
  /** sup_s β_n, β_n = osc_a(δ_n)²/(8(τ+2ι_n)): V^{n+1} − V^n is at most that over 1−γ. */
  readonly rise: Float64Array;
  /** X_n = sup_s osc_a(τ⟨w^n,φ⟩ − Q^n) at each point. */
  readonly X: Float64Array;
  /** V^{π^n}(ρ) − V*(ρ) at each point. */
  readonly gap: Float64Array;
  readonly points: readonly Point[];
}

/** Gathers them along a path. */
export function stepsOf(problem: FiniteProblem, path: DiscretePath): DiscreteSteps {
  const { mdp, tau, gamma } = problem;
  const points = pointsOf(problem, path);
  const iota = inverseSteps(path, tau);
  const deltas = Array.from(iota, (_, n) => criticErrorOf(problem, path.theta[n + 1], points[n]));
  const widths = deltas.map((delta) => oscillation(delta, mdp));
  const u = points.map((point) => excessValue(problem, point));
  return {
    tau,
    gamma,
    iota,
    sigma: iota.map((x) => tau / (tau + x)),
    u,
    k: points.map((point) => point.k),
    oscillation: widths,
    criticError: Float64Array.from(deltas, (delta) => supremum(delta.map(Math.abs), mdp)),
    rise: iota.map((x, n) => largest(widths[n]) ** 2 / (8 * (tau + 2 * x))),
    X: Float64Array.from(points, (point) => largest(oscillation(distanceToGreedy(point, tau), mdp))),
    gap: Float64Array.from(u, (x) => expectation(x, mdp.rho)),
    points,
  };
}

/** −τ log dπ/dμ − Q, which differs from τ⟨w,φ⟩ − Q by a function of the state; shape [S·m]. */
function distanceToGreedy({ policy, Q }: Point, tau: number): Float64Array {
  return Q.map((q, p) => -tau * policy.logDensity[p] - q);
}

/** ε_n = osc_a(δ_n)²/(8κτ) + γ sup β_n/(1−γ); shape [S]. */
export function disturbance(steps: DiscreteSteps, n: number, kappa: number): Float64Array {
  const { tau, gamma, oscillation: widths, rise } = steps;
  return widths[n].map((x) => x ** 2 / (8 * kappa * tau) + (gamma / (1 - gamma)) * rise[n]);
}

/** ‖θ − θ_π‖² before and after the critic's steps of each update: its largest quotient; NaN where none can be measured. */
export function criticQuotient(problem: FiniteProblem, path: DiscretePath, points: readonly Point[]): number {
  let most = Number.NaN;
  for (let n = 0; n < path.steps; n++) {
    const theta = path.theta[n].subarray(0, problem.features.size);
    const fixed = implicitStep(problem, { policy: points[n].policy, theta, epsilon: 0 });
    const squares = (x: Float64Array) => x.reduce((sum, y, i) => sum + (y - fixed[i]) ** 2, 0);
    const before = squares(theta);
    // Below, rounding of θ is what is measured.
    if (before <= 1e-20 * (1 + squares(new Float64Array(theta.length)))) continue;
    const quotient = squares(path.theta[n + 1].subarray(0, theta.length)) / before;
    if (!(quotient <= most)) most = quotient;
  }
  return most;
}
