import { expect, test } from 'vitest';
import { dormandPrince } from '../../src/numeric/dormandPrince.js';
import { extrapolate } from '../../src/numeric/implicitExtrapolation.js';
import { StepControl } from '../../src/numeric/stepControl.js';

const rule = { order: 5, safety: 0.9, growth: 5, method: 'explicit', meaning: 'stiff' };

test('a step is accepted up to an error of one tolerance, and the next one is the length that the order predicts', () => {
  // 32^{1/5} = 2: an error of 1/32 allows twice the step, one of 32 half of it, each times 0.9.
  for (const [error, accepted, next] of [
    [1 / 32, true, 0.36],
    [1, true, 0.18],
    [32, false, 0.09],
    [0, true, 1],
    [1e9, false, 0.04],
    [Number.NaN, false, 0.02],
    [Number.POSITIVE_INFINITY, false, 0.02],
  ] as const) {
    const control = new StepControl(rule, 0.2);
    expect(control.judge(3, 0.2, error), `error ${error}`).toBe(accepted);
    expect(control.step, `error ${error}`).toBeCloseTo(next, 14);
  }
});

test('a step that was cut short makes the following ones short only if it is refused', () => {
  const control = new StepControl(rule, 0.2);
  expect(control.judge(0, 0.001, 0.9)).toBe(true);
  expect(control.step).toBe(0.2);
  expect(control.judge(0, 0.001, 32)).toBe(false);
  expect(control.step).toBeCloseTo(0.00045, 14);
});

test('a step that falls to rounding is an error which names the method, the place and the meaning', () => {
  const control = new StepControl(rule, 1e-14);
  expect(() => control.judge(2, 1e-14, 32)).toThrow(
    /^the explicit integrator's step fell to 4.5\d*e-15 at t = 2: stiff$/,
  );
});

const times = Float64Array.of(0, 0.3, 1, 2.5);

test('the explicit method follows a rotation, whose solution is cos and −sin', () => {
  const rotate = (_t: number, y: Float64Array, out: Float64Array) => {
    out[0] = y[1];
    out[1] = -y[0];
  };
  const { states } = dormandPrince(rotate, times, Float64Array.of(1, 0), 1e-10);
  states.forEach((y, i) => {
    expect(y[0]).toBeCloseTo(Math.cos(times[i]), 8);
    expect(y[1]).toBeCloseTo(-Math.sin(times[i]), 8);
  });
});

test('extrapolated implicit Euler steps follow a stiff decay to cos t in few steps', () => {
  // y' = −10⁶ (y − cos t) − sin t has the solution cos t + (y₀ − 1) e^{−10⁶ t}.
  const euler = (t: number, h: number, [y]: Float64Array, out: Float64Array) => {
    out[0] = (y + h * (1e6 * Math.cos(t + h) - Math.sin(t + h))) / (1 + 1e6 * h);
  };
  const { states, steps } = extrapolate(euler, times, Float64Array.of(2), { tolerance: 1e-8, order: 6 });
  states.slice(1).forEach(([y], i) => {
    expect(y).toBeCloseTo(Math.cos(times[i + 1]), 7);
  });
  expect(steps).toBeLessThan(200);
});

test('a solution that blows up in finite time is refused by the explicit method at the place where it does', () => {
  // y' = y², y(0) = 1: 1/(1 − t).
  const square = (_t: number, [y]: Float64Array, out: Float64Array) => {
    out[0] = y * y;
  };
  expect(() => dormandPrince(square, Float64Array.of(0, 2), Float64Array.of(1), 1e-8)).toThrow(
    /at t = (0\.9999|1\.0000|1:)/,
  );
});
