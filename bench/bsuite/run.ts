import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keep, readKept } from '../kept.js';
import { configOf, parseId } from './experiments.js';

export const RESULTS = 'bench/results/bsuite';
/** bsuite's own agent of uniform draws runs beside ours. */
export const AGENTS = ['mirrorflow', 'random'] as const;
export type AgentName = (typeof AGENTS)[number];
const PYTHON = '.bsuite-venv/bin/python';
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** One agent on one bsuite id. */
export interface RunRecord {
  id: string;
  agent: AgentName;
  /** All that the run was given. */
  settings: unknown;
  episodes: number;
  steps: number;
  seconds: number;
  versions: Record<string, string>;
  /** Load average of the machine (one minute) when the run ended. */
  load: number;
}

/** The score of an experiment over some ids of it. */
export interface Score {
  score: number;
  episodes: number;
  ids: string[];
}

/** The kept result of a run with these very settings, if there is one. */
export function readRecord(id: string, agent: AgentName, seed: number): RunRecord | null {
  return readKept(fileOf(id, agent), settingsOf(id, agent, seed));
}

/** Runs an agent on a bsuite id and keeps the result; a text where the environment cannot be made here, which says why. */
export async function runId(id: string, agent: AgentName, seed: number): Promise<RunRecord | string> {
  const settings = settingsOf(id, agent, seed);
  const folder = join(RESULTS, agent);
  mkdirSync(folder, { recursive: true });
  const task = { ...settings, id, agent, folder, command: path('../../dist/cli/main.js') };
  const result = (await python('run.py', [JSON.stringify(task)], `${agent} on ${id}`)) as
    | { unavailable: string }
    | Pick<RunRecord, 'episodes' | 'steps' | 'seconds' | 'versions'>;
  if ('unavailable' in result) return result.unavailable;
  const record: RunRecord = { id, agent, settings, ...result, load: loadavg()[0] };
  keep(fileOf(id, agent), record);
  return record;
}

/** The scores by bsuite's own rule of the runs that an agent made on some ids. */
export async function scoresOf(agent: AgentName, ids: readonly string[]): Promise<Record<string, Score>> {
  if (ids.length === 0) return {};
  const result = await python('score.py', [join(RESULTS, agent), ...ids], `the scores of ${agent}`);
  return result as Record<string, Score>;
}

/** What a program of this folder prints last, as JSON. Its messages are shown only where it fails. */
async function python(program: string, args: string[], what: string): Promise<unknown> {
  const child = spawn(PYTHON, ['-W', 'ignore', path(`./${program}`), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, messages] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages += text;
  });
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) throw new Error(`${what} ended with ${status}:\n${messages.trim()}`);
  return JSON.parse(out.trim().split('\n').at(-1)!);
}

function fileOf(id: string, agent: AgentName): string {
  return join(RESULTS, agent, `${id.replace('/', '-')}.json`);
}

/** Ids that differ only in bsuite's seed get seeds of their own. */
function settingsOf(id: string, agent: AgentName, seed: number) {
  const own = { seed: 1000 * seed + parseId(id).index };
  return agent === 'mirrorflow' ? { ...own, config: configOf(id) } : own;
}
