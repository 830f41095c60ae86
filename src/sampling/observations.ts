import type { Bounds } from '../features/index.js';
import type { NDArray } from '../spaces/index.js';

/** An environment gave a number that no feature can be made of, or a reward that is not finite. */
export class NonFiniteError extends Error {
  override name = 'NonFiniteError';
}

/** How the observations of an environment become rows of numbers, which the features read. */
export interface Observations {
  /** Numbers of a row. */
  readonly inputs: number;
  /** The least and the greatest that each number can be by the observation space; infinite where it says nothing. */
  readonly bounds: Bounds;
  /**
   * Writes E rows.
   * @param observations a batch of a vector environment
   * @param out receives E·inputs numbers from `at` on
   * @param step named in the error
   * @param first the number of the batch's first environment, for the error; default 0
   * @throws NonFiniteError naming the environment, the entry and the step where a number is NaN or infinite
   */
  write(observations: unknown, out: Float64Array, at: number, step: number, first?: number): void;
}

/** Checks rows that were written. @param first the number of their first environment @throws NonFiniteError */
export function checkRows(out: Float64Array, at: number, count: number, inputs: number, step: number, first = 0): void {
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(out[at + i])) throw nonFinite(out[at + i], i, inputs, step, first);
  }
}

/** The elements as numbers. */
export function numbers(array: NDArray): number[] {
  return Array.from(array.data as ArrayLike<number | bigint>, Number);
}

/** The error for number i of the rows of a step. @param first the number of their first environment */
export function nonFinite(x: number, i: number, inputs: number, step: number, first = 0): NonFiniteError {
  return new NonFiniteError(
    `environment ${first + Math.floor(i / inputs)} gave observation[${i % inputs}] = ${x} at step ${step}; expected a finite number. ` +
      'Clip or repair the observation in the environment or by a wrapper.',
  );
}

/** @param first the number of their first environment @throws NonFiniteError naming the environment and the step where a reward is NaN or infinite */
export function checkRewards(rewards: Float64Array, step: number, first = 0): void {
  for (let e = 0; e < rewards.length; e++) {
    if (!Number.isFinite(rewards[e])) {
      throw new NonFiniteError(
        `environment ${first + e} gave the reward ${rewards[e]} at step ${step}; expected a finite number. ` +
          'Repair the reward in the environment or by a wrapper.',
      );
    }
  }
}
