/** dy/dt = f(t, y), written into `out`. */
export type VectorField = (t: number, y: Float64Array, out: Float64Array) => void;

/** y at the times asked for, and what it cost. */
export interface Trajectory {
  readonly times: Float64Array;
  readonly states: readonly Float64Array[];
  readonly steps: number;
  readonly evaluations: number;
}

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

/**
 * The method of Dormand and Prince, order 5(4), with step control and dense output at the times asked for.
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
  let h = Math.min(end - t, 0.01 / (1 + Math.max(...k[0].map(Math.abs))));
  while (states.length < times.length) {
    h = Math.min(h, end - t);
    if (!(h > 1e-14 * Math.max(1, t)) && t < end) {
      throw new RangeError(
        `the explicit integrator's step fell to ${h} at t = ${t}: stiff; use the implicit integrator`,
      );
    }
    for (let stage = 1; stage < 7; stage++) {
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < stage; j++) sum += A[stage][j] * k[j][i];
        next[i] = y[i] + h * sum;
      }
      f(t + C[stage] * h, next, k[stage]);
    }
    evaluations += 6;
    const error = errorNorm(y, next, k, h, tolerance);
    if (error <= 1) {
      while (states.length < times.length && times[states.length] <= t + h * (1 + 1e-14)) {
        states.push(interpolate(y, next, k, h, (times[states.length] - t) / h));
      }
      t += h;
      steps++;
      [y, next] = [next, y];
      [k[0], k[6]] = [k[6], k[0]];
    }
    h *= Number.isFinite(error) ? Math.min(5, Math.max(0.2, 0.9 * error ** -0.2)) : 0.1;
  }
  return { times, states, steps, evaluations };
}

function errorNorm(y: Float64Array, next: Float64Array, k: Float64Array[], h: number, tolerance: number): number {
  let most = 0;
  for (let i = 0; i < y.length; i++) {
    let sum = 0;
    for (let j = 0; j < 7; j++) sum += E[j] * k[j][i];
    const scaled = Math.abs(h * sum) / (tolerance * (1 + Math.max(Math.abs(y[i]), Math.abs(next[i]))));
    if (!(scaled <= most)) most = scaled;
  }
  return most;
}

function interpolate(y: Float64Array, next: Float64Array, k: Float64Array[], h: number, x: number): Float64Array {
  const z = 1 - x;
  return y.map((y0, i) => {
    const rise = next[i] - y0;
    const bend = h * k[0][i] - rise;
    let last = 0;
    for (let j = 0; j < 7; j++) last += D[j] * k[j][i];
    return y0 + x * (rise + z * (bend + x * (rise - h * k[6][i] - bend + z * h * last)));
  });
}
