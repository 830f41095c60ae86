import { createRng } from '../spaces/index.js';
import { type BoxRule, logDensityOf, MAX_NODES, placeOf } from './boxRule.js';
import { type Reference, surprisalAt, unscale } from './reference.js';

/**
 * Quasi-Monte-Carlo for any number of dimensions: a rank-1 lattice of n nodes in the unit cube, shifted at random, folded by the baker's transformation
 * t ↦ 1 − |2t − 1| (Hickernell, MCQMC 2000) and mapped through the inverse distribution functions of μ. The torus of the t is covered by n
 * translates of one parallelepiped, the cells, each of mass 1/n with its node in the middle; folding keeps the uniform measure, and a cell that runs
 * over the border of the torus is folded back into its own neighbourhood. So what is integrated is what is drawn from, here, too.
 * @param seed of the shift; rules of several seeds are independent, and each is unbiased
 * @throws RangeError where the nodes are too many
 */
export function latticeRule(references: readonly Reference[], n: number, seed: number): BoxRule {
  if (n > MAX_NODES) throw new RangeError(`a lattice of ${n} nodes; expected at most ${MAX_NODES}`);
  const dimensions = references.length;
  const generator = componentByComponent(n, dimensions);
  const cell = reduced(generator, n);
  const rng = createRng(seed);
  const shift = Float64Array.from(generator, () => rng.next());
  const places = new Float64Array(n * dimensions);
  const scaled = new Float64Array(n * dimensions);
  const surprisal = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < dimensions; i++) {
      const at = j * dimensions + i;
      places[at] = ((j * generator[i]) % n) / n + shift[i];
      scaled[at] = references[i].quantile(fold(places[at]));
      surprisal[j] = surprisal[j] + surprisalAt(references[i], scaled[at]);
    }
  }
  const inside = new Float64Array(dimensions);
  return {
    nodes: n,
    weights: new Float64Array(n).fill(1 / n),
    dimensions,
    scaled,
    surprisal,
    place: placeOf(references, scaled),
    logDensity: logDensityOf(references),
    cellOf() {
      throw new RangeError(
        'the cells of a lattice overlap in the box, so an action alone does not tell its cell; use the rule "cells" or "gauss", or the basis "quadratic"',
      );
    },
    draw(node, draws, out, at) {
      inside.set(places.subarray(node * dimensions, (node + 1) * dimensions));
      for (const edge of cell) {
        const share = draws.next() - 0.5;
        for (let i = 0; i < dimensions; i++) inside[i] = inside[i] + share * edge[i];
      }
      for (let i = 0; i < dimensions; i++) {
        out[at + i] = unscale(references[i], references[i].quantile(fold(inside[i])));
      }
    },
  };
}

/** The baker's transformation of t modulo 1. */
function fold(t: number): number {
  return 1 - Math.abs(2 * (t - Math.floor(t)) - 1);
}

/**
 * The generator z of the lattice {j·z/n}, each component the one of least worst-case error in the Korobov space of smoothness 2, the ones before it
 * fixed (Sloan & Reztsov, Math. Comp. 71, 2002): the error is −1 + mean over j of Π_i (1 + 2π² B₂({j z_i/n})), B₂(x) = x² − x + 1/6.
 */
function componentByComponent(n: number, dimensions: number): Int32Array {
  const kernel = Float64Array.from({ length: n }, (_, j) => {
    const x = j / n;
    return 1 + 2 * Math.PI ** 2 * (x * x - x + 1 / 6);
  });
  const generator = new Int32Array(dimensions).fill(1);
  const product = kernel.slice();
  for (let i = 1; i < dimensions; i++) {
    let least = Number.POSITIVE_INFINITY;
    // z and n − z are mirror images.
    for (let z = 1; z <= Math.max(1, Math.floor(n / 2)); z++) {
      let error = 0;
      for (let j = 0; j < n; j++) error += product[j] * kernel[(j * z) % n];
      if (error < least) {
        least = error;
        generator[i] = z;
      }
    }
    for (let j = 0; j < n; j++) product[j] = product[j] * kernel[(j * generator[i]) % n];
  }
  return generator;
}

/** Short edges of a parallelepiped that tiles: the basis z/n, e_2, …, e_d of the lattice, each edge shortened by the others until none gets shorter. */
function reduced(generator: Int32Array, n: number): Float64Array[] {
  const edges = Array.from(generator, (_, i) =>
    Float64Array.from(generator, (z, k) => (i === 0 ? z / n : Number(i === k))),
  );
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  for (let shorter = true; shorter; ) {
    shorter = false;
    for (const edge of edges) {
      for (const other of edges) {
        const times = edge === other ? 0 : Math.round(dot(edge, other) / dot(other, other));
        if (times === 0) continue;
        const candidate = edge.map((x, i) => x - times * other[i]);
        if (dot(candidate, candidate) >= dot(edge, edge) * (1 - 1e-12)) continue;
        edge.set(candidate);
        shorter = true;
      }
    }
  }
  return edges;
}
