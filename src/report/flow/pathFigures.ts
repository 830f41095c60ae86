import type { FlowResult } from '../../theory/index.js';
import type { ReportFigure } from '../html.js';
import { lineChart } from '../lineChart.js';
import { gapFigure } from './gapFigure.js';
import { CRITIC, K, points, show, TIME } from './show.js';

/** The gap, the critic's error and K_t along a path. */
export async function pathFigures(result: FlowResult): Promise<ReportFigure[]> {
  const figures = [await gapFigure(result), await criticFigure(result)];
  // JSON has no infinity: where K_t is not bounded in s its points are null, and there is nothing to draw.
  if (result.diagnosis.K.every((k) => k !== null && Number.isFinite(k))) figures.push(await divergenceFigure(result));
  return figures;
}

async function criticFigure({ diagnosis: d }: FlowResult): Promise<ReportFigure> {
  const [first, last] = [d.criticError[0], d.criticError[d.criticError.length - 1]];
  return {
    name: 'critic',
    svg: await lineChart({
      title: 'Critic',
      xTitle: TIME,
      yTitle: CRITIC,
      yScale: 'log',
      series: [{ name: 'distance', points: points(d.times, d.criticError) }],
    }),
    caption:
      'Distance of the critic from the fixed point of its policy, to the nearest one where there are several: ' +
      `${show(first)} at first, ${show(last)} at the end.`,
  };
}

async function divergenceFigure({ diagnosis: d, tau }: FlowResult): Promise<ReportFigure> {
  const sup = d.K.reduce((most, k) => Math.max(most, k), 0);
  const at = d.times[d.K.indexOf(sup)];
  const horizon = d.times[d.times.length - 1];
  const early = d.K.reduce((most, k, i) => (d.times[i] <= horizon / 2 ? Math.max(most, k) : most), 0);
  const end =
    sup <= 1.01 * early
      ? 'it does not grow on the second half of the path'
      : 'it still grows on the second half of the path';
  return {
    name: 'divergence',
    svg: await lineChart({
      title: 'K_t',
      xTitle: TIME,
      yTitle: K,
      series: [{ name: 'K', points: points(d.times, d.K) }],
    }),
    caption: `The greatest K_t is ${show(sup)}, at t = ${show(at)}; ${end}${tau === 0 ? ', and without regularisation nothing keeps it bounded' : ''}.`,
  };
}
