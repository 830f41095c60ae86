import { checkCount, type StateFeatures } from './stateFeatures.js';

/**
 * The indicator of each of n states: the tabular case, in which every Q is realisable (A3) and ‖ψ(s)‖ = 1.
 * @param n number of states
 * @param start the first state's number (Gymnasium's `Discrete.start`)
 * @throws RangeError where n is too large for a table
 */
export function oneHot(n: number, start = 0): StateFeatures {
  checkCount('oneHot', n, 'Use features of numbers, or a wrapper that gives fewer values.');
  return {
    size: n,
    active: 1,
    dense: false,
    inputs: 1,
    constant: new Float64Array(n).fill(1),
    stepScale: null,
    encode(observation, offset, values, indices, at) {
      const state = observation[offset] - start;
      if (!(Number.isInteger(state) && state >= 0 && state < n)) {
        throw new RangeError(`state ${observation[offset]} is not in Discrete(${n}, start=${start})`);
      }
      values[at] = 1;
      indices[at] = state;
    },
  };
}
