import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keep, readKept } from '../kept.js';
import { type EndLine, parseLine, type RunRecord } from './record.js';
import { OURS, ourSettings, referenceSettings, type Task } from './tasks.js';

export const RESULTS = 'bench/results/learning';
const PYTHON = '.bench-venv/bin/python';
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The kept result of a run with these very settings, if there is one. */
export function readRecord(task: Task, algorithm: string, seed: number): RunRecord | null {
  return readKept(fileOf(task, algorithm, seed), settingsOf(task, algorithm, seed));
}

/**
 * Trains with one seed, in a process of its own, and keeps the result.
 * @throws Error where the program fails or prints what cannot be read
 */
export async function runSeed(task: Task, algorithm: string, seed: number): Promise<RunRecord> {
  const settings = settingsOf(task, algorithm, seed);
  const text = JSON.stringify(settings);
  const [command, args] =
    algorithm === OURS
      ? [process.execPath, ['--import', 'tsx', path('./ours.ts'), text, PYTHON]]
      : [PYTHON, [path('./sb3.py'), text]];
  const name = `${algorithm} on ${task.env} with seed ${seed}`;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const evaluations: RunRecord['evaluations'] = [];
  let record: RunRecord | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const { type, ...rest } = parseLine(line, name);
    if (type === 'evaluation') evaluations.push(rest as RunRecord['evaluations'][number]);
    else {
      const end = rest as Omit<EndLine, 'type'>;
      record = { env: task.env, algorithm, seed, settings, evaluations, ...end, load: loadavg()[0] };
    }
  }
  const status = await exit;
  if (status !== 0 || record === null) {
    throw new Error(`${name} ended with ${status} before its last line; its message is above.`);
  }
  keep(fileOf(task, algorithm, seed), record);
  return record;
}

function fileOf(task: Task, algorithm: string, seed: number): string {
  return join(RESULTS, task.env, algorithm, `${seed}.json`);
}

function settingsOf(task: Task, algorithm: string, seed: number): unknown {
  return algorithm === OURS ? ourSettings(task, seed) : referenceSettings(task, algorithm, seed);
}
