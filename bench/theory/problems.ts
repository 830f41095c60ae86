import { finiteProblem, garnet, tabular } from '../../src/theory/index.js';

/** The process of the figures. */
export function figureProblem() {
  const mdp = garnet({ states: 8, actions: 3, branching: 3, seed: 0 });
  return finiteProblem(mdp, tabular(mdp), 0.2);
}

/** Garnets of several sizes, discounts and temperatures. */
export function garnets(count: number) {
  return Array.from({ length: count }, (_, seed) => {
    const sizes = { states: 5 + (seed % 4), actions: 2 + (seed % 3), branching: 3, seed };
    const mdp = garnet({ ...sizes, gamma: [0.8, 0.9][seed % 2] });
    return finiteProblem(mdp, tabular(mdp), [0.1, 0.2, 0.5][seed % 3]);
  });
}

/** Points of a curve. */
export function points(x: ArrayLike<number>, y: ArrayLike<number>) {
  return Array.from(x, (t, i) => ({ x: t, y: y[i] }));
}

/** Least, middle and greatest of some numbers. */
export function spread(numbers: readonly number[]): [number, number, number] {
  const sorted = [...numbers].sort((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)!];
}
