import { discreteActions } from '../features/index.js';
import { counting } from '../measure/measure.js';
import { type ActionDensity, type ActionFamily, densityOf } from './family.js';
import { gibbs, gibbsBuffers, modeNode, sampleNode } from './gibbs.js';

/** Actions at most: each needs a number in several vectors, and time in every draw. */
const MOST_ACTIONS = 2 ** 20;

/** All distributions on m actions, μ uniform: π(a) ∝ e^{−u_a}, a softmax. A code is the number of the action. @throws RangeError where m is too large */
export function discreteFamily(m: number): ActionFamily {
  if (m > MOST_ACTIONS) throw new RangeError(`there are ${m} actions; expected at most ${MOST_ACTIONS}`);
  const measure = counting(m);
  const zero = new Float64Array(m);

  function density(): ActionDensity {
    const state = gibbsBuffers(m);
    const { probabilities } = state;
    const energy = new Float64Array(m);
    const set = (u: Float64Array) => {
      energy.set(u);
      gibbs(energy, measure, state);
    };
    set(zero);
    return densityOf(state, {
      mean: probabilities,
      set,
      at: (codes, row) => probabilities[codes[row]] * m,
      draw(rng, codes, row) {
        codes[row] = sampleNode(probabilities, rng.next());
      },
      mode(codes, row) {
        codes[row] = modeNode(energy);
      },
    });
  }

  return {
    features: discreteActions(m),
    highestKl: Math.log(m),
    referenceEntropy: Math.log(m),
    density,
    drawReference(rng, codes, row) {
      codes[row] = rng.integer(m);
    },
    logReference: () => -Math.log(m),
    complete() {},
  };
}
