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
/** Points of the grid from which a search begins. */
const STARTS = 3;
const MOST_CALLS = 500;

/**
 * sup f over a box: the greatest value on the grid, and from its best points a compass search with steps that are halved. A peak between two points of
 * the grid that neither of them shows is missed.
 * @param values f at the grid's points
 */
export function maximise(f: (x: readonly number[]) => number, grid: SearchGrid, values: ArrayLike<number>): number {
  const order = Array.from(grid.points.keys()).sort((i, j) => values[j] - values[i]);
  let most = Number.NEGATIVE_INFINITY;
  for (const start of order.slice(0, STARTS)) most = Math.max(most, climb(f, grid, start, values[start]));
  return most;
}

function climb(
  f: (x: readonly number[]) => number,
  { low, high, steps, points }: SearchGrid,
  start: number,
  begin: number,
) {
  let best = begin;
  let x = [...points[start]];
  let calls = 0;
  for (let share = 0.5; share > FINEST && calls < MOST_CALLS; ) {
    let moved = false;
    for (let i = 0; i < x.length; i++) {
      for (const sign of [1, -1]) {
        const y = [...x];
        y[i] = Math.min(high[i], Math.max(low[i], x[i] + sign * share * steps[i]));
        if (y[i] === x[i]) continue;
        const value = f(y);
        calls++;
        if (value > best) {
          best = value;
          x = y;
          moved = true;
        }
      }
    }
    if (!moved) share /= 2;
  }
  return best;
}
