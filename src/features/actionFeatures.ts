import type { BoxCells } from '../measure/box.js';
import { integerVectors } from './fourier.js';

/** Features χ of actions, tabulated at the nodes of the reference measure; ‖χ‖ ≤ 1. */
export interface ActionFeatures {
  /** Number K of action features. */
  readonly size: number;
  /** Number m of nodes. */
  readonly nodes: number;
  /** χ(a_j), shape [m, K]; null stands for the identity (a discrete action's indicator, K = m). */
  readonly table: Float64Array | null;
  /** k with ⟨k, χ(a_j)⟩ = 1 for every node; shape [K]. */
  readonly constant: Float64Array;
}

/** The indicator of each of m discrete actions. */
export function discreteActions(m: number): ActionFeatures {
  return { size: m, nodes: m, table: null, constant: new Float64Array(m).fill(1) };
}

/**
 * Monomials of total degree ≤ `degree` in the actions, each dimension scaled to [−1,1]; the constant comes first. Degree 2 makes the
 * policy a Gaussian restricted to the Box, up to the width of a cell.
 */
export function polynomialActions(cells: BoxCells, degree: number): ActionFeatures {
  const { dimensions, centres, widths } = cells;
  const exponents = integerVectors(dimensions, degree, dimensions).filter(
    (e) => e.reduce((a, b) => a + b, 0) <= degree,
  );
  const low = cells.widths.map((w, i) => centres[i]! - w / 2);
  const last = (cells.nodes - 1) * dimensions;
  const high = widths.map((w, i) => centres[last + i]! + w / 2);
  const scaled = (j: number, i: number) => (2 * (centres[j * dimensions + i]! - low[i]!)) / (high[i]! - low[i]!) - 1;
  return scaledTable(cells.nodes, exponents.length, (j, k) =>
    exponents[k]!.reduce((product, e, i) => product * scaled(j, i) ** e, 1),
  );
}

/** K hat functions (linear B-splines) at evenly spaced knots in one dimension: they sum to one, so Q is piecewise linear in the action. */
export function hatActions(cells: BoxCells, knots: number): ActionFeatures {
  if (cells.dimensions !== 1) {
    throw new RangeError(
      `hat functions are for one action dimension; this Box has ${cells.dimensions}. Use "polynomial".`,
    );
  }
  const place = (j: number) => ((j + 0.5) / cells.nodes) * (knots - 1);
  const features = scaledTable(cells.nodes, knots, (j, k) => Math.max(0, 1 - Math.abs(place(j) - k)));
  return { ...features, constant: new Float64Array(knots).fill(features.constant[0]!) };
}

/** Fills the table and divides it by its greatest norm, so that ‖χ‖ ≤ 1. Its first feature is taken for the constant. */
function scaledTable(nodes: number, size: number, value: (j: number, k: number) => number): ActionFeatures {
  const table = new Float64Array(nodes * size);
  let greatest = 0;
  for (let j = 0; j < nodes; j++) {
    let squares = 0;
    for (let k = 0; k < size; k++) {
      table[j * size + k] = value(j, k);
      squares += table[j * size + k]! ** 2;
    }
    greatest = Math.max(greatest, Math.sqrt(squares));
  }
  for (let i = 0; i < table.length; i++) table[i] = table[i]! / greatest;
  const constant = new Float64Array(size);
  constant[0] = greatest;
  return { size, nodes, table, constant };
}
