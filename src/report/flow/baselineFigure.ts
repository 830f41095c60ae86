import { type Baseline, type CostUnit, costUntil } from '../../theory/index.js';
import type { ReportFigure, ReportSection, ReportTable } from '../html.js';
import { lineChart } from '../lineChart.js';
import { points } from './show.js';

const units: Record<CostUnit, string> = {
  solves: 'linear solves for Q^π',
  evaluations: 'evaluations of T or g',
  samples: 'transitions',
};

/** The gaps of the table. */
const targets = [1e-2, 1e-4, 1e-8];

/** The section of a report on other methods: a figure for each unit in which they count what they spend. */
export async function baselineSection(all: readonly Baseline[]): Promise<ReportSection> {
  const figures: ReportFigure[] = [];
  for (const unit of Object.keys(units) as CostUnit[]) {
    const own = all.filter((baseline) => baseline.unit === unit);
    if (own.length === 0) continue;
    const svg = await lineChart({
      title: `Other methods, by ${units[unit]}`,
      xTitle: units[unit],
      yTitle: 'V(ρ) − V*(ρ)',
      xScale: unit === 'solves' ? 'linear' : 'log',
      yScale: 'log',
      series: own.map(({ name, cost, gap }) => ({ name, points: points(cost, gap) })),
      print: true,
    });
    figures.push({
      name: `baselines-${unit}`,
      svg,
      caption: 'The gap of each method to the optimum of its own objective: the costs alone where τ = 0.',
    });
  }
  return { heading: 'Other methods', table: baselineTable(all), figures };
}

/** What each method spent until its gap was small. */
export function baselineTable(all: readonly Baseline[]): ReportTable {
  const rows = all.map((baseline) => {
    const spent = targets.map((gap) => {
      const cost = costUntil(baseline, gap);
      return cost === null ? `> ${baseline.cost.at(-1)}` : String(cost);
    });
    return [baseline.name, String(baseline.tau), baseline.unit, ...spent];
  });
  return { name: 'baselines', columns: ['method', 'τ', 'unit', ...targets.map((gap) => `until gap ≤ ${gap}`)], rows };
}
