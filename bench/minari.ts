/**
 * `npm run bench -- minari [--only ENV,…] [--seed 0]`: trains an agent on environments with Discrete and Box observations and actions, records a
 * Minari data set of its episodes by examples/minari_collect.py, reads it back and plays the recorded actions again in a fresh environment. Fails
 * where a return or a number differs. The data sets go to bench/results/minari.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable } from '../src/cli/table.js';
import { wholeNumber } from './flags.js';

const RESULTS = 'bench/results/minari';
/** Presets, with the transitions to train on, about what each needs. */
const steps = { 'CartPole-v1': 3000, 'FrozenLake-v1': 20_000, 'MountainCarContinuous-v0': 12_000 };

interface Result {
  episodes: number;
  steps: number;
  megabytes: number;
  mean: number;
  same: boolean;
  difference: number;
  recorded: number;
  read: number;
}

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, seed: { type: 'string', default: '0' } },
});
const envs = options.only?.split(',') ?? Object.keys(steps);
const wrong = envs.find((env) => !Object.hasOwn(steps, env));
if (wrong !== undefined) {
  throw new Error(`--only has ${wrong}; expected some of ${Object.keys(steps).join(', ')}.`);
}
const seed = wholeNumber('seed', options.seed, 0);

/** Records and reads the data set of one environment. @throws Error with the program's last words where it fails */
function record(env: string): Result {
  const dataset = `${env.split('-')[0].toLowerCase()}/mirrorflow-v0`;
  const task = { env, steps: steps[env as keyof typeof steps], dataset, seed, command: 'dist/cli/main.js' };
  const ran = spawnSync('.minari-venv/bin/python', ['-W', 'ignore', 'bench/minari/record.py', JSON.stringify(task)], {
    encoding: 'utf8',
    env: { ...process.env, MINARI_DATASETS_PATH: resolve(RESULTS) },
  });
  if (ran.status !== 0) throw new Error(`Minari on ${env} ended with ${ran.status}:\n${ran.stderr.trim()}`);
  return JSON.parse(ran.stdout.trim().split('\n').at(-1)!) as Result;
}

// Minari refuses to record what is there.
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });
const results = envs.map((env) => ({ env, ...record(env) }));
const head = ['environment', 'episodes', 'steps', 'MB', 'mean return', 'returns read', 'played again', 'µs a step'];
const body = results.map((r) => [
  r.env,
  r.episodes,
  r.steps,
  r.megabytes,
  r.mean.toFixed(2),
  r.same ? 'as seen' : 'differ',
  r.difference === 0 ? 'equal' : `differs by ${r.difference}`,
  ((1e6 * r.recorded) / r.steps).toFixed(0),
]);
const table = markdownTable(head, body);
writeFileSync(join(RESULTS, 'table.md'), table);
process.stdout.write(table);
if (results.some((r) => !r.same || r.difference !== 0)) process.exitCode = 1;
