import type { Scale } from './chartRules.js';

/** For bounds and references. */
const dashed = [
  [6, 4],
  [2, 3],
  [10, 3, 2, 3],
  [12, 4],
];
/** For what was measured, in charts for print. */
const measured = [
  [1, 0],
  [9, 3],
  [3, 3],
  [9, 3, 2, 3],
  [14, 4],
  [14, 4, 2, 4, 2, 4],
  [1, 2],
  [5, 2, 5, 6],
];
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right'];
/** Marks along a curve. */
const MARKS = 7;

/** The dashes of each series: of its own where `print` is set. Seven shapes and eight dashes make 56 series that differ without colour. */
export function dashesOf(series: readonly { dashed?: boolean }[], print: boolean): number[][] {
  let references = 0;
  return series.map((s, i) => {
    if (s.dashed) return dashed[references++ % dashed.length];
    return print ? measured[i % measured.length] : [1, 0];
  });
}

/** The shape of each series' marks. */
export function marksOf(series: readonly unknown[]): string[] {
  return series.map((_, i) => shapes[i % shapes.length]);
}

/** A few points of each series, evenly spread along the axis and shifted from series to series, so that marks do not cover each other. */
export function placesOfMarks<T extends { series: string; x: number }>(
  values: readonly T[],
  names: readonly string[],
  scale: Scale,
): T[] {
  const along = (v: { x: number }) => (scale === 'log' ? Math.log(v.x) : v.x);
  return names.flatMap((name, k) => {
    const own = values.filter((v) => v.series === name);
    if (own.length <= MARKS) return own;
    const [from, to] = [along(own[0]), along(own[own.length - 1])];
    const chosen = new Set<T>();
    for (let i = 0; i < MARKS; i++) {
      const at = from + ((i + (k + 1) / (names.length + 1)) / MARKS) * (to - from);
      chosen.add(own.reduce((best, v) => (Math.abs(along(v) - at) < Math.abs(along(best) - at) ? v : best)));
    }
    return [...chosen];
  });
}
