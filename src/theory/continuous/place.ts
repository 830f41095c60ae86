import { maximise, type SearchGrid, searchGrid } from '../../numeric/maximise.js';
import type { ContinuousProcess } from './process.js';
import { dimension, isBounded, type Point, type Region, searchBox } from './region.js';

/** A product of regions as a place to look for suprema. */
export interface Place {
  readonly grid: SearchGrid;
  /** Two points far out along each unbounded coordinate and both its ways, the nearer one first. */
  readonly rays: readonly (readonly Point[])[];
}

/** A Gaussian region is searched up to 6 deviations; a function that is greater beyond and still grows from 20 to 40 has no supremum. */
const WITHIN = 6;
const BEYOND = [20, 40];

/** @param perAxis points of the grid in each coordinate, by the number of coordinates */
export function placeOf(regions: readonly Region[], perAxis: readonly number[]): Place {
  const box = (reach: number) => {
    const boxes = regions.map((region) => searchBox(region, reach));
    return { low: boxes.flatMap((b) => b.low), high: boxes.flatMap((b) => b.high) };
  };
  const { low, high } = box(WITHIN);
  const middle = low.map((x, i) => (x + high[i]) / 2);
  const unbounded = regions.flatMap((region) => Array<boolean>(dimension(region)).fill(!isBounded(region)));
  const rays = unbounded.flatMap((is, i) =>
    is
      ? (['low', 'high'] as const).map((side) =>
          BEYOND.map((reach) => middle.map((x, j) => (j === i ? box(reach)[side][i] : x + 0.3 * (high[j] - x)))),
        )
      : [],
  );
  return { grid: searchGrid(low, high, perAxis[low.length]), rays };
}

/** @param values f on the grid, where it is cheaper to have them together; @returns ∞ where f grows without end */
export function supremum(
  { grid, rays }: Place,
  f: (x: Point) => number,
  values: ArrayLike<number> = grid.points.map(f),
): number {
  const most = maximise(f, grid, values).value;
  for (const ray of rays) {
    const [near, far] = ray.map(f);
    if (far > near * (1 + 1e-9) && far > most) return Number.POSITIVE_INFINITY;
  }
  return most;
}

export function stateRegions({ states }: ContinuousProcess): Region[] {
  return states === undefined ? [] : [states];
}

/** A point of S × A as its two parts. */
export function splitter({ states }: ContinuousProcess): (x: Point) => readonly [s: Point, a: Point] {
  const d = states === undefined ? 0 : dimension(states);
  return (x) => [x.slice(0, d), x.slice(d)];
}
