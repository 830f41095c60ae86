import { createRng, type Rng } from '../../numeric/rng.js';
import { type FiniteFeatures, scaledFeatures } from './finiteFeatures.js';
import { type FiniteMdp, finiteMdp, type Successor } from './finiteMdp.js';

/** Two states, two actions: action 0 stays, action 1 crosses over with probability 0.9; state 1 is the cheap one. */
export function twoState(gamma = 0.9): FiniteMdp {
  const cross = (s: number): Successor[] => [
    [0.9, 1 - s],
    [0.1, s],
  ];
  return finiteMdp({
    name: 'two-state',
    gamma,
    cost: [
      [1, 1.2],
      [0, 0.5],
    ],
    successors: [
      [[[1, 0]], cross(0)],
      [[[1, 1]], cross(1)],
    ],
    rho: [1, 0],
  });
}

/** Sizes of a random process, and the seed that it is drawn by. */
export interface RandomSizes {
  states: number;
  actions: number;
  seed: number;
  /** 0.9 if left out. */
  gamma?: number;
}

/** Garnet(n, m, b): each pair leads to b random states with random probabilities (spacings of uniform cuts); costs uniform in [0,1]. */
export function garnet(sizes: RandomSizes & { branching: number }): FiniteMdp {
  const { states: n, actions: m, branching, seed, gamma = 0.9 } = sizes;
  for (const [name, x, most] of [
    ['states', n, 1e6],
    ['actions', m, 1e6],
    ['branching', branching, n],
  ] as const) {
    if (!(Number.isInteger(x) && x >= 1 && x <= most)) {
      throw new RangeError(`garnet: ${name} is ${x}; expected an integer from 1 to ${most}`);
    }
  }
  const rng = createRng(seed);
  const successors = grid(n, m, () => {
    const chosen = sampleWithout(rng, n, branching);
    const cuts = [0, ...Array.from({ length: branching - 1 }, () => rng.next()).sort((a, b) => a - b), 1];
    return chosen.map((next, i): Successor => [cuts[i + 1] - cuts[i], next]);
  });
  const cost = grid(n, m, () => rng.next());
  return finiteMdp({ name: `garnet(${n},${m},${branching},${seed})`, gamma, cost, successors });
}

/**
 * A linear MDP: φ(s,a) in the simplex of R^N, P(·|s,a) = Σ_i φ_i ν_i, c = ⟨φ, ζ⟩. Then Q_τ^π = ⟨ζ + γ ∫ V dν, φ⟩ for every policy: A3 holds with
 * N < |S||A|.
 */
export function linearMdp(sizes: RandomSizes & { features: number }) {
  const { states: n, actions: m, features: N, seed, gamma = 0.9 } = sizes;
  const rng = createRng(seed);
  const table = new Float64Array(n * m * N);
  for (let p = 0; p < n * m; p++) table.set(simplex(rng, N), p * N);
  const nu = Array.from({ length: N }, () => simplex(rng, n));
  const zeta = Array.from({ length: N }, () => rng.next());
  const phi = (s: number, a: number) => table.subarray((s * m + a) * N, (s * m + a + 1) * N);
  const mix = (s: number, a: number, of: (i: number) => number) => phi(s, a).reduce((sum, x, i) => sum + x * of(i), 0);
  const mdp = finiteMdp({
    name: `linear(${n},${m},${N},${seed})`,
    gamma,
    cost: grid(n, m, (s, a) => mix(s, a, (i) => zeta[i])),
    successors: grid(n, m, (s, a) => Array.from({ length: n }, (_, t): Successor => [mix(s, a, (i) => nu[i][t]), t])),
  });
  const features: FiniteFeatures = scaledFeatures(`linear:${N}`, N, table);
  return { mdp, features };
}

/** A random walk on n states with a step left or right that slips the other way with probability 0.2; both ends terminate, the right one pays 1. */
export function randomWalk(n = 7, gamma = 0.95): FiniteMdp {
  const step = (s: number, direction: number): [Successor[], number] => {
    const go: Successor[] = [];
    let cost = 0;
    for (const [probability, move] of [
      [0.8, direction],
      [0.2, -direction],
    ] as const) {
      const next = s + move;
      if (next >= n) cost -= probability;
      if (next >= 0 && next < n) go.push([probability, next]);
    }
    return [go, cost];
  };
  const rho = new Float64Array(n);
  rho[Math.floor(n / 2)] = 1;
  return finiteMdp({
    name: 'random-walk',
    gamma,
    cost: grid(n, 2, (s, a) => step(s, a === 0 ? -1 : 1)[1]),
    successors: grid(n, 2, (s, a) => step(s, a === 0 ? -1 : 1)[0]),
    rho,
    grid: [1, n],
  });
}

/**
 * Baird's star (1995) for action values: action 0 (dashed) leads to one of states 0…5, action 1 (solid) to state 6; no costs. Solid's
 * features are those of the star, 2e_i + e_7 and e_6 + 2e_7; dashed has an indicator each. `behaviour` is Baird's: states
 * uniform, solid with probability 1/7.
 */
export function baird(gamma = 0.99) {
  const outer = Array.from({ length: 6 }, (_, s): Successor => [1 / 6, s]);
  const N = 15;
  const table = new Float64Array(7 * 2 * N);
  for (let s = 0; s < 7; s++) {
    table[s * 2 * N + 8 + s] = 1;
    table[(s * 2 + 1) * N + s] = s < 6 ? 2 : 1;
    table[(s * 2 + 1) * N + 7] = s < 6 ? 1 : 2;
  }
  const mdp = finiteMdp({
    name: 'baird',
    gamma,
    cost: grid(7, 2, () => 0),
    successors: grid(7, 2, (_, a): Successor[] => (a === 0 ? outer : [[1, 6]])),
  });
  const behaviour = Float64Array.from({ length: 14 }, (_, p) => (p % 2 === 0 ? 6 / 7 : 1 / 7) / 7);
  return { mdp, features: scaledFeatures('baird', N, table), behaviour };
}

function grid<T>(n: number, m: number, entry: (s: number, a: number) => T): T[][] {
  return Array.from({ length: n }, (_, s) => Array.from({ length: m }, (_, a) => entry(s, a)));
}

function simplex(rng: Rng, n: number): Float64Array {
  const x = Float64Array.from({ length: n }, () => -Math.log(1 - rng.next()));
  const sum = x.reduce((total, y) => total + y, 0);
  return x.map((y) => y / sum);
}

function sampleWithout(rng: Rng, n: number, k: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < k; i++) {
    const j = i + rng.integer(n - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, k);
}
