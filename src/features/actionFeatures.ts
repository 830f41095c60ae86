import { integerVectors } from './fourier.js';

/**
 * Features χ of actions, ‖χ‖ ≤ 1. An action is kept as `width` numbers, its code: the number of a discrete action, or what the family of
 * policies on a Box keeps (src/policy/family.ts). Row r of an array of codes starts at r·width.
 */
export interface ActionFeatures {
  /** Number K of action features. */
  readonly size: number;
  /** Numbers of a code. */
  readonly width: number;
  /** Whether χ is the indicator of a discrete action, so that χ_k(a) = 1 for k = a alone, K actions in all. */
  readonly indicator: boolean;
  /** k with ⟨k, χ(a)⟩ = 1 for every action; shape [K]. */
  readonly constant: Float64Array;
  /** Writes χ of the action in row `row` of codes; `out` has shape [K]. */
  encode(codes: Float64Array, row: number, out: Float64Array): void;
}

/** The indicator of each of m discrete actions. */
export function discreteActions(m: number): ActionFeatures {
  return {
    size: m,
    width: 1,
    indicator: true,
    constant: new Float64Array(m).fill(1),
    encode(codes, row, out) {
      out.fill(0);
      out[codes[row]!] = 1;
    },
  };
}

/** χ at the m nodes of a rule. */
export interface ActionTable {
  readonly size: number;
  /** χ(a_j); shape [m, K]. */
  readonly table: Float64Array;
  /** k with ⟨k, χ(a_j)⟩ = 1 for every node; shape [K]. */
  readonly constant: Float64Array;
}

/** Points of a Box, each dimension scaled to [−1,1]; shape [m, dimensions]. */
export interface ScaledPoints {
  readonly dimensions: number;
  readonly scaled: Float64Array;
}

/** Monomials of total degree ≤ `degree` in the scaled action; the constant comes first. */
export function polynomialActions(points: ScaledPoints, degree: number): ActionTable {
  const exponents = integerVectors(points.dimensions, degree, points.dimensions).filter(
    (e) => e.reduce((a, b) => a + b, 0) <= degree,
  );
  return scaledTable(points, exponents.length, (a, k) =>
    exponents[k]!.reduce((product, e, i) => product * a[i]! ** e, 1),
  );
}

/** K hat functions (linear B-splines) at evenly spaced knots in one dimension: they sum to one, so Q is piecewise linear in the action. */
export function hatActions(points: ScaledPoints, knots: number): ActionTable {
  if (points.dimensions !== 1) {
    throw new RangeError(
      `hat functions are for one action dimension; this Box has ${points.dimensions}. Use "polynomial" or "quadratic".`,
    );
  }
  const features = scaledTable(points, knots, ([a], k) => Math.max(0, 1 - Math.abs(((a! + 1) / 2) * (knots - 1) - k)));
  return { ...features, constant: new Float64Array(knots).fill(features.constant[0]!) };
}

/** Fills the table and divides it by its greatest norm, so that ‖χ‖ ≤ 1. Its first feature is taken for the constant. */
function scaledTable(
  { scaled, dimensions }: ScaledPoints,
  size: number,
  value: (a: Float64Array, k: number) => number,
): ActionTable {
  const nodes = scaled.length / dimensions;
  const table = new Float64Array(nodes * size);
  let greatest = 0;
  for (let j = 0; j < nodes; j++) {
    const action = scaled.subarray(j * dimensions, (j + 1) * dimensions);
    let squares = 0;
    for (let k = 0; k < size; k++) {
      table[j * size + k] = value(action, k);
      squares += table[j * size + k]! ** 2;
    }
    greatest = Math.max(greatest, Math.sqrt(squares));
  }
  for (let i = 0; i < table.length; i++) table[i] = table[i]! / greatest;
  const constant = new Float64Array(size);
  constant[0] = greatest;
  return { size, table, constant };
}
