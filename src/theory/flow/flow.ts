import { type Schedule, scheduleAt, scheduleBends } from '../../critic/schedule.js';
import { dormandPrince, type VectorField } from '../../numeric/dormandPrince.js';
import { extrapolate, type OneStep } from '../../numeric/implicitExtrapolation.js';
import { inPieces } from '../../numeric/inPieces.js';
import type { Trajectory } from '../../numeric/trajectory.js';
import type { FlowProblem } from '../problem.js';

/** η_t of the critic, or the limit η → ∞ in which θ_t = θ_{π_t}. */
export type Eta = Schedule | 'infinite';

/** The speed of the critic, the temperature, the times looked at and the accuracy of a flow. */
export interface FlowOptions {
  eta: Eta;
  /** Temperature τ_t; the problem's own, at all times, if left out. */
  tau?: Schedule | undefined;
  /** Increasing times at which the path is wanted; the first is that of the initial values. */
  times: Float64Array;
  /** Zero if left out. */
  theta0?: Float64Array;
  /** Zero, that is π₀ = μ, if left out. */
  w0?: Float64Array;
  /** Bound of a step's estimated error, relative to 1 + |y|; 10⁻⁹ if left out. */
  tolerance?: number;
}

/** A path of the coupled flow. */
export interface Path {
  readonly times: Float64Array;
  /** θ_t, shape [N] each. */
  readonly theta: readonly Float64Array[];
  /** w_t, shape [N] each: log dπ_t/dμ = −⟨w_t,φ⟩ − log Z. */
  readonly w: readonly Float64Array[];
  /** τ_t, where it was not the problem's own. */
  readonly tau?: Schedule | undefined;
  readonly steps: number;
  readonly evaluations: number;
}

/** The problem at time t: its temperature is τ_t. @throws RangeError where τ_t is none that it has */
export function problemAt<P extends { readonly tau: number; withTau(tau: number): P }>(
  problem: P,
  tau: Schedule | undefined,
  t: number,
): P {
  return tau === undefined ? problem : problem.withTau(scheduleAt(tau, t));
}

/**
 * The coupled flow of slide 5, dθ/dt = −η_t g(θ,π), dw/dt = θ − τ_t w, with g of T_{τ_t}^π, by Dormand and Prince's method. Its cost grows with η_t‖A‖: for η that grows
 * exponentially use `implicitFlow`.
 */
export function explicitFlow(problem: FlowProblem, options: FlowOptions): Path {
  const N = problem.size;
  const { eta, tolerance = 1e-9 } = options;
  const theta = new Float64Array(N);
  const w = new Float64Array(N);
  const g = new Float64Array(N);
  if (eta === 'infinite') {
    const field = (t: number, y: Float64Array, out: Float64Array) => {
      const now = problemAt(problem, options.tau, t);
      now.implicitCritic(g, y, 0, theta);
      for (let i = 0; i < N; i++) out[i] = theta[i] - now.tau * y[i];
    };
    return fastCriticPath(problem, options, integrate(explicit(field, tolerance), options, initial(options.w0, N)));
  }
  const field = (t: number, y: Float64Array, out: Float64Array) => {
    const now = problemAt(problem, options.tau, t);
    theta.set(y.subarray(0, N));
    w.set(y.subarray(N));
    now.semiGradient(theta, w, g);
    const speed = scheduleAt(eta, t);
    for (let i = 0; i < N; i++) {
      out[i] = -speed * g[i];
      out[N + i] = theta[i] - now.tau * w[i];
    }
  };
  return split(options, N, integrate(explicit(field, tolerance), options, joined(options, N)));
}

/**
 * The same flow by extrapolation of the step
 *   θ' = the solution of θ' = θ − hη_{t+h} g(θ', π_w),   w' = (w + hθ')/(1 + hτ_{t+h}),   g at the temperature τ_{t+h}.
 * For a frozen policy g is affine in θ, so the step is one linear solve; it damps the critic for every η, and for η → ∞ it turns into the
 * step of the limit, θ' = θ_{π_w}. The cost does not grow with η.
 */
export function implicitFlow(problem: FlowProblem, options: FlowOptions): Path {
  const N = problem.size;
  const { eta, tolerance = 1e-9 } = options;
  const theta = new Float64Array(N);
  const w = new Float64Array(N);
  const solved = new Float64Array(N);
  if (eta === 'infinite') {
    const step = (t: number, h: number, y: Float64Array, out: Float64Array) => {
      const next = problemAt(problem, options.tau, t + h);
      next.implicitCritic(theta, y, 0, solved);
      for (let i = 0; i < N; i++) out[i] = (y[i] + h * solved[i]) / (1 + h * next.tau);
    };
    return fastCriticPath(problem, options, integrate(implicit(step, tolerance), options, initial(options.w0, N)));
  }
  const step = (t: number, h: number, y: Float64Array, out: Float64Array) => {
    const next = problemAt(problem, options.tau, t + h);
    theta.set(y.subarray(0, N));
    w.set(y.subarray(N));
    next.implicitCritic(theta, w, 1 / (h * scheduleAt(eta, t + h)), solved);
    for (let i = 0; i < N; i++) {
      out[i] = solved[i];
      out[N + i] = (w[i] + h * solved[i]) / (1 + h * next.tau);
    }
  };
  return split(options, N, integrate(implicit(step, tolerance), options, joined(options, N)));
}

type Method = (times: Float64Array, y0: Float64Array) => Trajectory;

const explicit =
  (field: VectorField, tolerance: number): Method =>
  (times, y0) =>
    dormandPrince(field, times, y0, tolerance);

const implicit =
  (step: OneStep, tolerance: number): Method =>
  (times, y0) =>
    extrapolate(step, times, y0, { tolerance, order: tolerance > 1e-7 ? 4 : 6 });

/** No step goes across a bend of η_t or τ_t. */
function integrate(method: Method, { times, eta, tau }: FlowOptions, y0: Float64Array): Trajectory {
  const schedules = [eta, tau].filter((x) => x !== undefined && x !== 'infinite');
  return inPieces(method, times, y0, schedules.flatMap(scheduleBends));
}

/** `count` times from 0 to the horizon, closer together at the beginning, where the path bends. */
export function sampleTimes(horizon: number, count: number): Float64Array {
  if (!(horizon > 0)) throw new RangeError(`horizon is ${horizon}; expected a positive time`);
  return Float64Array.from({ length: count }, (_, i) => horizon * (i / (count - 1)) ** 2);
}

function initial(vector: Float64Array | undefined, N: number): Float64Array {
  if (vector === undefined) return new Float64Array(N);
  if (vector.length !== N) throw new RangeError(`flow: an initial vector has ${vector.length} entries; expected ${N}`);
  return vector;
}

function joined({ theta0, w0 }: FlowOptions, N: number): Float64Array {
  return Float64Array.from([...initial(theta0, N), ...initial(w0, N)]);
}

function split({ tau }: FlowOptions, N: number, { times, states, steps, evaluations }: Trajectory): Path {
  const theta = states.map((y) => y.slice(0, N));
  return { times, theta, w: states.map((y) => y.slice(N)), tau, steps, evaluations };
}

function fastCriticPath(
  problem: FlowProblem,
  { tau }: FlowOptions,
  { times, states, steps, evaluations }: Trajectory,
): Path {
  const zero = new Float64Array(problem.size);
  const theta = states.map((w, i) => {
    const out = new Float64Array(problem.size);
    problemAt(problem, tau, times[i]).implicitCritic(zero, w, 0, out);
    return out;
  });
  return { times, theta, w: states, tau, steps, evaluations };
}
