import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { TopLevelSpec } from 'vega-lite';
import { markdownTable } from '../../src/cli/table.js';
import { palette, renderSvg } from '../../src/report/render.js';
import { experiments } from './experiments.js';
import { AGENTS, type AgentName, type Score } from './run.js';

/** Scores that others published, computed from their logs by bench/bsuite/score.py. */
interface Published {
  source: string;
  /** Their agents: the name here, and what it is. */
  agents: Record<string, string>;
  /** An entry for each experiment and list of ids; of several the last has all ids that they ran. */
  scores: { experiment: string; ids: string[]; scores: Record<string, number> }[];
}

export const published = JSON.parse(readFileSync(new URL('./published.json', import.meta.url), 'utf8')) as Published;

/** The scores of one experiment. */
export interface Row {
  experiment: string;
  type: string;
  ids: string[];
  /** Of our agent and of bsuite's random one; absent where there is no run. */
  own: Partial<Record<AgentName, number>>;
  /** By the names of `published`; empty where they have none. */
  theirs: Record<string, number>;
  /** Theirs are over the same ids. */
  same: boolean;
}

/** Our scores beside the published ones, which are those over the same ids or, if there are none, over all of theirs. */
export function rowsOf(scores: Record<AgentName, Record<string, Score>>): Row[] {
  return Object.entries(experiments).flatMap(([experiment, { type }]) => {
    const ids = scores.mirrorflow[experiment]?.ids ?? scores.random[experiment]?.ids;
    if (ids === undefined) return [];
    const entries = published.scores.filter((entry) => entry.experiment === experiment);
    const equal = entries.find((entry) => isDeepStrictEqual(entry.ids, ids));
    const own = Object.fromEntries(
      AGENTS.filter((agent) => scores[agent][experiment] !== undefined).map((agent) => [
        agent,
        scores[agent][experiment].score,
      ]),
    );
    const theirs = (equal ?? entries.at(-1))?.scores ?? {};
    return [{ experiment, type, ids, own, theirs, same: equal !== undefined }];
  });
}

/** The table in Markdown; a published score over other ids has an asterisk. */
export function scoreTable(rows: readonly Row[]): string {
  const theirs = Object.keys(published.agents);
  const head = ['type', 'experiment', 'ids', ...AGENTS, ...theirs];
  const body = rows.map((row) => [
    row.type,
    row.experiment,
    row.ids.map((id) => id.split('/')[1]).join(' '),
    ...AGENTS.map((agent) => text(row.own[agent])),
    ...theirs.map((agent) => `${text(row.theirs[agent])}${!row.same && agent in row.theirs ? '*' : ''}`),
  ]);
  return markdownTable(head, body);
}

function text(score: number | undefined): string {
  return score === undefined ? '—' : score.toFixed(2);
}

/** The scores as bars, a group for each experiment, as SVG. */
export function scoreChart(rows: readonly Row[]): Promise<string> {
  const agents = [...AGENTS, ...Object.keys(published.agents)];
  const values = rows.flatMap(({ experiment, own, theirs }) =>
    Object.entries({ ...own, ...theirs }).map(([agent, score]) => ({ experiment, agent, score })),
  );
  const scale = { domain: agents, range: [palette[0], palette[7], ...palette.slice(1, 7)] };
  return renderSvg({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'bsuite scores (1 is best; a bar that is missing was not measured or is 0)',
    width: { step: 11 },
    height: 260,
    data: { values },
    mark: 'bar',
    encoding: {
      x: {
        field: 'experiment',
        type: 'nominal',
        sort: rows.map((row) => row.experiment),
        title: null,
        axis: { labelAngle: -30 },
      },
      xOffset: { field: 'agent', type: 'nominal', sort: agents, scale: { domain: agents } },
      y: { field: 'score', type: 'quantitative', scale: { domain: [0, 1] }, title: 'score' },
      color: {
        field: 'agent',
        type: 'nominal',
        scale,
        legend: { title: null, orient: 'bottom', columns: 3, labelLimit: 0 },
      },
    },
  } as TopLevelSpec);
}
