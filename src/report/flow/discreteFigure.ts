import type { DiscreteResult } from '../../theory/discreteResult.js';
import type { ReportSection } from '../html.js';
import { type LineSeries, lineChart } from '../lineChart.js';
import { entriesTable, points } from './show.js';

/** The section of a report on the updates in discrete time: their certificate, and the gap with its bounds. */
export async function discreteSection({ entries, gap, bounds, options }: DiscreteResult): Promise<ReportSection> {
  const table = { name: 'discrete', ...entriesTable(entries) };
  const names: Record<keyof DiscreteResult['bounds'], string> = {
    leastGap: 'bound of the least gap so far',
    eachGap: 'bound of each gap',
    supNorm: 'bound in the sup norm',
    greedy: 'X_n²/(8τ(1−γ)) of the path',
  };
  const counts = [...gap.keys()];
  const series: LineSeries[] = [{ name: 'value gap', points: points(counts, gap) }];
  for (const key of ['leastGap', 'eachGap', 'supNorm', 'greedy'] as const) {
    const bound = bounds[key];
    if (bound !== null) series.push({ name: names[key], dashed: true, points: points(counts, bound) });
  }
  const svg = await lineChart({
    title: 'Discrete time: the gap and its bounds',
    xTitle: 'policy update n',
    yTitle: 'V^{π_n}(ρ) − V*(ρ)',
    yScale: 'log',
    series,
    print: true,
  });
  const { updates, mirror } = options;
  const caption = `The gap V(ρ) − V*(ρ) after each of ${updates} ${mirror} updates, and what is proved of it.`;
  return { heading: 'Discrete time', table, figures: [{ name: 'discrete', svg, caption }] };
}
