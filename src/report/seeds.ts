import type { Config } from '../config/config.js';
import type { LinePoint } from './lineChart.js';
import type { RunFolder } from './runFolder.js';
import type { LogEntry } from './runLog.js';
import { bootstrapInterval, interquartileMean } from './statistics.js';
import { flatten } from './training.js';

/** Runs that differ in nothing but the seed and what does not change how they learn. */
export interface RunGroup {
  /** The settings in which the group differs from the others of its environment, and the number of seeds. */
  readonly name: string;
  readonly runs: readonly RunFolder[];
}

export type Statistic = 'mean' | 'iqm';

const statistics: Readonly<Record<Statistic, (x: readonly number[]) => number>> = {
  mean: (x) => x.reduce((a, b) => a + b, 0) / x.length,
  iqm: interquartileMean,
};

/** Groups the runs of one environment by their settings. */
export function groupRuns(runs: readonly RunFolder[]): RunGroup[] {
  const groups = new Map<string, RunFolder[]>();
  for (const run of runs) {
    const key = JSON.stringify(settings(run.config));
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const all = [...groups.keys()].map((key) => new Map(JSON.parse(key) as [string, string][]));
  const differing = [...new Set(all.flatMap((s) => [...s.keys()]))].filter(
    (key) => new Set(all.map((s) => s.get(key))).size > 1,
  );
  return [...groups.values()].map((members, i) => {
    const own = differing.map((key) => `${key} ${all[i].get(key) ?? 'default'}`);
    const seeds = members.length === 1 ? `seed ${members[0].config.seed}` : `${members.length} seeds`;
    return { name: [...own, seeds].join(', '), runs: members };
  });
}

function settings({ seed: _s, description: _d, totalSteps: _t, evaluation: _e, ...rest }: Config): string[][] {
  return flatten(rest);
}

/** Points of a curve at most: more cannot be told apart in a chart. */
const MAX_POINTS = 200;

/**
 * The curve of a group: at each step that some run logged, the statistic over its runs with the 95 % interval of the bootstrap (no band for
 * one run). Between two entries a run is on the line through them; before its first and after its last it does not count, but a run that
 * stopped because it reached its threshold keeps its last value.
 * @param measure the value of an entry; null where it has none
 */
export function seedCurve(
  { runs }: RunGroup,
  measure: (entry: LogEntry) => number | null,
  statistic: Statistic,
): LinePoint[] {
  const curves = runs.map((run) => curveOf(run, measure));
  const all = [...new Set(curves.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const stride = Math.ceil(all.length / MAX_POINTS);
  const grid = all.filter((_, i) => i % stride === 0 || i === all.length - 1);
  return grid.map((x) => {
    const values = curves.map((curve) => at(curve, x)).filter(Number.isFinite);
    const y = statistics[statistic](values);
    if (runs.length === 1) return { x, y };
    const [low, high] = bootstrapInterval([values], ([draw]) => statistics[statistic](draw!), { resamples: 1000 });
    return { x, y, low, high };
  });
}

interface Curve {
  x: number[];
  y: number[];
  /** Whether the last value holds for ever. */
  held: boolean;
}

function curveOf({ config, entries }: RunFolder, measure: (entry: LogEntry) => number | null): Curve {
  const { threshold = Number.POSITIVE_INFINITY } = config.evaluation;
  const evaluations = entries.filter((entry) => entry.type === 'evaluation');
  const points = entries.flatMap((entry) => {
    const y = measure(entry);
    return y === null || !Number.isFinite(y) ? [] : [{ x: entry.steps, y }];
  });
  return {
    x: points.map((p) => p.x),
    y: points.map((p) => p.y),
    held: (evaluations.at(-1)?.mean ?? Number.NEGATIVE_INFINITY) >= threshold,
  };
}

function at({ x, y, held }: Curve, where: number): number {
  const next = x.findIndex((known) => known >= where);
  if (next === -1) return held ? (y.at(-1) ?? Number.NaN) : Number.NaN;
  if (x[next] === where) return y[next];
  if (next === 0) return Number.NaN;
  const share = (where - x[next - 1]) / (x[next] - x[next - 1]);
  return y[next - 1] + share * (y[next] - y[next - 1]);
}
