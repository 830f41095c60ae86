import type { BoxCells } from '../measure/box.js';
import type { Box, Discrete, MultiBinary, MultiDiscrete, Rng } from '../spaces/index.js';

/** How nodes of the reference measure become actions of the environment. */
export interface Actions {
  /** Room for the actions of E environments: E integers, or E × entries integers or floats. */
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

/** Combinations of a MultiDiscrete or MultiBinary at most. */
const MAX_COMBINATIONS = 10_000;

/**
 * A node is a combination of the entries' values, the last entry fastest. The uniform measure on the nodes is the product of the
 * uniform measures on the entries.
 * @returns the number of nodes, and the actions
 * @throws RangeError where there are too many combinations
 */
export function productActionsOf(space: MultiDiscrete | MultiBinary): { nodes: number; actions: Actions } {
  const { size } = space;
  const bounds = Array.from({ length: size }, (_, i) => space.bounds(i));
  const counts = bounds.map(([low, high]) => high - low + 1);
  const nodes = counts.reduce((a, b) => a * b, 1);
  if (nodes > MAX_COMBINATIONS) {
    throw new RangeError(
      `the action space ${space} has ${nodes} combinations; expected at most ${MAX_COMBINATIONS}. ` +
        'Put a wrapper around the environment that offers fewer actions, and name it in env.wrappers.',
    );
  }
  const centre: Actions['centre'] = (node, out, e) => {
    for (let i = size - 1, rest = node; i >= 0; i--) {
      out[e * size + i] = bounds[i]![0] + (rest % counts[i]!);
      rest = Math.floor(rest / counts[i]!);
    }
  };
  const actions: Actions = {
    buffer: (E) => new Int32Array(E * size),
    centre,
    draw: (node, _, out, e) => centre(node, out, e),
  };
  return { nodes, actions };
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
