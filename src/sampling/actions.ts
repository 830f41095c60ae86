import type { BoxCells } from '../measure/box.js';
import type { Box, Discrete, Rng } from '../spaces/index.js';

/** How nodes of the reference measure become actions of the environment. */
export interface Actions {
  /** Room for the actions of E environments: E integers, or E × dimensions floats. */
  buffer(numEnvs: number): Int32Array | Float32Array;
  /** Writes a draw from the cell of a node as environment e's action: the node itself if it is a discrete action. */
  draw(node: number, rng: Rng, out: Int32Array | Float32Array, e: number): void;
  /** Writes the middle of the cell. */
  centre(node: number, out: Int32Array | Float32Array, e: number): void;
}

/** Node j is the action start + j. */
export function discreteActionsOf({ start }: Discrete): Actions {
  const centre: Actions['centre'] = (node, out, e) => {
    out[e] = node + start;
  };
  return { buffer: (E) => new Int32Array(E), centre, draw: (node, _, out, e) => centre(node, out, e) };
}

/** Node j is a cell of the Box; actions are float32 and stay inside its bounds. */
export function boxActionsOf(space: Box, { dimensions, centres, widths }: BoxCells): Actions {
  const low = space.low.data as ArrayLike<number>;
  const high = space.high.data as ArrayLike<number>;
  function write(node: number, out: Int32Array | Float32Array, e: number, offset: () => number): void {
    for (let i = 0; i < dimensions; i++) {
      const action = centres[node * dimensions + i]! + offset() * widths[i]!;
      out[e * dimensions + i] = Math.min(high[i]!, Math.max(low[i]!, action));
    }
  }
  return {
    buffer: (E) => new Float32Array(E * dimensions),
    centre: (node, out, e) => write(node, out, e, () => 0),
    draw: (node, rng, out, e) => write(node, out, e, () => rng.next() - 0.5),
  };
}
