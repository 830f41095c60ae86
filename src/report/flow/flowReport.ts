import type { Provenance } from '../../theory/flowResult.js';
import type { FlowResult } from '../../theory/index.js';
import { type Cell, type HtmlReport, htmlReport, type ReportFigure, type ReportSection } from '../html.js';
import { policyMap } from '../policyMap.js';
import { plain } from '../typeset.js';
import { agentSection } from './agentFigures.js';
import { baselineSection } from './baselineFigure.js';
import { discreteSection } from './discreteFigure.js';
import { pathFigures } from './pathFigures.js';
import { entriesTable, show } from './show.js';

/** The report of one flow as a self-contained page. */
export async function flowReport(result: FlowResult): Promise<string> {
  return htmlReport(await flowDocument(result));
}

/** The report of one flow: what `flowReport` makes a page of, and `writeReportFiles` a folder. */
export async function flowDocument(result: FlowResult): Promise<HtmlReport> {
  const { name, tau, gamma, eta0, k1, horizon, features, size, optimalValue, certificate } = result;
  const parameters: Cell[][] = [
    ['discount γ', show(gamma)],
    ['temperature τ', result.tauSchedule === undefined ? show(tau) : scheduleText(result.tauSchedule)],
    ['critic speed η_t', `${show(eta0)} · exp(${show(k1)} t)`],
    ['features', `${plain(features)}, N = ${size}`],
    ['β, law of the first pair', plain(result.beta)],
    ['ρ, law of the first state', plain(result.rho)],
    ['μ, reference measure', plain(result.mu)],
    ...(result.quadrature === undefined ? [] : [['quadrature', quadratureText(result.quadrature)]]),
    ['start', result.start],
    ['horizon', show(horizon)],
    ['optimal value V*(ρ), a cost', show(optimalValue)],
    ['∫ KL(π*|π₀) d_ρ^{π*}', show(certificate.initialDivergence)],
  ];
  return {
    title: `The actor-critic flow on ${plain(name)}`,
    lead: 'Exact integrals. docs/theory.md says how each entry is computed.',
    sections: [
      { heading: 'Certificate', table: entriesTable(certificate.entries), text: result.notes },
      { heading: 'Setting', table: { columns: ['quantity', 'value'], rows: parameters } },
      { heading: 'Paths', figures: await pathFigures(result) },
      ...(result.discrete ? [await discreteSection(result.discrete)] : []),
      ...(result.baselines ? [await baselineSection(result.baselines)] : []),
      ...(result.agent ? [await agentSection(result.agent)] : []),
      ...(result.policy ? [{ heading: 'Policy', figures: [await policyFigure(result)] }] : []),
      ...provenanceOf(result),
    ],
  };
}

function scheduleText(schedule: NonNullable<FlowResult['tauSchedule']>): string {
  if (schedule.type === 'constant') return show(schedule.value);
  const { type, value, min, max } = schedule;
  const form = type === 'exponential' ? `exp(${show(schedule.rate)} t)` : `(1 + t)^${show(schedule.power)}`;
  const bounds = [
    min === undefined ? '' : `, at least ${show(min)}`,
    max === undefined ? '' : `, at most ${show(max)}`,
  ];
  return `${show(value)} · ${form}${bounds.join('')}`;
}

function quadratureText({ nodes, error }: NonNullable<FlowResult['quadrature']>): string {
  const estimate = error === null ? '' : `, relative error about ${show(error)}`;
  return `${nodes} Gauss nodes a coordinate${estimate}`;
}

/** With what a result was made, where that is known. */
export function provenanceOf({ command, date, versions }: Partial<Provenance>): ReportSection[] {
  if (command === undefined) return [];
  const rows = Object.entries({ command, date, ...versions }).map(([key, value]) => [key, plain(value ?? '')]);
  return [{ heading: 'How it was made', table: { name: 'provenance', columns: ['what', 'value'], rows } }];
}

async function policyFigure({ policy }: FlowResult): Promise<ReportFigure> {
  const { grid, value, probabilities, directions, cells } = policy!;
  const letters = {
    start: 'S the start',
    hole: 'H a hole',
    goal: 'G the goal',
    unreachable: '× a cell that is never entered',
  };
  const present = Object.entries(letters).filter(([kind]) => cells?.some((cell) => cell === kind));
  return {
    name: 'policy',
    svg: await policyMap({
      title: 'Policy at the end of the path',
      grid,
      value: Float64Array.from(value),
      valueTitle: 'V^{π_T} (cost)',
      probabilities: Float64Array.from(probabilities),
      directions,
      ...(cells && { cells }),
    }),
    caption: `Colour: V of the last policy. Arrows: as long as their actions are likely.${present.length === 0 ? '' : ` ${present.map(([, text]) => text).join(', ')}.`}`,
  };
}
