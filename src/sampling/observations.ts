import { NDArray } from '../spaces/index.js';

/** An environment gave a number that no feature can be made of, or a reward that is not finite. */
export class NonFiniteError extends Error {
  override name = 'NonFiniteError';
}

/**
 * Copies a vector environment's observations into rows of numbers.
 * @param observations an NDArray of E observations of `inputs` numbers each
 * @param out receives E·inputs numbers from `at` on
 * @param step named in the error
 * @throws NonFiniteError naming the environment, the entry and the step where a number is NaN or infinite
 */
export function writeObservations(
  observations: unknown,
  inputs: number,
  out: Float64Array,
  at: number,
  step: number,
): void {
  if (!(observations instanceof NDArray)) {
    throw new TypeError('the observations are not an array; expected a Box or Discrete observation space');
  }
  const data = observations.data as ArrayLike<number>;
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (!Number.isFinite(x)) {
      throw new NonFiniteError(
        `environment ${Math.floor(i / inputs)} gave observation[${i % inputs}] = ${x} at step ${step}; expected a finite number. ` +
          'What was learned so far is in the last checkpoint. Clip or repair the observation in the environment or by a wrapper.',
      );
    }
    out[at + i] = x;
  }
}

/** @throws NonFiniteError naming the environment and the step where a reward is NaN or infinite */
export function checkRewards(rewards: Float64Array, step: number): void {
  for (let e = 0; e < rewards.length; e++) {
    if (!Number.isFinite(rewards[e])) {
      throw new NonFiniteError(
        `environment ${e} gave the reward ${rewards[e]} at step ${step}; expected a finite number. ` +
          'What was learned so far is in the last checkpoint.',
      );
    }
  }
}
