import { htmlReport, type ReportFigure } from './html.js';
import { lineChart } from './lineChart.js';
import type { RunFolder } from './runFolder.js';
import type { LogEntry } from './runLog.js';
import { groupRuns, type Statistic, seedCurve } from './seeds.js';
import { plain } from './typeset.js';

/** What is drawn of each environment. */
const charts: readonly {
  title: string;
  yTitle: string;
  caption: string;
  marked?: boolean;
  measure: (e: LogEntry) => number | null;
}[] = [
  {
    title: 'evaluation',
    yTitle: 'mean return',
    caption:
      'Mean undiscounted return of the evaluation episodes; they take the mode of π, unless `evaluation.deterministic` is false.',
    marked: true,
    measure: (e) => (e.type === 'evaluation' ? e.mean : null),
  },
  {
    title: 'training',
    yTitle: 'mean return',
    caption: 'Mean undiscounted return of the latest 100 training episodes, in which actions are drawn from π itself.',
    measure: (e) => (e.type === 'metrics' && e.episodes > 0 ? e.meanReturn : null),
  },
  {
    title: 'KL(π(·|s) | μ)',
    yTitle: 'nats',
    caption: 'Mean KL divergence of the policy from μ over the states acted in.',
    measure: (e) => (e.type === 'metrics' ? e.kl : null),
  },
];

/** The learning curve of one environment as SVG: the returns of the evaluations. */
export function evaluationCurve(runs: readonly RunFolder[], statistic: Statistic): Promise<string> {
  return chartOf(runs, charts[0], statistic);
}

/** A page with the curves of every environment that there are runs of. */
export async function runsReport(runs: readonly RunFolder[], statistic: Statistic): Promise<string> {
  const sections = [];
  for (const [id, own] of byEnvironment(runs)) {
    const figures: ReportFigure[] = [];
    for (const chart of charts) {
      figures.push({ svg: await chartOf(own, chart, statistic), caption: chart.caption });
    }
    const rows = own.map(({ folder, config, entries }) => {
      const last = entries.filter((e) => e.type === 'evaluation').at(-1);
      return [plain(folder), String(config.seed), String(entries.at(-1)?.steps ?? 0), last?.mean.toFixed(2) ?? '–'];
    });
    const table = { columns: ['run', 'seed', 'steps', 'last evaluation'], rows };
    sections.push({ heading: plain(id), figures, table });
  }
  return htmlReport({
    title: 'Learning curves',
    lead: `${runs.length} runs. Lines: ${statistic === 'mean' ? 'mean' : 'interquartile mean'} over seeds; bands: its 95 % bootstrap interval. A run that reached its threshold keeps its last value.`,
    sections,
  });
}

/** The runs of each environment, in the order in which they were given. */
export function byEnvironment(runs: readonly RunFolder[]): Map<string, RunFolder[]> {
  const groups = new Map<string, RunFolder[]>();
  for (const run of runs) groups.set(run.config.env.id, [...(groups.get(run.config.env.id) ?? []), run]);
  return groups;
}

function chartOf(
  runs: readonly RunFolder[],
  { title, yTitle, marked, measure }: (typeof charts)[number],
  statistic: Statistic,
): Promise<string> {
  const { env, evaluation } = runs[0].config;
  const { threshold } = evaluation;
  const same = yTitle === 'mean return' && runs.every((run) => run.config.evaluation.threshold === threshold);
  return lineChart({
    title: `${plain(env.id)}: ${title}`,
    xTitle: 'environment steps',
    yTitle,
    series: groupRuns(runs).map((group) => {
      return { name: plain(group.name), points: seedCurve(group, measure, statistic), marked: marked === true };
    }),
    rules: same && threshold !== undefined ? [{ label: `threshold ${threshold}`, y: threshold }] : [],
  });
}
