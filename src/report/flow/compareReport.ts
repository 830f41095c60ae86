import type { FlowResult } from '../../theory/index.js';
import { type Cell, type HtmlReport, htmlReport, type ReportFigure } from '../html.js';
import { type LineSeries, lineChart } from '../lineChart.js';
import { plain } from '../typeset.js';
import { CRITIC, GAP, K, points, show, TIME, verdictCell } from './show.js';

/** Several flows on the same axes, as a self-contained page. */
export async function compareReport(results: readonly FlowResult[]): Promise<string> {
  return htmlReport(await compareDocument(results));
}

interface Column {
  readonly name: string;
  readonly title: string;
  readonly yTitle: string;
  readonly yScale?: 'log';
  readonly caption: string;
  readonly of: (result: FlowResult) => readonly number[];
}

const columns: readonly Column[] = [
  {
    name: 'gap',
    title: 'Value gap',
    yTitle: GAP,
    yScale: 'log',
    caption: 'The gap of the best policy so far.',
    of: (r) => r.diagnosis.leastGap,
  },
  {
    name: 'critic',
    title: 'Critic',
    yTitle: CRITIC,
    yScale: 'log',
    caption: 'Distance of the critic from the fixed point of its policy.',
    of: (r) => r.diagnosis.criticError,
  },
  {
    name: 'divergence',
    title: 'K_t',
    yTitle: K,
    caption: 'How far the policy is from μ, where that is bounded in s.',
    of: (r) => r.diagnosis.K,
  },
];

/** Several flows on the same axes, told apart by dashes and marks as well as by colour. */
export async function compareDocument(results: readonly FlowResult[]): Promise<HtmlReport> {
  const labels = labelsOf(results);
  const { entries } = results[0].certificate;
  const rows = results.map((r, i): Cell[] => [
    labels[i],
    show(r.certificate.rate),
    show(r.tau / 2),
    ...entries.map(({ key }) => verdictOf(r, key)),
  ]);
  const common = commonText(results);
  const figures: ReportFigure[] = [];
  for (const { name, caption, of, ...chart } of columns) {
    const series = results.map((r, i): LineSeries => ({ name: labels[i], points: points(r.diagnosis.times, of(r)) }));
    // JSON has no infinity: a K_t that is not bounded in s is null at all times.
    if (!series.some((line) => line.points.some((point) => Number.isFinite(point.y)))) continue;
    figures.push({ name, svg: await lineChart({ ...chart, xTitle: TIME, series, print: true }), caption });
  }
  return {
    title: 'Flows compared',
    ...(common !== '' && { lead: `All runs: ${common}.` }),
    sections: [
      {
        heading: 'Certificates',
        table: { columns: ['run', 'measured rate', 'τ/2', ...entries.map((e) => e.name)], rows },
      },
      { heading: 'Paths', figures },
    ],
  };
}

/** A run's verdict on an entry, which a run of another version may not have. */
function verdictOf({ certificate }: FlowResult, key: string): Cell {
  const entry = certificate.entries.find((e) => e.key === key);
  return entry === undefined ? '' : verdictCell(entry.verdict);
}

type Settings = readonly (readonly [key: string, text: string])[];

/** What runs may differ in, in the order in which it is named. */
function settingsOf(r: FlowResult): Settings {
  return [
    ['name', plain(r.name)],
    ['τ', `τ = ${show(r.tau)}`],
    ['schedule', r.tauSchedule === undefined ? '' : `τ_t ${scheduleText(r.tauSchedule)}`],
    ['γ', `γ = ${show(r.gamma)}`],
    ['η₀', `η₀ = ${show(r.eta0)}`],
    ['k₁', `k₁ = ${show(r.k1)}`],
    ['features', `${plain(r.features)} features`],
  ];
}

/** What is named only of runs which are the same in all of `settingsOf`: it is long, and follows from the process as a rule. */
function lawsOf(r: FlowResult): Settings {
  return [
    ['β', `β ${plain(r.beta)}`],
    ['ρ', `ρ ${plain(r.rho)}`],
    ['μ', `μ ${plain(r.mu)}`],
    ['start', plain(r.start)],
    ['horizon', `t ≤ ${show(r.horizon)}`],
  ];
}

/** A schedule as `exponential, rate -0.05, min 0.01`; its value at t = 0 is τ. */
function scheduleText(schedule: NonNullable<FlowResult['tauSchedule']>): string {
  const figures = Object.entries(schedule).filter(([key]) => key !== 'type' && key !== 'value');
  return [schedule.type, ...figures.map(([key, x]) => `${key} ${x}`)].join(', ');
}

/** A name for each run: that in which it differs from the others, and its number where that is nothing. */
export function labelsOf(results: readonly FlowResult[]): string[] {
  const short = differences(results, settingsOf);
  const labels = results.map((r, i) => {
    const same = results.filter((_, j) => short[j] === short[i]);
    const laws = same.length === 1 ? '' : differences(same, lawsOf)[same.indexOf(r)];
    return [short[i], laws].filter((text) => text !== '').join(', ');
  });
  return labels.map((label, i) => {
    if (labels.filter((other) => other === label).length === 1 && label !== '') return label;
    return `run ${i + 1}${label === '' ? '' : `: ${label}`}`;
  });
}

/** The settings in which the runs differ, as a text for each run. */
function differences(results: readonly FlowResult[], settings: (r: FlowResult) => Settings): string[] {
  const all = results.map(settings);
  const differing = all[0].map((_, k) => new Set(all.map((own) => own[k][1])).size > 1);
  return all.map((own) => own.flatMap(([, text], k) => (differing[k] && text !== '' ? [text] : [])).join(', '));
}

/** What all runs have in common. */
function commonText(results: readonly FlowResult[]): string {
  const all = results.map((r) => [...settingsOf(r), ...lawsOf(r)]);
  return all[0]
    .flatMap(([, text], k) => (text !== '' && all.every((settings) => settings[k][1] === text) ? [text] : []))
    .join(', ');
}
