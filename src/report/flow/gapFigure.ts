import type { FlowResult } from '../../theory/index.js';
import type { Guide, Rule } from '../chartRules.js';
import type { ReportFigure } from '../html.js';
import { type LineSeries, lineChart } from '../lineChart.js';
import { GAP, points, show, TIME } from './show.js';

/** The gap with its bounds, slopes to compare with, and the floors of error and rounding. */
export async function gapFigure(result: FlowResult): Promise<ReportFigure> {
  const { diagnosis: d, certificate: c } = result;
  const series: LineSeries[] = [{ name: 'value gap, least so far', points: points(d.times, d.leastGap) }];
  if (d.gap.some((gap, i) => gap > 1.5 * d.leastGap[i]))
    series.push({ name: 'value gap at t', points: points(d.times, d.gap) });
  if (d.unregularisedGap !== undefined) {
    series.push({
      name: 'value gap to the optimum without regularisation',
      points: points(d.times, d.unregularisedGap),
    });
  }
  const verdict = c.entries.find((entry) => entry.key === 'theorem2')?.verdict;
  const reserve = verdict === 'holds' || verdict === undefined ? '' : ` (${verdict})`;
  const bounds: [string, readonly number[]][] = [
    [`Theorem 2 with the path's k₂ = ${show(c.k2Derived)}${reserve}`, c.bounds.theoremTwo],
    ['the bound that needs no A3', c.bounds.withoutA3],
  ];
  for (const [name, bound] of bounds) {
    if (bound.some(Number.isFinite)) series.push({ name, dashed: true, points: points(d.times, bound) });
  }
  return {
    name: 'gap',
    svg: await lineChart({
      title: 'Value gap and its bounds',
      xTitle: TIME,
      yTitle: GAP,
      yScale: 'log',
      series,
      rules: floorsOf(result),
      guides: result.tauSchedule === undefined ? slopesOf(result) : [],
    }),
    caption: gapCaption(result),
  };
}

/** Where the gap may stay: by the error of the critic, and by rounding where the path gets there. */
function floorsOf({ certificate, roundingFloor, diagnosis }: FlowResult): Rule[] {
  const { floor } = certificate.bounds;
  const rules: Rule[] = [];
  if (floor !== null && floor > 0 && Number.isFinite(floor)) {
    rules.push({ label: `error floor e²/(2τ(1−γ)) = ${show(floor)}`, y: floor });
  }
  if (reachesRounding({ roundingFloor, diagnosis })) {
    rules.push({ label: `rounding: below ${show(roundingFloor)} the gap is not resolved`, y: roundingFloor ?? 0 });
  }
  return rules;
}

function reachesRounding({ roundingFloor, diagnosis }: Pick<FlowResult, 'roundingFloor' | 'diagnosis'>): boolean {
  return typeof roundingFloor === 'number' && (diagnosis.leastGap.at(-1) ?? 1) < 10 * roundingFloor;
}

/** e^{−τt/2}, Theorem 2's, from the first gap, and e^{−2τt}, that of w and so of the gap for a fast critic, from a tenth of it. */
function slopesOf({ tau, diagnosis: { times, leastGap } }: Pick<FlowResult, 'tau' | 'diagnosis'>): Guide[] {
  const [first, last] = [leastGap[0], leastGap.filter((gap) => gap > 0).at(-1) ?? 0];
  // A gap that hardly falls has no slope to compare.
  if (!(tau > 0 && first > 0 && last < first / 100)) return [];
  const horizon = times[times.length - 1];
  const slope = (label: string, rate: number, from: number): Guide => {
    // It ends where the path's own values do.
    const t = Math.min(horizon, Math.log(from / last) / rate);
    return { label, from: [0, from], to: [t, from * Math.exp(-rate * t)] };
  };
  return [slope('slope τ/2', tau / 2, first), slope('slope 2τ', 2 * tau, first / 10)];
}

/** The gap at which a path rests: the last one, where it fell by less than a thousandth on the last quarter of the times; null where it still falls. */
export function restOf({ times, leastGap }: { times: readonly number[]; leastGap: readonly number[] }): number | null {
  const from = times.findIndex((t) => t >= 0.75 * times[times.length - 1]);
  const last = leastGap[leastGap.length - 1];
  return last > 0 && last > 0.999 * leastGap[from] ? last : null;
}

function gapCaption(result: FlowResult): string {
  const { tau, diagnosis, certificate: c, roundingFloor, tauSchedule } = result;
  const sentences = ['The gap of the best policy so far.'];
  const rest = restOf(diagnosis);
  if (rest === null && tau > 0 && tauSchedule === undefined && Number.isFinite(c.rate) && c.rate !== null) {
    sentences.push(`It falls at the rate ${show(c.rate)} = ${show(c.rate / tau)} τ; Theorem 2's rate is τ/2.`);
  }
  const theorem = c.entries.find((entry) => entry.key === 'theorem2');
  if (theorem !== undefined) sentences.push(`Theorem 2: ${theorem.verdict}.`);
  const floor = c.bounds.floor;
  const last = diagnosis.leastGap[diagnosis.leastGap.length - 1];
  if (reachesRounding(result)) {
    sentences.push(`It ends at rounding: below ${show(roundingFloor)} the gap is not resolved.`);
  } else if (rest !== null) {
    const above = floor !== null && floor > 0 ? `, ${show(rest / floor)} of the error floor` : '';
    sentences.push(`It comes to rest at ${show(rest)}${above}.`);
  } else sentences.push(last === 0 ? 'At the end it is 0.' : `At the end it is ${show(last)}, and still falling.`);
  return sentences.join(' ');
}
