import type { Trajectory } from './dormandPrince.js';

/** One step of length h of a first-order method: out ← Φ_h(t, y). */
export type OneStep = (t: number, h: number, y: Float64Array, out: Float64Array) => void;

/**
 * Richardson extrapolation of a first-order one-step method with 1, 2, …, order substeps, with step control (Hairer and Wanner, IV.9).
 * The flow's base step is linearly implicit (see `flow`), so the method is stable however large η is.
 * @param times increasing; the first is that of y0; each is the end of a step
 * @param tolerance bound of the estimated error of a step, relative to 1 + max_i |y_i|
 * @param order columns of the extrapolation tableau
 * @throws RangeError where the step falls to rounding
 */
export function extrapolate(
  step: OneStep,
  times: Float64Array,
  y0: Float64Array,
  tolerance: number,
  order: number,
): Trajectory {
  const states: Float64Array[] = [y0.slice()];
  let y: Float64Array = y0.slice();
  let steps = 0;
  let evaluations = 0;
  let h = (times[1] - times[0]) / 8;
  for (let target = 1; target < times.length; target++) {
    let t = times[target - 1];
    const end = times[target];
    while (t < end) {
      // Two equal steps rather than a full one and a very short one.
      const left = end - t;
      const size = h >= left ? left : 2 * h > left ? left / 2 : h;
      const { value, error } = tableau(step, t, size, y, order, tolerance);
      evaluations += (order * (order + 1)) / 2;
      const factor = Number.isFinite(error) ? Math.min(4, Math.max(0.2, 0.8 * error ** (-1 / order))) : 0.1;
      if (error <= 1) {
        y = value;
        steps++;
        t = size === left ? end : t + size;
        // A step cut short by the next output time must not make the following ones short.
        h = Math.max(factor * size, size < h ? h : 0);
      } else {
        h = factor * size;
        if (!(h > 1e-13 * Math.max(1, Math.abs(t)))) {
          throw new RangeError(`the implicit integrator's step fell to ${h} at t = ${t}: the flow blows up there`);
        }
      }
    }
    states.push(y.slice());
  }
  return { times, states, steps, evaluations };
}

function tableau(step: OneStep, t: number, h: number, y: Float64Array, order: number, tolerance: number) {
  let row: Float64Array[] = [];
  let swap = new Float64Array(y.length);
  for (let j = 1; j <= order; j++) {
    let x = y.slice();
    for (let i = 0; i < j; i++) {
      step(t + (i * h) / j, h / j, x, swap);
      [x, swap] = [swap, x];
    }
    const next = [x.slice()];
    for (let k = 1; k < j; k++) {
      const ratio = j / (j - k) - 1;
      next.push(next[k - 1].map((finer, i) => finer + (finer - row[k - 1][i]) / ratio));
    }
    row = next;
  }
  const value = row[order - 1];
  const previous = row[order - 2];
  let scale = 1;
  let error = 0;
  for (let i = 0; i < y.length; i++) {
    scale = Math.max(scale, Math.abs(value[i]));
    const difference = Math.abs(value[i] - previous[i]);
    if (!(difference <= error)) error = difference;
  }
  return { value, error: error / (tolerance * scale) };
}
