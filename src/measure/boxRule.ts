import { gaussLegendre, gaussOf } from '../numeric/quadrature.js';
import type { Rng } from '../spaces/index.js';
import type { Measure } from './measure.js';
import { logDensityAt, type Reference, surprisalAt, unscale } from './reference.js';

/**
 * A rule for a measure μ on a Box that integrates, normalises and draws alike: node j stands for a cell of μ-mass weights_j. A density that is
 * constant on each cell is integrated exactly, and drawn from exactly: the cell by its mass, the action by μ inside it.
 */
export interface BoxRule extends Measure {
  readonly dimensions: number;
  /** The nodes, each dimension scaled to [−1,1]; shape [m, dimensions]. */
  readonly scaled: Float64Array;
  /** −log of the density of μ at the nodes, but for a constant; shape [m]. 0 where μ is uniform. */
  readonly surprisal: Float64Array;
  /** Writes the action that node j stands at to [at, at + dimensions). */
  place(node: number, out: Float64Array, at: number): void;
  /** Writes a draw from μ inside the cell of node j. */
  draw(node: number, rng: Rng, out: Float64Array, at: number): void;
  /** The node in whose cell the action at [at, at + dimensions) is. @throws RangeError where the rule cannot tell */
  cellOf(actions: Float64Array, at: number): number;
  /** log of the density of μ, relative to length (area, …), at the action at [at, at + dimensions). */
  logDensity(actions: Float64Array, at: number): number;
}

/** `logDensity` of a rule for the product of these measures. */
export function logDensityOf(references: readonly Reference[]): BoxRule['logDensity'] {
  return (actions, at) => references.reduce((sum, reference, i) => sum + logDensityAt(reference, actions[at + i]), 0);
}

/** `place` of a rule with these nodes. */
export function placeOf(references: readonly Reference[], scaled: Float64Array): BoxRule['place'] {
  return (node, out, at) => {
    references.forEach((reference, i) => {
      out[at + i] = unscale(reference, scaled[node * references.length + i]);
    });
  };
}

/** A rule for one dimension: nodes, scaled to [−1,1] and ascending, and weights of sum 1. */
export interface LineRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Nodes of a rule at most: more is taken for a mistake. */
export const MAX_NODES = 10_000;

/** n cells of equal mass, each with its median as node. */
export function equalCells(reference: Reference, n: number): LineRule {
  const nodes = Float64Array.from({ length: n }, (_, j) => reference.quantile((j + 0.5) / n));
  return { nodes, weights: new Float64Array(n).fill(1 / n) };
}

/** Panels of 32 Gauss–Legendre points that stand for μ when its Gauss rule is made, and the most nodes that are then right to rounding. */
const PANELS = 20;
const MOST_GAUSS = 100;

/**
 * The Gauss rule of μ with n nodes, exact for polynomials up to degree 2n−1: Gauss–Legendre where μ is uniform, Gauss–Hermite, but for the
 * cut, where it is a Gaussian. Node j lies in the j-th interval of mass weights_j (Chebyshev, Markov & Stieltjes: Szegő, "Orthogonal
 * polynomials", 3.41), which is its cell.
 * @throws RangeError where the nodes are too many
 */
export function gaussCells(reference: Reference, n: number): LineRule {
  if (n > MOST_GAUSS) throw new RangeError(`a Gauss rule of ${n} nodes; expected at most ${MOST_GAUSS} in a dimension`);
  const panel = gaussLegendre(32, 0, 2 / PANELS);
  const count = 32 * PANELS;
  const nodes = Float64Array.from(
    { length: count },
    (_, i) => -1 + 2 * (Math.floor(i / 32) / PANELS) + panel.nodes[i % 32],
  );
  const weights = nodes.map((y, i) => panel.weights[i % 32] * Math.exp(-surprisalAt(reference, y)));
  return gaussOf({ nodes, weights }, n);
}

/**
 * The product of one rule a dimension, the last dimension fastest. The cell of a node is the product of the intervals of μ-mass weights_j,
 * one after the other.
 * @throws RangeError where the nodes are too many
 */
export function productRule(references: readonly Reference[], lines: readonly LineRule[]): BoxRule {
  const dimensions = lines.length;
  const counts = lines.map((line) => line.nodes.length);
  const nodes = counts.reduce((a, b) => a * b, 1);
  if (nodes > MAX_NODES) {
    throw new RangeError(
      `${counts.join('×')} nodes are ${nodes}; expected at most ${MAX_NODES}. Use fewer a dimension, the rule "lattice" or the basis "quadratic".`,
    );
  }
  /** Mass below each cell. */
  const starts = lines.map(({ weights }) => weights.map((_, j) => weights.subarray(0, j).reduce((a, b) => a + b, 0)));
  /** Where each cell begins, as an action. */
  const edges = starts.map((line, i) => line.map((p) => unscale(references[i], references[i].quantile(p))));
  /** Calls `use` with each dimension and the number of the node in it. */
  function eachDimension(node: number, use: (i: number, j: number) => void): void {
    for (let i = dimensions - 1, rest = node; i >= 0; i--) {
      use(i, rest % counts[i]);
      rest = Math.floor(rest / counts[i]);
    }
  }
  const scaled = new Float64Array(nodes * dimensions);
  const weights = new Float64Array(nodes).fill(1);
  const surprisal = new Float64Array(nodes);
  for (let node = 0; node < nodes; node++) {
    eachDimension(node, (i, j) => {
      scaled[node * dimensions + i] = lines[i].nodes[j];
      weights[node] = weights[node] * lines[i].weights[j];
      surprisal[node] = surprisal[node] + surprisalAt(references[i], lines[i].nodes[j]);
    });
  }
  return {
    nodes,
    weights,
    dimensions,
    scaled,
    surprisal,
    place: placeOf(references, scaled),
    logDensity: logDensityOf(references),
    cellOf(actions, at) {
      return edges.reduce((node, line, i) => {
        let j = line.length - 1;
        while (j > 0 && actions[at + i] < line[j]) j--;
        return node * counts[i] + j;
      }, 0);
    },
    draw(node, rng, out, at) {
      eachDimension(node, (i, j) => {
        const p = starts[i][j] + rng.next() * lines[i].weights[j];
        out[at + i] = unscale(references[i], references[i].quantile(p));
      });
    },
  };
}
