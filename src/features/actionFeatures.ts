import { integerVectors } from '../numeric/integerVectors.js';

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
      out[codes[row]] = 1;
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

/**
 * Monomials of total degree ≤ `degree` in the scaled action; the constant comes first.
 * @param maxNonZero most dimensions that a monomial combines
 */
export function polynomialActions(points: ScaledPoints, degree: number, maxNonZero = points.dimensions): ActionTable {
  const exponents = integerVectors(points.dimensions, degree, Math.min(degree, maxNonZero), degree);
  // Every monomial is at most 1 in the Box and is 1 in its upper corner.
  const size = exponents.length;
  const norm = Math.sqrt(size);
  const table = tabulate(points, size, norm, (a, k) => exponents[k].reduce((product, e, i) => product * a[i] ** e, 1));
  return { size, table, constant: Float64Array.from(exponents, (_, k) => (k === 0 ? norm : 0)) };
}

/** K hat functions (linear B-splines) at evenly spaced knots in one dimension: they sum to one, so Q is piecewise linear in the action. */
export function hatActions(points: ScaledPoints, knots: number): ActionTable {
  if (points.dimensions !== 1) {
    throw new RangeError(
      `hat functions are for one action dimension; this Box has ${points.dimensions}. Use "polynomial" or "quadratic".`,
    );
  }
  const table = tabulate(points, knots, 1, ([a], k) => Math.max(0, 1 - Math.abs(((a! + 1) / 2) * (knots - 1) - k)));
  return { size: knots, table, constant: new Float64Array(knots).fill(1) };
}

/** Fills the table with features divided by `norm`, so that ‖χ‖ ≤ 1. */
function tabulate(
  { scaled, dimensions }: ScaledPoints,
  size: number,
  norm: number,
  value: (a: Float64Array, k: number) => number,
): Float64Array {
  const nodes = scaled.length / dimensions;
  return Float64Array.from({ length: nodes * size }, (_, at) => {
    const j = Math.floor(at / size);
    return value(scaled.subarray(j * dimensions, (j + 1) * dimensions), at % size) / norm;
  });
}
