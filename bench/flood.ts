/**
 * `npm run bench -- flood [--minutes 10]`: a client that floods a server with pings beside one that trains, by turns with no flood. What the
 * trainer keeps of its speed is to be a third at least. Half of the time on an agent server, half on an environment server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../src/bridge/index.js';
import { table } from '../src/cli/table.js';

const { values: options } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(options.minutes);
const SLICE_MS = 5_000;
/** After a change the first moments count for neither side. */
const SETTLE_MS = 500;
const GOAL = 1 / 3;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-bench-'));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function start(command: string, ...args: string[]): ChildProcess {
  return spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** The first line that a process prints: it is ready. */
function ready(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', (status) => reject(new Error(`${child.spawnargs.join(' ')} ended with status ${status}`)));
  });
}

interface Row {
  what: string;
  calm: number;
  flooded: number;
  kept: number;
}

/** Steps a second of the trainer in calm and in flooded slices, by turns. */
async function measure(what: string, kind: string, server: ChildProcess, endpoint: string): Promise<Row> {
  await ready(server);
  const trainer = start(findPython(), path('flood_clients.py'), 'train', kind, endpoint);
  const flooder = start(findPython(), path('flood_clients.py'), 'flood', endpoint);
  let steps = 0;
  createInterface({ input: trainer.stdout! }).on('line', (line) => {
    steps = Number(line);
  });
  await ready(flooder);
  while (steps === 0) await sleep(100);
  await sleep(3 * SLICE_MS); // the first updates, the compilers
  const sums = [0, 0];
  const slices = Math.max(2, Math.round((minutes * 30_000) / SLICE_MS));
  for (let slice = 0; slice < slices; slice++) {
    flooder.stdin!.write(slice % 2 ? 'on\n' : 'off\n');
    await sleep(SETTLE_MS);
    const before = steps;
    await sleep(SLICE_MS - SETTLE_MS);
    sums[slice % 2] += steps - before;
  }
  for (const child of [flooder, trainer]) {
    child.stdin!.end();
    await new Promise((resolve) => child.once('exit', resolve));
  }
  server.stdin!.end();
  server.kill('SIGTERM');
  const seconds = ((slices >> 1) * (SLICE_MS - SETTLE_MS)) / 1000;
  const [calm, flooded] = [sums[0] / seconds, sums[1] / seconds];
  return { what, calm, flooded, kept: flooded / calm };
}

const agentEndpoint = `ipc://${folder}/a`;
const environmentEndpoint = `ipc://${folder}/e`;
const agentServer = [path('../dist/cli/main.js'), 'serve', '--new', 'CartPole-v1', '--child', '--bind', agentEndpoint];
const rows = [
  await measure('RemoteAgent.learn, agent server', 'agent', start(process.execPath, ...agentServer), agentEndpoint),
  await measure(
    'steps of 8 CartPoles, environment server',
    'environments',
    start(findPython(), '-m', 'mirrorflow_bridge', 'serve', '--bind', environmentEndpoint),
    environmentEndpoint,
  ),
];
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  table(
    ['what', 'steps/s', 'beside a flood', 'kept', 'at least a third'],
    rows.map(({ what, calm, flooded, kept }) => [
      what,
      calm.toFixed(0),
      flooded.toFixed(0),
      kept.toFixed(2),
      kept >= GOAL ? 'yes' : 'NO',
    ]),
  ),
);
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/flood.json', `${JSON.stringify({ node: process.version, minutes, rows }, null, 2)}\n`);
process.exitCode = rows.every(({ kept }) => kept >= GOAL) ? 0 : 1;
