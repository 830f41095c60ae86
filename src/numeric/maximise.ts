/** A grid over a box, its faces included: where a supremum is looked for first. */
export interface SearchGrid {
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Distance of neighbours in each coordinate. */
  readonly steps: readonly number[];
  readonly points: readonly (readonly number[])[];
}

/** @param perAxis points in each coordinate, at least 2 */
export function searchGrid(low: readonly number[], high: readonly number[], perAxis: number): SearchGrid {
  const steps = low.map((x, i) => (high[i] - x) / (perAxis - 1));
  let points: number[][] = [[]];
  low.forEach((x, i) => {
    const axis = Array.from({ length: perAxis }, (_, k) => (k === perAxis - 1 ? high[i] : x + k * steps[i]));
    points = points.flatMap((point) => axis.map((y) => [...point, y]));
  });
  return { low, high, steps, points };
}

/** Where the search ends: steps of this share of the grid's. At a smooth maximum the value is then off by its square. */
const FINEST = 1e-5;
/** Peaks of the grid from which a search begins, and points of it that are looked at for them. */
const STARTS = 3;
const CANDIDATES = 40;
const MOST_CALLS = 500;

/** A greatest value and where it is. */
export interface Maximum {
  readonly value: number;
  readonly at: readonly number[];
}

/**
 * sup f over a box: the greatest value on the grid, and from its highest peaks a compass search with steps that are halved. A peak between two points of
 * the grid that neither of them shows is missed.
 * @param values f at the grid's points
 */
export function maximise(f: (x: readonly number[]) => number, grid: SearchGrid, values: ArrayLike<number>): Maximum {
  const order = Array.from(grid.points.keys()).sort((i, j) => values[j] - values[i]);
  let best: Maximum = { value: values[order[0]], at: grid.points[order[0]] };
  for (const start of peaks(grid, order.slice(0, CANDIDATES))) {
    const found = climb(f, grid, { value: values[start], at: grid.points[start] });
    if (found.value > best.value) best = found;
  }
  return best;
}

/** Points without a better neighbour. @param order the best first */
function peaks({ points, steps }: SearchGrid, order: readonly number[]): number[] {
  const close = (i: number, j: number) => points[i].every((x, k) => Math.abs(x - points[j][k]) < 1.5 * steps[k]);
  return order.filter((i, rank) => !order.slice(0, rank).some((j) => close(i, j))).slice(0, STARTS);
}

function climb(f: (x: readonly number[]) => number, { low, high, steps }: SearchGrid, start: Maximum): Maximum {
  let best = start;
  let calls = 0;
  for (let share = 0.5; share > FINEST && calls < MOST_CALLS; ) {
    const before = best;
    for (let i = 0; i < low.length; i++) {
      for (const sign of [1, -1]) {
        const at = [...best.at];
        at[i] = Math.min(high[i], Math.max(low[i], at[i] + sign * share * steps[i]));
        if (at[i] === best.at[i]) continue;
        const value = f(at);
        calls++;
        if (value > best.value) best = { value, at };
      }
    }
    if (best === before) share /= 2;
  }
  return best;
}
