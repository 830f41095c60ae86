import type { ConfigInput } from '../config/config.js';
import { type FiniteProblem, MdpError } from '../theory/index.js';

/** What an agent must be made of for its θ and w to mean what the lab's do. */
export interface AgentSetting {
  readonly features: ConfigInput['features'];
  readonly combinations?: number[][];
  readonly actions?: ConfigInput['actions'];
  /** A vector of the agent's, in the lab's order; shape [N]. */
  toLab(vector: Float64Array): Float64Array;
}

/**
 * The setting for a finite process whose observation is the number of the state: one-hot states, and for features that are not tabular their
 * table as combinations of the indicators of the pairs.
 * @throws MdpError where μ is not uniform, as the agent's is
 */
export function finiteSetting({ name, mdp, features }: FiniteProblem): AgentSetting {
  const { states: S, actions: m, measure } = mdp;
  if (measure.weights.some((x) => Math.abs(x * m - 1) > 1e-9)) {
    throw new MdpError(
      `${name}: μ is not uniform; expected the uniform measure, which an agent with discrete actions has`,
    );
  }
  const { table, size } = features;
  const pairOf = (place: number) => (place % S) * m + Math.floor(place / S);
  if (table === null) {
    const toLab = (vector: Float64Array) => {
      const out = new Float64Array(size);
      vector.forEach((x, place) => {
        out[pairOf(place)] = x;
      });
      return out;
    };
    return { features: { type: 'oneHot' }, toLab };
  }
  const combinations = Array.from({ length: size }, (_, i) =>
    Array.from({ length: S * m }, (_, place) => table[pairOf(place) * size + i]),
  );
  return { features: { type: 'oneHot' }, combinations, toLab: (vector) => vector.slice() };
}
