import type { ActionTable } from '../features/index.js';
import type { BoxRule } from '../measure/boxRule.js';
import { type ActionDensity, type ActionFamily, densityOf } from './family.js';
import { gibbs, gibbsBuffers, modeNode, sampleNode } from './gibbs.js';

/**
 * Densities on a Box that are constant on the cells of a rule for μ, with χ tabulated at its nodes. A code is the number of the cell, then the
 * action. What is integrated is what is drawn from; only the shape of Q inside a cell is approximated.
 */
export function nodeFamily(rule: BoxRule, { table, size: K, constant }: ActionTable): ActionFamily {
  const { nodes, weights, dimensions, surprisal } = rule;
  const width = 1 + dimensions;
  const zero = new Float64Array(K);

  function density(): ActionDensity {
    const state = gibbsBuffers(nodes);
    const { probabilities } = state;
    const energy = new Float64Array(nodes);
    const total = new Float64Array(nodes);
    const mean = new Float64Array(K);
    const set = (u: Float64Array) => {
      for (let j = 0, at = 0; j < nodes; j++) {
        let sum = 0;
        for (let k = 0; k < K; k++, at++) sum += table[at] * u[k];
        energy[j] = sum;
      }
      gibbs(energy, rule, state);
      mean.fill(0);
      for (let j = 0, at = 0; j < nodes; j++) {
        const p = probabilities[j];
        for (let k = 0; k < K; k++, at++) mean[k] = mean[k] + p * table[at];
      }
    };
    set(zero);
    return densityOf(state, {
      mean,
      set,
      at(codes, row) {
        const node = codes[row * width];
        return probabilities[node] / weights[node];
      },
      draw(rng, codes, row) {
        const node = sampleNode(probabilities, rng.next());
        codes[row * width] = node;
        rule.draw(node, rng, codes, row * width + 1);
      },
      mode(codes, row) {
        for (let j = 0; j < nodes; j++) total[j] = energy[j] + surprisal[j];
        const node = modeNode(total);
        codes[row * width] = node;
        rule.place(node, codes, row * width + 1);
      },
    });
  }

  return {
    features: {
      size: K,
      width,
      indicator: false,
      constant,
      encode(codes, row, out) {
        const from = codes[row * width] * K;
        for (let k = 0; k < K; k++) out[k] = table[from + k];
      },
    },
    highestKl: weights.reduce((most, weight) => Math.max(most, -Math.log(weight)), 0),
    referenceEntropy: 0,
    density,
    drawReference(rng, codes, row) {
      const node = sampleNode(weights, rng.next());
      codes[row * width] = node;
      rule.draw(node, rng, codes, row * width + 1);
    },
    logReference: (codes, row) => rule.logDensity(codes, row * width + 1),
    complete(codes, row) {
      codes[row * width] = rule.cellOf(codes, row * width + 1);
    },
  };
}
