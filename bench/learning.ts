/**
 * `npm run bench -- learning [--seeds 10] [--only ENV,…] [--algorithms mirrorflow,PPO,…] [--resume | --report]`: training steps and seconds until our presets
 * and Stable-Baselines3 (settings of its zoo) reach the same thresholds, in turn on the same machine. docs/benchmarks.md says how it is measured.
 * Every run is kept in bench/results/learning; --resume takes those with the same settings from there, --report takes only
 * those and trains nothing. Writes there the table and the curves.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber } from './flags.js';
import { learningCurves } from './learning/curves.js';
import { type RunRecord, toThreshold } from './learning/record.js';
import { RESULTS, readRecord, runSeed } from './learning/run.js';
import { failures, summaryTable } from './learning/summary.js';
import { algorithmsOf, OURS, type Task, tasks } from './learning/tasks.js';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    only: { type: 'string' },
    algorithms: { type: 'string' },
    resume: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});
const known = { only: tasks.map((t) => t.env), algorithms: [OURS, 'PPO', 'DQN', 'SAC'] };
const chosen = (flag: 'only' | 'algorithms') => {
  const names = options[flag]?.split(',') ?? known[flag];
  const wrong = names.find((name) => !known[flag].includes(name));
  if (wrong !== undefined) throw new Error(`--${flag} has ${wrong}; expected some of ${known[flag].join(', ')}.`);
  return names;
};
const seeds = wholeNumber('seeds', options.seeds, 1);
const envs = chosen('only');
const algorithms = chosen('algorithms');

/** A run's result; null where there is none to report. */
async function one(task: Task, algorithm: string, seed: number): Promise<RunRecord | null> {
  const kept = options.resume || options.report ? readRecord(task, algorithm, seed) : null;
  if (kept !== null || options.report) return kept;
  const record = await runSeed(task, algorithm, seed);
  const { steps, seconds } = toThreshold(record, task.threshold);
  const last = record.evaluations.at(-1)!.mean.toFixed(1);
  const outcome = Number.isFinite(steps) ? `${steps} steps, ${seconds.toFixed(1)} s` : `not reached`;
  process.stderr.write(`${task.env} ${algorithm} seed ${seed}: ${outcome}, last return ${last}\n`);
  return record;
}

const chosenTasks = tasks.filter((task) => envs.includes(task.env));
const records: RunRecord[] = [];
mkdirSync(RESULTS, { recursive: true });
for (const task of chosenTasks) {
  for (let seed = 0; seed < seeds; seed++) {
    for (const algorithm of algorithmsOf(task)) {
      if (!algorithms.includes(algorithm)) continue;
      const record = await one(task, algorithm, seed);
      if (record !== null) records.push(record);
    }
  }
  if (records.some((r) => r.env === task.env)) {
    writeFileSync(join(RESULTS, `learning-${task.env}.svg`), await learningCurves(task, records));
  }
}
const report = `${summaryTable(chosenTasks, records)}\n${failures(chosenTasks, records)
  .map((line) => `- ${line}\n`)
  .join('')}`;
writeFileSync(join(RESULTS, 'table.md'), report);
process.stdout.write(report);
