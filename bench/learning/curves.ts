import { lineChart } from '../../src/report/index.js';
import { bootstrapInterval, interquartileMean } from '../../src/report/statistics.js';
import { type RunRecord, returnAt } from './record.js';
import { OURS, type Task } from './tasks.js';

/**
 * Learning curves of all algorithms as SVG: interquartile mean over the seeds, with its 95 % interval. Training stops at the threshold; the last
 * return of each seed holds on from there.
 */
export function learningCurves(task: Task, records: readonly RunRecord[]): Promise<string> {
  const algorithms = [OURS, ...Object.keys(task.algorithms)];
  const own = algorithms.map((a) => records.filter((r) => r.env === task.env && r.algorithm === a));
  const end = Math.max(...own.flat().map((r) => r.evaluations.at(-1)!.steps));
  return lineChart({
    title: task.env,
    xTitle: 'training steps',
    yTitle: 'mean return of 100 evaluation episodes',
    series: own.flatMap((runs, i) =>
      runs.length === 0 ? [] : [{ name: `${algorithms[i]} (${runs.length} seeds)`, points: curve(runs, end) }],
    ),
    rules: [{ label: `threshold ${task.threshold}`, y: task.threshold }],
  });
}

function curve(runs: readonly RunRecord[], end: number) {
  const steps = [...new Set([...runs.flatMap((r) => r.evaluations.map((e) => e.steps)), end])].sort((a, b) => a - b);
  return steps.map((x) => {
    const returns = runs.map((r) => returnAt(r, x)).filter(Number.isFinite);
    const [low, high] = bootstrapInterval([returns], ([a]) => interquartileMean(a!), { resamples: 1000 });
    return { x, y: interquartileMean(returns), low, high };
  });
}
