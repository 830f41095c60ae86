import { markdownTable } from '../../src/cli/table.js';
import { bootstrapInterval, interquartileMean, quantile } from '../../src/report/statistics.js';
import { type RunRecord, toThreshold } from './record.js';
import { OURS, type Task } from './tasks.js';

const HEAD = [
  'environment (threshold)',
  'algorithm',
  'seeds that reach it',
  'steps',
  'seconds',
  'processor seconds',
  'steps, ours / theirs',
  'seconds, ours / theirs',
  'processor seconds, ours / theirs',
];

/** The table in Markdown, a line for each environment and algorithm: interquartile means [95 % interval] (median). */
export function summaryTable(tasks: readonly Task[], records: readonly RunRecord[]): string {
  const rows = tasks.flatMap((task) => {
    const of = (algorithm: string) => records.filter((r) => r.env === task.env && r.algorithm === algorithm);
    return [OURS, ...Object.keys(task.algorithms)]
      .filter((algorithm) => of(algorithm).length > 0)
      .map((algorithm) => row(task, algorithm, of(algorithm), algorithm === OURS ? [] : of(OURS)));
  });
  return markdownTable(HEAD, rows);
}

function row(task: Task, algorithm: string, runs: RunRecord[], ours: RunRecord[]): string[] {
  const units = ['steps', 'seconds', 'processor'] as const;
  const times = runs.map((r) => toThreshold(r, task.threshold));
  const ourTimes = ours.map((r) => toThreshold(r, task.threshold));
  const means = units.map((unit) => {
    const x = times.map((t) => t[unit]);
    return `${interval([x], ([a]) => interquartileMean(a!))} (${text(quantile(x, 0.5))})`;
  });
  const ratios = units.map((unit) => {
    if (ours.length === 0) return '';
    const strata = [ourTimes, times].map((side) => side.map((t) => t[unit]));
    return interval(strata, ([a, b]) => interquartileMean(a!) / interquartileMean(b!));
  });
  const reached = times.filter((t) => Number.isFinite(t.steps)).length;
  return [`${task.env} (${task.threshold})`, algorithm, `${reached} of ${runs.length}`, ...means, ...ratios];
}

/** The runs that did not reach the threshold, with the last return of each. */
export function failures(tasks: readonly Task[], records: readonly RunRecord[]): string[] {
  return tasks.flatMap((task) =>
    records
      .filter((r) => r.env === task.env && toThreshold(r, task.threshold).steps === Number.POSITIVE_INFINITY)
      .map((r) => {
        const best = Math.max(...r.evaluations.map((e) => e.mean));
        const last = r.evaluations.at(-1)!.mean;
        return `${task.env}, ${r.algorithm}, seed ${r.seed}: ${last.toFixed(1)} at the end (${text(r.steps)} steps, ${text(r.seconds)} s), ${best.toFixed(1)} at best`;
      }),
  );
}

function interval(strata: number[][], statistic: (strata: number[][]) => number): string {
  const [low, high] = bootstrapInterval(strata, statistic);
  return `${text(statistic(strata))} [${text(low)}, ${text(high)}]`;
}

/** Three significant digits; thousands as k. */
function text(x: number): string {
  if (Number.isNaN(x)) return '—';
  if (!Number.isFinite(x)) return 'never';
  return x >= 1e3 ? `${Number((x / 1e3).toPrecision(3))}k` : String(Number(x.toPrecision(3)));
}
