import type { Baseline, CostUnit } from '../theory/baseline/baseline.js';
import type { ReportFigure, ReportSection } from './html.js';
import { lineChart } from './lineChart.js';

const units: Record<CostUnit, string> = {
  solves: 'linear solves for Q^π',
  evaluations: 'evaluations of T or g',
  samples: 'transitions',
};

/** The section of a report on other methods: a figure for each unit in which they count what they spend. */
export async function baselineSection(all: readonly Baseline[]): Promise<ReportSection> {
  const figures: ReportFigure[] = [];
  for (const unit of Object.keys(units) as CostUnit[]) {
    const own = all.filter((baseline) => baseline.unit === unit);
    if (own.length === 0) continue;
    const svg = await lineChart({
      title: `Other methods, by ${units[unit]}`,
      xTitle: units[unit],
      yTitle: 'V − V*',
      xScale: unit === 'solves' ? 'linear' : 'log',
      yScale: 'log',
      series: own.map(({ name, cost, gap }) => ({ name, points: cost.map((x, i) => ({ x, y: gap[i] })) })),
    });
    figures.push({
      name: `baselines-${unit}`,
      svg,
      caption: 'The gap of each method to the optimum of its own objective: the costs alone where τ = 0.',
    });
  }
  return { heading: 'Other methods', figures };
}
