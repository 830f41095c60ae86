import type { SweepParameter, SweepResult, SweepRun } from '../../theory/index.js';
import type { Rule } from '../chartRules.js';
import { type Cell, type HtmlReport, htmlReport, type ReportFigure, type ReportTable } from '../html.js';
import { type LineChart, lineChart } from '../lineChart.js';
import { plain } from '../typeset.js';
import { provenanceOf } from './flowReport.js';
import { restOf } from './gapFigure.js';
import { finite, GAP, points, show, TIME, verdictCell } from './show.js';

/** The report of a sweep as a self-contained page. */
export async function sweepReport(result: SweepResult): Promise<string> {
  return htmlReport(await sweepDocument(result));
}

/** What is changed, as it is written on axes. */
const symbols: Record<SweepParameter, string> = { k1: 'k₁', eta0: 'η₀', tau: 'τ', epsilon: 'ε', criticSteps: 'M' };

/** The report of a sweep: what `sweepReport` makes a page of, and `writeReportFiles` a folder. */
export async function sweepDocument(result: SweepResult): Promise<HtmlReport> {
  const symbol = symbols[result.parameter];
  return {
    title: `The actor-critic flow on ${plain(result.name)}: sweep of ${symbol}`,
    lead: leadOf(result),
    sections: [
      { heading: 'Runs', table: sweepTable(result) },
      { heading: 'Figures', figures: await figuresOf(result, symbol) },
      ...provenanceOf(result),
    ],
  };
}

function leadOf({ features, size, gamma, Gamma, runs, parameter, steps }: SweepResult): string {
  const same = (key: 'tau' | 'eta0' | 'k1', symbol: string) =>
    runs.every((r) => r[key] === runs[0][key]) && Number.isFinite(runs[0][key])
      ? [`${symbol} = ${show(runs[0][key])}`]
      : [];
  const settings = [
    `${plain(features)} features, N = ${size}`,
    `γ = ${show(gamma)}`,
    `Γ = ${show(Gamma)}`,
    ...(parameter === 'tau' ? [] : same('tau', 'τ')),
    ...(parameter === 'eta0' ? [] : same('eta0', 'η₀')),
    ...(parameter === 'k1' ? [] : same('k1', 'k₁')),
    ...(steps ? [`critic step h = ${show(steps.criticStep)}`, `mirror step λ = ${show(steps.mirrorStep)}`] : []),
  ];
  return `${settings.join(', ')}.`;
}

/** A row for each run of a sweep. */
export function sweepTable({ parameter, runs }: SweepResult): ReportTable {
  const symbol = symbols[parameter];
  const columnsOf = { criticSteps: 'steps', epsilon: 'none' } as const;
  const own = parameter === 'criticSteps' || parameter === 'epsilon' ? columnsOf[parameter] : 'rate';
  const keys = (['theorem1', 'theorem2', 'A3', 'rate'] as const).filter((key) => runs.some((r) => r.verdicts[key]));
  const names = { theorem1: 'Theorem 1', theorem2: 'Theorem 2', A3: 'A3', rate: 'rate ≥ τ/2' };
  const columns = [
    symbol,
    ...{ rate: ['measured rate', 'rate/τ'], steps: ['TD steps'], none: [] }[own],
    'sup_{t} K_t',
    'gap at the end',
    'at rest',
    'e = sup|⟨θ,φ⟩ − Q^π|',
    'e²/(2τ(1−γ))',
    ...keys.map((key) => names[key]),
  ];
  const rows = runs.map((r): Cell[] => [
    show(r.value),
    ...{ rate: [show(r.rate), show(finite(r.rate) / r.tau)], steps: [show(r.evaluations?.at(-1) ?? null)], none: [] }[
      own
    ],
    show(r.supK),
    show(r.leastGap[r.leastGap.length - 1]),
    restOf(r) === null ? 'no' : 'yes',
    show(r.actionValueError),
    show(r.floor),
    ...keys.map((key): Cell => (r.verdicts[key] === undefined ? '' : verdictCell(r.verdicts[key]))),
  ]);
  return { name: 'sweep', columns, rows };
}

async function figuresOf(result: SweepResult, symbol: string): Promise<ReportFigure[]> {
  const { parameter, runs } = result;
  const paths = pathsFigure(result, symbol);
  if (parameter === 'criticSteps') return [await paths];
  if (parameter === 'epsilon') return [await floorFigure(runs), await paths];
  return [await rateFigure(result, symbol), await divergenceFigure(runs, symbol), await paths];
}

/** The rate against k₁/τ, η₀Γ/τ or τ. */
async function rateFigure({ parameter, Gamma, criticRate, runs }: SweepResult, symbol: string): Promise<ReportFigure> {
  const place = (r: SweepRun) => {
    if (parameter === 'k1') return r.value / r.tau;
    return parameter === 'eta0' ? (r.value * Gamma) / r.tau : r.value;
  };
  const xTitle = parameter === 'k1' ? 'k₁/τ' : parameter === 'eta0' ? 'η₀Γ/τ' : symbol;
  const xs = runs.map(place);
  const rules: Rule[] = [
    { label: 'Theorem 2: τ/2', y: 0.5 },
    { label: '2τ', y: 2 },
    ...(parameter === 'eta0' ? [{ label: 'Theorem 1: η₀ = τ/Γ', x: 1 }] : []),
    // In units of τ/Γ. With k₁ > 0 the critic gets fast enough whatever η₀ is.
    ...(parameter === 'eta0' && criticRate !== null && runs.every((r) => r.k1 === 0)
      ? [{ label: 'η₀ = τ/(4α*)', x: Gamma / (4 * criticRate) }]
      : []),
  ];
  const series = [
    {
      name: 'measured',
      marked: true,
      points: points(
        xs,
        runs.map((r) => finite(r.rate) / r.tau),
      ),
    },
  ];
  const rates = runs.map((r) => finite(r.rate) / r.tau).filter(Number.isFinite);
  const least = rates.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = rates.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return {
    name: 'rate',
    svg: await lineChart({
      ...{ title: `Rate of the gap against ${xTitle}`, xTitle, yTitle: 'rate/τ', xScale: scaleFor(xs), series, rules },
      print: true,
    }),
    caption:
      rates.length === 0
        ? 'No run has a rate.'
        : `The rate is between ${show(least)} τ and ${show(most)} τ. Where a point is missing, the gap fell too little for a rate.`,
  };
}

/** sup K_t against the parameter. */
async function divergenceFigure(runs: readonly SweepRun[], symbol: string): Promise<ReportFigure> {
  const xs = runs.map((r) => r.value);
  return {
    name: 'divergence',
    svg: await lineChart({
      ...{
        title: `sup K_t against ${symbol}`,
        xTitle: symbol,
        yTitle: 'sup_{t} K_t',
        xScale: scaleFor(xs),
        print: true,
      },
      series: [
        {
          name: 'sup K',
          marked: true,
          points: points(
            xs,
            runs.map((r) => r.supK),
          ),
        },
      ],
    }),
    caption: 'The greatest K_t = sup_{s} KL(π_t(·|s)|μ) on each path.',
  };
}

/** The gap at rest against ε², beside the floor that the critic's error gives. */
async function floorFigure(runs: readonly SweepRun[]): Promise<ReportFigure> {
  const rest = runs.map((r) => restOf(r) ?? Number.NaN);
  const xs = runs.map((r) => r.value ** 2);
  const moving = runs.filter((_, i) => Number.isNaN(rest[i]));
  const below = runs.every((r, i) => Number.isNaN(rest[i]) || rest[i] <= r.floor);
  return {
    name: 'floor',
    svg: await lineChart({
      ...{
        title: 'The gap at rest where A3 fails by ε',
        xTitle: 'ε²',
        yTitle: GAP,
        xScale: 'log',
        yScale: 'log',
        print: true,
      },
      series: [
        { name: 'gap at rest', marked: true, points: points(xs, rest) },
        {
          name: 'e²/(2τ(1−γ))',
          dashed: true,
          points: points(
            xs,
            runs.map((r) => r.floor),
          ),
        },
      ],
    }),
    caption:
      `The costs are c + εu with u orthogonal to the features and sup|u| = 1. The gap at rest is ${below ? 'below' : 'not always below'} the error floor.` +
      (moving.length === 0 ? '' : ` Not at rest at the end: ε = ${moving.map((r) => show(r.value)).join(', ')}.`),
  };
}

/** The gaps of all runs: against time, or against TD steps where critics differ. */
async function pathsFigure({ runs, parameter }: SweepResult, symbol: string): Promise<ReportFigure> {
  const isDiscrete = parameter === 'criticSteps';
  const chart: LineChart = {
    title: isDiscrete ? 'Value gap against TD steps' : 'Value gaps',
    xTitle: isDiscrete ? 'TD steps in all' : TIME,
    yTitle: GAP,
    yScale: 'log',
    xScale: isDiscrete ? 'log' : 'linear',
    series: runs.map((r) => ({
      name: `${symbol} = ${show(r.value)}`,
      points: points(r.evaluations ?? r.times, r.leastGap),
    })),
    print: true,
  };
  const budget = runs.reduce(
    (least, r) => Math.min(least, r.evaluations?.at(-1) ?? Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  );
  const at = (r: SweepRun) => r.leastGap[(r.evaluations ?? []).findLastIndex((n) => n <= budget)];
  const best = runs.reduce((a, b) => (at(b) < at(a) ? b : a));
  return {
    name: 'gaps',
    svg: await lineChart(chart),
    caption: isDiscrete
      ? `M semi-gradient steps a policy update. After ${show(budget)} TD steps the gap is least with M = ${show(best.value)}: ${show(at(best))}.`
      : 'The gap of the best policy so far, of each run.',
  };
}

/** Logarithmic where the values are positive and spread over more than a decade and a half. */
function scaleFor(values: readonly number[]): 'linear' | 'log' {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return least > 0 && most > 30 * least ? 'log' : 'linear';
}
