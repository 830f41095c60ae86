import type { Measure } from './measure.js';

/**
 * The uniform measure on a Box, cut into equal cells. A density that is constant on each cell is integrated, normalised and
 * drawn from exactly: the cell by its mass, the action uniform inside it.
 */
export interface BoxCells extends Measure {
  /** Number of dimensions. */
  readonly dimensions: number;
  /** Middle of each cell; shape [m, dimensions], the last dimension fastest. */
  readonly centres: Float64Array;
  /** Size of a cell in each dimension. */
  readonly widths: Float64Array;
}

/**
 * @param low bounds of the Box, finite
 * @param cells number of cells in each dimension
 * @throws RangeError where bounds are not finite and ordered, or the cells are too many
 */
export function boxCells(low: ArrayLike<number>, high: ArrayLike<number>, cells: readonly number[]): BoxCells {
  const dimensions = low.length;
  const nodes = cells.reduce((a, b) => a * b, 1);
  if (cells.length !== dimensions) {
    throw new RangeError(
      `cells has ${cells.length} entries; expected one for each of the ${dimensions} action dimensions`,
    );
  }
  if (nodes > 10_000)
    throw new RangeError(`${cells.join('×')} cells are ${nodes}; expected at most 10000. Use fewer a dimension.`);
  const widths = new Float64Array(dimensions);
  for (let i = 0; i < dimensions; i++) {
    if (!(Number.isFinite(low[i]) && Number.isFinite(high[i]) && low[i]! < high[i]!)) {
      throw new RangeError(
        `the action space is [${low[i]}, ${high[i]}] in dimension ${i}; expected finite bounds with low < high`,
      );
    }
    widths[i] = (high[i]! - low[i]!) / cells[i]!;
  }
  const centres = new Float64Array(nodes * dimensions);
  for (let j = 0; j < nodes; j++) {
    for (let i = dimensions - 1, rest = j; i >= 0; i--) {
      centres[j * dimensions + i] = low[i]! + ((rest % cells[i]!) + 0.5) * widths[i]!;
      rest = Math.floor(rest / cells[i]!);
    }
  }
  return { nodes, weights: new Float64Array(nodes).fill(1 / nodes), dimensions, centres, widths };
}
