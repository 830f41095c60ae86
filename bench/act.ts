/**
 * `npm run bench -- act [--seconds 2] [--rounds 3]`: the round trip of `predict` beside a raw ZeroMQ echo of the same bytes (an echo in Node, a bare
 * DEALER in Python), and the same while another client teaches. Both sides of the ratio are measured in turn, in the same run.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../src/bridge/index.js';
import { table } from '../src/cli/table.js';

interface Figures {
  count: number;
  median: number;
  mean: number;
  p99: number;
  max: number;
}

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '3' } },
});
const seconds = Number(options.seconds);
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-bench-'));

async function run(what: 'predict' | 'raw' | 'teach', endpoint: string, time = seconds): Promise<Figures> {
  const child = spawn(findPython(), [path('act_client.py'), what, endpoint, String(time)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error(`act_client.py ${what} printed nothing`);
}

/** Starts a program that prints a line when it listens. */
async function start(args: string[]) {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return () => new Promise((resolve) => child.once('exit', resolve).stdin.end());
}

const agent = `ipc://${folder}/agent`;
const echo = `ipc://${folder}/echo`;
const ECHO = `
  import { Router } from 'zeromq';
  const socket = new Router();
  await socket.bind(process.argv[1]);
  console.log('listening');
  process.stdin.on('end', () => process.exit()).resume();
  for await (const frames of socket) await socket.send(frames);`;

const ends = [
  await start([path('../dist/cli/main.js'), 'serve', '--new', 'CartPole-v1', '--child', '--bind', agent]),
  await start(['--input-type=module', '-e', ECHO, echo]),
];
const rounds: [Figures, Figures][] = [];
// The first client of a new agent must say what the spaces are.
await run('teach', agent, 1);
for (let i = 0; i < Number(options.rounds); i++) rounds.push([await run('predict', agent), await run('raw', echo)]);
const [learning, taught] = await Promise.all([
  run('predict', agent, 5 * seconds),
  run('teach', agent, 5 * seconds + 3),
]);
await Promise.all(ends.map((end) => end()));
rmSync(folder, { recursive: true, force: true });

const sorted = rounds.toSorted(([a, b], [c, d]) => a.median / b.median - c.median / d.median);
const [predict, raw] = sorted[Math.floor(sorted.length / 2)];
const row = (name: string, f: Figures, rest = '') => [name, ...[f.median, f.p99, f.max].map((x) => x.toFixed(0)), rest];
process.stdout.write(
  table(
    ['round trip, µs', 'median', 'p99', 'max', ''],
    [
      row('predict', predict, `${(predict.median / raw.median).toFixed(2)} × raw (goal ≤ 1.5)`),
      row('raw echo of the same bytes', raw),
      row('predict while another client teaches', learning, `${taught.mean} policy updates`),
    ],
  ),
);
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  'bench/results/act.json',
  `${JSON.stringify({ node: process.version, rounds, learning, taught }, null, 2)}\n`,
);
