import { StepControl, type StepRule } from './stepControl.js';
import type { Trajectory } from './trajectory.js';

/** dy/dt = f(t, y), written into `out`. */
export type VectorField = (t: number, y: Float64Array, out: Float64Array) => void;

const C = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const A = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Difference of the weights of order 5 and 4. */
const E = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];
/** The last coefficient of the interpolant of order 4, stage by stage (Hairer, Nørsett, Wanner, II.6). */
const D = [
  -12715105075 / 11282082432,
  0,
  87487479700 / 32700410799,
  -10690763975 / 1880347072,
  701980252875 / 199316789632,
  -1453857185 / 822651844,
  69997945 / 29380423,
];

const RULE: StepRule = {
  order: 5,
  safety: 0.9,
  growth: 5,
  method: 'explicit',
  meaning: 'stiff; use the implicit integrator',
};

/**
 * The method of Dormand and Prince, order 5(4) (J. Comput. Appl. Math. 6, 1980), with `StepControl` and dense output at the times asked for
 * (Hairer, Nørsett & Wanner, "Solving ordinary differential equations I", 2nd ed., II.5 and II.6).
 * @param times increasing; the first is that of y0
 * @param tolerance bound of the estimated error of a step, relative to 1 + |y_i|
 * @throws RangeError where the step falls to rounding: the problem is too stiff for an explicit method, or blows up
 */
export function dormandPrince(f: VectorField, times: Float64Array, y0: Float64Array, tolerance: number): Trajectory {
  const n = y0.length;
  const end = times[times.length - 1];
  const k = Array.from({ length: 7 }, () => new Float64Array(n));
  let t = times[0];
  let y = y0.slice();
  let next = new Float64Array(n);
  const states: Float64Array[] = [y0.slice()];
  f(t, y, k[0]);
  let evaluations = 1;
  let steps = 0;
  const control = new StepControl(RULE, Math.min(end - t, 0.01 / (1 + Math.max(...k[0].map(Math.abs)))));
  while (states.length < times.length) {
    const h = Math.min(control.step, end - t);
    for (let stage = 1; stage < 7; stage++) {
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < stage; j++) sum += A[stage][j] * k[j][i];
        next[i] = y[i] + h * sum;
      }
      f(t + C[stage] * h, next, k[stage]);
    }
    evaluations += 6;
    const step = { h, y, next, k };
    if (!control.judge(t, h, errorOf(step, tolerance))) continue;
    while (states.length < times.length && times[states.length] <= t + h * (1 + 1e-14)) {
      states.push(interpolate(step, (times[states.length] - t) / h));
    }
    t += h;
    steps++;
    [y, next] = [next, y];
    [k[0], k[6]] = [k[6], k[0]];
  }
  return { times, states, steps, evaluations };
}

/** A step of length h from y to `next`, with dy/dt at its stages. */
interface Step {
  readonly h: number;
  readonly y: Float64Array;
  readonly next: Float64Array;
  readonly k: readonly Float64Array[];
}

/** The greatest error of an entry in units of the tolerance. */
function errorOf({ h, y, next, k }: Step, tolerance: number): number {
  let most = 0;
  for (let i = 0; i < y.length; i++) {
    let sum = 0;
    for (let j = 0; j < 7; j++) sum += E[j] * k[j][i];
    const scaled = Math.abs(h * sum) / (tolerance * (1 + Math.max(Math.abs(y[i]), Math.abs(next[i]))));
    if (!(scaled <= most)) most = scaled;
  }
  return most;
}

/** y at the share x of the step. */
function interpolate({ h, y, next, k }: Step, x: number): Float64Array {
  const z = 1 - x;
  return y.map((y0, i) => {
    const rise = next[i] - y0;
    const bend = h * k[0][i] - rise;
    let last = 0;
    for (let j = 0; j < 7; j++) last += D[j] * k[j][i];
    return y0 + x * (rise + z * (bend + x * (rise - h * k[6][i] - bend + z * h * last)));
  });
}
