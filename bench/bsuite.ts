/**
 * `npm run bench -- bsuite [--all | --only ID,…] [--seed 0] [--jobs 2] [--resume | --report]`: our agent, served, and bsuite's random one on
 * ids of bsuite 0.3.6 (all 468, some, or a subset of ten minutes), scored by bsuite's own rule, beside published scores. docs/benchmarks.md says
 * how. Every run is kept in bench/results/bsuite; --resume takes those with the same settings from there, --report takes
 * only those and runs nothing. Writes there the table and the chart.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allIds, chooseIds, subset } from './bsuite/experiments.js';
import { published, rowsOf, scoreChart, scoreTable } from './bsuite/report.js';
import { AGENTS, type AgentName, RESULTS, type RunRecord, readRecord, runId, scoresOf } from './bsuite/run.js';
import { wholeNumber } from './flags.js';

const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string', default: '0' },
    jobs: { type: 'string', default: '2' },
    resume: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});
const seed = wholeNumber('seed', options.seed, 0);
const jobs = wholeNumber('jobs', options.jobs, 1);
if (options.all && options.only !== undefined) throw new Error('--all and --only exclude each other; give one.');
const ids = options.all ? allIds : options.only === undefined ? subset : chooseIds(options.only);

const began = performance.now();
const records: RunRecord[] = [];
const notRun: string[] = [];
const waiting = ids.flatMap((id) => AGENTS.map((agent) => ({ id, agent })));
mkdirSync(RESULTS, { recursive: true });

async function one(id: string, agent: AgentName): Promise<void> {
  const kept = options.resume || options.report ? readRecord(id, agent, seed) : null;
  if (kept === null && options.report) return;
  const record = kept ?? (await runId(id, agent, seed));
  if (typeof record === 'string') {
    if (agent === AGENTS[0]) notRun.push(`${id} was not run: ${record}.`);
    return;
  }
  records.push(record);
  const { episodes, steps, seconds } = record;
  if (kept === null) {
    process.stderr.write(`${id} ${agent}: ${episodes} episodes, ${steps} steps, ${seconds.toFixed(1)} s\n`);
  }
}

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await one(next.id, next.agent);
}

await Promise.all(Array.from({ length: jobs }, work));
const scores = await Promise.all(
  AGENTS.map((agent) =>
    scoresOf(
      agent,
      records.filter((r) => r.agent === agent).map((r) => r.id),
    ),
  ),
);
const rows = rowsOf({ mirrorflow: scores[0], random: scores[1] });
const seconds = ((performance.now() - began) / 1000).toFixed(0);
const report = [
  scoreTable(rows),
  `Published: ${published.source} *: over all ids that they ran, which are others.`,
  ...notRun.map((line) => `- ${line}`),
  `${records.length} runs of all bsuite's episodes, ${jobs} at a time${options.report ? '' : `, ${seconds} s`}.`,
].join('\n');
writeFileSync(join(RESULTS, 'table.md'), `${report}\n`);
if (rows.length > 0) writeFileSync(join(RESULTS, 'bsuite-scores.svg'), await scoreChart(rows));
process.stdout.write(`${report}\n`);
