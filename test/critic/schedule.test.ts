import { expect, test } from 'vitest';
import { scheduleAt, scheduleBends, stepCountAt } from '../../src/critic/schedule.js';

test('η_t is constant, exponential or polynomial, and stays at or below its bound', () => {
  expect(scheduleAt({ type: 'constant', value: 3 }, 100)).toBe(3);
  expect(scheduleAt({ type: 'exponential', value: 2, rate: 0.5 }, 4)).toBeCloseTo(2 * Math.E ** 2, 12);
  expect(scheduleAt({ type: 'polynomial', value: 2, power: 0.5 }, 8)).toBeCloseTo(6, 12);
  expect(scheduleAt({ type: 'exponential', value: 2, rate: 0.5, max: 5 }, 4)).toBe(5);
});

test('a schedule has its bends where it meets its bounds', () => {
  // 4·e^{−t/2} = 2 at t = 2 log 2; (1+t)² = 9 at t = 2.
  expect(scheduleBends({ type: 'exponential', value: 4, rate: -0.5, min: 2, max: 8 })).toEqual([2 * Math.LN2]);
  expect(scheduleBends({ type: 'polynomial', value: 1, power: 2, max: 9 })).toEqual([2]);
  expect(scheduleBends({ type: 'exponential', value: 4, rate: 0, min: 2 })).toEqual([]);
  expect(scheduleBends({ type: 'constant', value: 4 })).toEqual([]);
});

test('M_n is constant, grows like log n or like n, is at least one and at most its bound', () => {
  expect([0, 9].map((n) => stepCountAt({ type: 'constant', value: 2.5 }, n))).toEqual([3, 3]);
  expect([0, 1, 9].map((n) => stepCountAt({ type: 'logarithmic', value: 1, scale: 2 }, n))).toEqual([1, 3, 6]);
  expect([0, 1, 9].map((n) => stepCountAt({ type: 'linear', value: 0.2, slope: 0.5 }, n))).toEqual([1, 1, 5]);
  expect(stepCountAt({ type: 'linear', value: 1, slope: 10, max: 7 }, 100)).toBe(7);
});
