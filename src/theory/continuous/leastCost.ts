import { maximise } from '../../numeric/maximise.js';
import { solveSquare } from '../../numeric/solveSquare.js';
import type { FiniteMdp } from '../finite/finiteMdp.js';
import { checkedCost, type Discretised, nextWeights } from './discretise.js';
import type { Nystrom } from './nystrom.js';
import { placeOf } from './place.js';
import type { Point } from './region.js';

/** Points of the grid of actions in each coordinate. */
const ACTION_GRID = [1, 65, 17];

/**
 * V_0^* at the nodes: policy iteration for τ = 0, in which the best action is looked for between the nodes, too.
 * @returns shape [S]
 */
export function leastCost(found: Discretised, formula: Nystrom, { gamma }: FiniteMdp): Float64Array {
  const { process, states } = found;
  const S = states.points.length;
  const place = placeOf([process.actions], ACTION_GRID);
  const next = nextWeights(process, states);
  let V: Float64Array = new Float64Array(S);
  for (let n = 0; n < 100; n++) {
    const best = states.points.map((s): Point => {
      const gain = (a: Point) => -formula.actionValue(gamma, V, s, a);
      return maximise(gain, place.grid, place.grid.points.map(gain)).at;
    });
    const system = new Float64Array(S * S);
    const cost = Float64Array.from(best, (a, j) => checkedCost(process, states.points[j], a));
    best.forEach((a, j) => {
      const row = system.subarray(j * S, (j + 1) * S);
      next(states.points[j], a, row);
      for (let i = 0; i < S; i++) row[i] = (i === j ? 1 : 0) - gamma * row[i];
    });
    const improved = solveSquare(system, cost);
    const change = improved.reduce((most, v, j) => Math.max(most, Math.abs(v - V[j])), 0);
    V = improved;
    if (change <= 1e-12 * (1 + Math.max(...V.map(Math.abs)))) break;
  }
  return V;
}
