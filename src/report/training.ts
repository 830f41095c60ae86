import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, TrainResult } from '../agent/index.js';
import { version } from '../version.js';
import { htmlReport, lineChart } from './index.js';
import type { LogEntry } from './runLog.js';
import { plain } from './typeset.js';

/**
 * Writes `report.html` and `learning-curve.svg` of a training run.
 * @returns the path of the report
 */
export async function writeTrainingReport(
  folder: string,
  config: Config,
  entries: readonly LogEntry[],
  result: TrainResult,
): Promise<string> {
  const curve = await learningCurve(config, entries);
  const policy = await policyChart(entries);
  writeFileSync(join(folder, 'learning-curve.svg'), curve);
  const evaluations = entries.filter((e) => e.type === 'evaluation');
  const path = join(folder, 'report.html');
  const page = htmlReport({
    title: `${plain(config.env.id)}, seed ${config.seed}`,
    lead: `${result.steps} steps in ${result.seconds.toFixed(1)} s; ${config.features.type} features, ${config.critic.type} critic, ${config.actor.type} mirror step; mirrorflow ${version}`,
    sections: [
      {
        heading: 'Learning curve',
        figures: [
          {
            svg: curve,
            caption:
              `Mean undiscounted return: of the policy π itself, from which training draws its actions (latest 100 episodes), and, as points, of the evaluations, which ${actionsOf(config)}. ` +
              'Bars and bands are one standard error of an evaluation.',
          },
        ],
      },
      {
        heading: 'Policy',
        figures: [
          {
            svg: policy,
            caption:
              'KL divergence of the policy from μ over the states acted in: mean, and greatest (an estimate of Kₜ from below).',
          },
        ],
      },
      {
        heading: 'Evaluations',
        table: {
          columns: ['steps', 'seconds', 'episodes', 'mean return', 'standard deviation'],
          rows: evaluations.map((e) => [
            String(e.steps),
            e.seconds.toFixed(1),
            String(e.episodes),
            e.mean.toFixed(2),
            e.std.toFixed(2),
          ]),
        },
      },
      {
        heading: 'Configuration',
        table: { columns: ['key', 'value'], rows: flatten(config).map((row) => row.map(plain)) },
      },
    ],
  });
  writeFileSync(path, page);
  return path;
}

/** Training and evaluation returns against steps, as SVG. */
export function learningCurve(config: Config, entries: readonly LogEntry[]): Promise<string> {
  const training = thin(entries.filter((e) => e.type === 'metrics' && e.episodes > 0)).map((e) => ({
    x: e.steps,
    y: (e as { meanReturn: number }).meanReturn,
  }));
  const evaluations = entries
    .filter((e) => e.type === 'evaluation')
    .map((e) => {
      const error = e.std / Math.sqrt(e.episodes);
      return { x: e.steps, y: e.mean, low: e.mean - error, high: e.mean + error };
    });
  const { threshold } = config.evaluation;
  return lineChart({
    title: `${plain(config.env.id)}, seed ${config.seed}`,
    xTitle: 'environment steps',
    yTitle: 'mean return',
    series: [
      { name: 'π, as drawn in training (latest 100 episodes)', points: training },
      {
        name: `evaluation (${config.evaluation.deterministic ? 'mode of π' : 'draws from π'})`,
        points: evaluations,
        marked: true,
      },
    ],
    rules: threshold === undefined ? [] : [{ label: `threshold ${threshold}`, y: threshold }],
  });
}

function actionsOf({ evaluation }: Config): string {
  return evaluation.deterministic ? 'take the mode of π' : 'draw from π as well';
}

function policyChart(entries: readonly LogEntry[]): Promise<string> {
  const metrics = thin(entries.filter((e) => e.type === 'metrics'));
  return lineChart({
    title: 'KL(π(·|s) | μ)',
    xTitle: 'environment steps',
    yTitle: 'nats',
    series: [
      { name: 'mean', points: metrics.map((m) => ({ x: m.steps, y: m.kl })) },
      { name: 'greatest', points: metrics.map((m) => ({ x: m.steps, y: m.klMax })) },
    ],
  });
}

/** At most a few hundred entries, evenly spread: more cannot be told apart in a chart. */
function thin<T>(entries: T[]): T[] {
  const stride = Math.ceil(entries.length / 400);
  return entries.filter((_, i) => i % stride === 0 || i === entries.length - 1);
}

/** The leaves of nested objects as rows of a dotted key and its value in JSON. */
export function flatten(value: object, prefix = ''): string[][] {
  return Object.entries(value).flatMap(([key, v]) => {
    const name = prefix + key;
    return typeof v === 'object' && v !== null && !Array.isArray(v)
      ? flatten(v, `${name}.`)
      : [[name, JSON.stringify(v)]];
  });
}
