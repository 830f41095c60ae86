import { StepControl } from './stepControl.js';
import type { Trajectory } from './trajectory.js';

/** One step of length h of a first-order method: out ← Φ_h(t, y). */
export type OneStep = (t: number, h: number, y: Float64Array, out: Float64Array) => void;

export interface ExtrapolationOptions {
  /** Bound of the estimated error of a step, relative to 1 + max_i |y_i|. */
  tolerance: number;
  /** Columns of the extrapolation tableau. */
  order: number;
}

/**
 * Richardson extrapolation of a first-order one-step method with 1, 2, …, order substeps (Deuflhard, "Recent progress in extrapolation methods for ordinary
 * differential equations", SIAM Review 27, 1985; Hairer & Wanner, "Solving ordinary differential equations II", IV.9), with `StepControl`.
 * The flow's base step is linearly implicit (see `implicitFlow`), so the method is stable however large η is.
 * @param times increasing; the first is that of y0; each is the end of a step
 * @throws RangeError where the step falls to rounding
 */
export function extrapolate(
  step: OneStep,
  times: Float64Array,
  y0: Float64Array,
  { tolerance, order }: ExtrapolationOptions,
): Trajectory {
  const states: Float64Array[] = [y0.slice()];
  let y: Float64Array = y0.slice();
  let steps = 0;
  let evaluations = 0;
  const rule = { order, safety: 0.8, growth: 4, method: 'implicit', meaning: 'the flow blows up there' };
  const control = new StepControl(rule, (times[1] - times[0]) / 8);
  for (let target = 1; target < times.length; target++) {
    let t = times[target - 1];
    const end = times[target];
    while (t < end) {
      // Two equal steps rather than a full one and a very short one.
      const left = end - t;
      const wanted = control.step;
      const h = wanted >= left ? left : 2 * wanted > left ? left / 2 : wanted;
      const [finest, previous] = tableau((from, length, x, out) => step(t + from, length, x, out), h, y, order);
      evaluations += (order * (order + 1)) / 2;
      if (!control.judge(t, h, errorOf(finest, previous, tolerance))) continue;
      y = finest;
      steps++;
      t = h === left ? end : t + h;
    }
    states.push(y.slice());
  }
  return { times, states, steps, evaluations };
}

/** The last two entries of the last row of the tableau for a step of length h from y, whose substeps begin at times 0 … h. */
function tableau(step: OneStep, h: number, y: Float64Array, order: number): [Float64Array, Float64Array] {
  let row: Float64Array[] = [];
  let swap = new Float64Array(y.length);
  for (let j = 1; j <= order; j++) {
    let x = y.slice();
    for (let i = 0; i < j; i++) {
      step((i * h) / j, h / j, x, swap);
      [x, swap] = [swap, x];
    }
    const next = [x.slice()];
    for (let k = 1; k < j; k++) {
      const ratio = j / (j - k) - 1;
      next.push(next[k - 1].map((finer, i) => finer + (finer - row[k - 1][i]) / ratio));
    }
    row = next;
  }
  return [row[order - 1], row[order - 2]];
}

/** Their greatest difference in units of the tolerance. */
function errorOf(value: Float64Array, previous: Float64Array, tolerance: number): number {
  let scale = 1;
  let error = 0;
  for (let i = 0; i < value.length; i++) {
    scale = Math.max(scale, Math.abs(value[i]));
    const difference = Math.abs(value[i] - previous[i]);
    if (!(difference <= error)) error = difference;
  }
  return error / (tolerance * scale);
}
