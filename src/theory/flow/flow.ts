import { type Schedule, scheduleAt } from '../../critic/schedule.js';
import { dormandPrince } from '../../numeric/dormandPrince.js';
import { extrapolate } from '../../numeric/implicitExtrapolation.js';
import type { Trajectory } from '../../numeric/trajectory.js';
import type { FlowProblem } from '../problem.js';

/** η_t of the critic, or the limit η → ∞ in which θ_t = θ_{π_t}. */
export type Eta = Schedule | 'infinite';

/** The speed of the critic, the times looked at and the accuracy of a flow. */
export interface FlowOptions {
  eta: Eta;
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
  readonly steps: number;
  readonly evaluations: number;
}

/**
 * The coupled flow of slide 5, dθ/dt = −η_t g(θ,π), dw/dt = θ − τw, by Dormand and Prince's method. Its cost grows with η_t‖A‖: for η that grows
 * exponentially use `implicitFlow`.
 */
export function explicitFlow(problem: FlowProblem, options: FlowOptions): Path {
  const { size: N, tau } = problem;
  const { eta, times, tolerance = 1e-9 } = options;
  const theta = new Float64Array(N);
  const w = new Float64Array(N);
  const g = new Float64Array(N);
  if (eta === 'infinite') {
    const field = (_t: number, y: Float64Array, out: Float64Array) => {
      problem.implicitCritic(g, y, 0, theta);
      for (let i = 0; i < N; i++) out[i] = theta[i] - tau * y[i];
    };
    return fastCriticPath(problem, dormandPrince(field, times, initial(options.w0, N), tolerance));
  }
  const field = (t: number, y: Float64Array, out: Float64Array) => {
    theta.set(y.subarray(0, N));
    w.set(y.subarray(N));
    problem.semiGradient(theta, w, g);
    const speed = scheduleAt(eta, t);
    for (let i = 0; i < N; i++) {
      out[i] = -speed * g[i];
      out[N + i] = theta[i] - tau * w[i];
    }
  };
  return split(N, dormandPrince(field, times, joined(options, N), tolerance));
}

/**
 * The same flow by extrapolation of the step
 *   θ' = the solution of θ' = θ − hη_{t+h} g(θ', π_w),   w' = (w + hθ')/(1 + hτ).
 * For a frozen policy g is affine in θ, so the step is one linear solve; it damps the critic for every η, and for η → ∞ it turns into the
 * step of the limit, θ' = θ_{π_w}. The cost does not grow with η.
 */
export function implicitFlow(problem: FlowProblem, options: FlowOptions): Path {
  const { size: N, tau } = problem;
  const { eta, times, tolerance = 1e-9 } = options;
  const order = tolerance > 1e-7 ? 4 : 6;
  const theta = new Float64Array(N);
  const w = new Float64Array(N);
  const solved = new Float64Array(N);
  if (eta === 'infinite') {
    const step = (_t: number, h: number, y: Float64Array, out: Float64Array) => {
      problem.implicitCritic(theta, y, 0, solved);
      for (let i = 0; i < N; i++) out[i] = (y[i] + h * solved[i]) / (1 + h * tau);
    };
    return fastCriticPath(problem, extrapolate(step, times, initial(options.w0, N), { tolerance, order }));
  }
  const step = (t: number, h: number, y: Float64Array, out: Float64Array) => {
    theta.set(y.subarray(0, N));
    w.set(y.subarray(N));
    problem.implicitCritic(theta, w, 1 / (h * scheduleAt(eta, t + h)), solved);
    for (let i = 0; i < N; i++) {
      out[i] = solved[i];
      out[N + i] = (w[i] + h * solved[i]) / (1 + h * tau);
    }
  };
  return split(N, extrapolate(step, times, joined(options, N), { tolerance, order }));
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

function split(N: number, { times, states, steps, evaluations }: Trajectory): Path {
  const theta = states.map((y) => y.slice(0, N));
  return { times, theta, w: states.map((y) => y.slice(N)), steps, evaluations };
}

function fastCriticPath(problem: FlowProblem, { times, states, steps, evaluations }: Trajectory): Path {
  const zero = new Float64Array(problem.size);
  const theta = states.map((w) => {
    const out = new Float64Array(problem.size);
    problem.implicitCritic(zero, w, 0, out);
    return out;
  });
  return { times, theta, w: states, steps, evaluations };
}
