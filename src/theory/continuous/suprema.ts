import { Matrix, pseudoInverse } from 'ml-matrix';
import { lazily } from '../../numeric/lazily.js';
import { value } from '../finite/exact.js';
import type { Continuum } from '../finite/setting.js';
import { checkedCost, checkedFeatures, type Discretised, nextWeights } from './discretise.js';
import { nystrom } from './nystrom.js';
import { placeOf, splitter, stateRegions, supremum } from './place.js';
import type { Point } from './region.js';

/** Points of the grids in each coordinate, by the number of coordinates. */
const STATE_GRID = [1, 65, 17];
const PAIR_GRID = [1, 65, 65, 17, 9];

/** sup ‖φ‖₂, before scaling, and sup |c| over S × A. */
export function staticSuprema({ process }: Discretised): { phi: number; cost: number } {
  const place = placeOf([...stateRegions(process), process.actions], PAIR_GRID);
  const split = splitter(process);
  const over = (f: (s: Point, a: Point) => number) => supremum(place, (x) => f(...split(x)));
  return {
    phi: over((s, a) => Math.hypot(...checkedFeatures(process, s, a))),
    cost: over((s, a) => Math.abs(checkedCost(process, s, a))),
  };
}

/** The suprema at a point of a path, over the space instead of the nodes. @param scale what φ is divided by */
export function supremaOf(found: Discretised, scale: number): Continuum['suprema'] {
  const { process, actions, size: N } = found;
  const onStates = placeOf(stateRegions(process), STATE_GRID);
  const onPairs = placeOf([...stateRegions(process), process.actions], PAIR_GRID);
  const split = splitter(process);
  const formula = nystrom(found, scale);
  // φ, c and p on the grids, since they are looked at at every time of a path.
  const pairs = lazily(() => tabulate(found, scale, onPairs.grid.points.map(split)));
  const rows = lazily(() => {
    const all = onStates.grid.points.flatMap((s) => actions.points.map((a) => [s, a] as const));
    return featureTable(found, scale, all);
  });
  const nearest = lazily(() => projection(found, scale));
  return ({ mdp, tau }, theta, w, policy) => {
    const V = value(mdp, policy, tau);
    const { cost, next, phi } = pairs();
    const Q = cost.map((c, g) => c + mdp.gamma * dot(next, g, V));
    const away = (vector: Float64Array) =>
      supremum(
        onPairs,
        (x) => Math.abs(formula.combine(vector, ...split(x)) - formula.actionValue(mdp.gamma, V, ...split(x))),
        Q.map((q, g) => Math.abs(dot(phi, g, vector) - q)),
      );
    const divergence = (energy: (a: Point, k: number) => number) => formula.gibbsAt(mdp.measure, energy).kl;
    return {
      K: supremum(
        onStates,
        (s) => divergence((a) => formula.combine(w, s, a)),
        onStates.grid.points.map((_, g) => divergence((_a, k) => dot(rows(), g * mdp.actions + k, w.subarray(0, N)))),
      ),
      actionValueError: away(theta),
      residual: away(nearest()(mdp.gamma, V)),
    };
  };
}

/** φ at some pairs, shape [G, N]. */
function featureTable({ process, size }: Discretised, scale: number, at: readonly (readonly [Point, Point])[]) {
  const phi = new Float64Array(at.length * size);
  at.forEach(([s, a], g) => {
    phi.set(
      checkedFeatures(process, s, a, size).map((x) => x / scale),
      g * size,
    );
  });
  return phi;
}

/** φ, c and the weights of the next states at some pairs, shapes [G, N], [G] and [G, S]. */
function tabulate(found: Discretised, scale: number, at: readonly (readonly [Point, Point])[]) {
  const { process, states } = found;
  const S = states.points.length;
  const weigh = nextWeights(process, states);
  const next = new Float64Array(at.length * S);
  at.forEach(([s, a], g) => {
    weigh(s, a, next.subarray(g * S, (g + 1) * S));
  });
  const cost = Float64Array.from(at, ([s, a]) => checkedCost(process, s, a));
  return { phi: featureTable(found, scale, at), cost, next };
}

/** The θ with the least ‖Q − ⟨θ,φ⟩‖ in L²(β), Q = c + γ ∫ V dP at the nodes. */
function projection({ mdp, beta, table, size }: Discretised, scale: number) {
  const pairs = mdp.cost.length;
  const root = beta.map(Math.sqrt);
  const columns = table.map((x, i) => (x / scale) * root[Math.floor(i / size)]);
  const inverse = pseudoInverse(Matrix.from1DArray(pairs, size, columns));
  const rowOf = inverse.to1DArray();
  const apply = (f: Float64Array) => Float64Array.from({ length: size }, (_, i) => dot(rowOf, i, f));
  return (gamma: number, V: Float64Array): Float64Array => {
    const Q = mdp.cost.map((c, p) => root[p] * (c + gamma * dot(mdp.transitions.values, p, V)));
    const theta = apply(Q);
    // Once more with what is left, which takes the rounding of the inverse away.
    const left = Q.map((q, p) => q - dot(columns, p, theta));
    const more = apply(left);
    return theta.map((x, i) => x + more[i]);
  };
}

/** ⟨row, x⟩ of a table with rows as long as x; 0 for a table without rows. */
function dot(table: ArrayLike<number>, row: number, x: Float64Array): number {
  if (table.length === 0) return 0;
  let sum = 0;
  for (let j = 0, at = row * x.length; j < x.length; j++, at++) sum += table[at] * x[j];
  return sum;
}
