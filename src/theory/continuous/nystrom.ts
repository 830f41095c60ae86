import type { Measure } from '../../measure/measure.js';
import { lazily } from '../../numeric/lazily.js';
import { gibbs, gibbsBuffers } from '../../policy/gibbs.js';
import { checkedCost, checkedFeatures, type Discretised, nextWeights } from './discretise.js';
import type { Point } from './region.js';

/** Functions of all states and actions, from their values at the nodes: Nyström's formula puts the rule's sum in place of the integral. */
export interface Nystrom {
  /** c(s,a) + γ ∫ V(s') p(s'|s,a) ds'. @param V at the nodes, shape [S] */
  actionValue(gamma: number, V: Float64Array, s: Point, a: Point): number;
  /** ⟨vector, φ(s,a)⟩, φ scaled. @param vector shape [N] */
  combine(vector: Float64Array, s: Point, a: Point): number;
  /** The Gibbs policy of one state: its KL from μ, log Z and means. @param energy at the nodes of the actions */
  gibbsAt(
    measure: Measure,
    energy: (a: Point, k: number) => number,
  ): { kl: number; logZ: number; mean(f: (a: Point) => number): number };
}

/** @param scale what φ is divided by */
export function nystrom(found: Discretised, scale: number): Nystrom {
  const { process, states, actions, mdp, size } = found;
  const next = nextWeights(process, states);
  const row = new Float64Array(states.points.length);
  const energies = new Float64Array(mdp.actions);
  const buffer = lazily(() => gibbsBuffers(mdp.actions));
  return {
    actionValue(gamma, V, s, a) {
      next(s, a, row);
      return checkedCost(process, s, a) + gamma * row.reduce((sum, p, j) => sum + p * V[j], 0);
    },
    combine(vector, s, a) {
      const phi = checkedFeatures(process, s, a, size);
      let sum = 0;
      for (let i = 0; i < size; i++) sum += phi[i] * vector[i];
      return sum / scale;
    },
    gibbsAt(measure, energy) {
      actions.points.forEach((a, k) => {
        energies[k] = energy(a, k);
      });
      const pi = buffer();
      gibbs(energies, measure, pi);
      const { kl, logZ, probabilities } = pi;
      return {
        kl,
        logZ,
        mean: (f) => actions.points.reduce((sum, a, k) => sum + probabilities[k] * f(a), 0),
      };
    },
  };
}
