/**
 * `npm run bench -- clients [--seconds 5]`: a hundred clients of one agent at once, in ten processes; one process with its ten clients is killed in the
 * middle, and the rest must go on being served.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findPython } from '../src/bridge/index.js';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } });
const half = Number(options.seconds) * 500;
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-bench-'));
const endpoint = `ipc://${folder}/s`;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const stdio = ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'];

function lines(child: ChildProcess): AsyncIterator<string> {
  return createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
}

const agent = spawn(
  process.execPath,
  [path('../dist/cli/main.js'), 'serve', '--new', 'CartPole-v1', '--child', '--bind', endpoint],
  { stdio },
);
await lines(agent).next();
const teacher = spawn(findPython(), [path('act_client.py'), 'teach', endpoint, '1'], { stdio });
await lines(teacher).next();
const children = Array.from({ length: 10 }, () => spawn(findPython(), [path('agent_clients.py'), endpoint], { stdio }));
const outputs = children.map(lines);
for (const output of outputs) await output.next();
await sleep(half);
children[0].kill('SIGKILL');
await sleep(half);
for (const child of children.slice(1)) child.stdin!.end();
const results = await Promise.all(
  outputs.slice(1).map(async (output) => (await output.next()).value?.split(' ').map(Number)),
);
const answers = results.reduce((sum, result) => sum + (result?.[0] ?? 0), 0);
const slowest = Math.max(...results.map((result) => result?.[1] ?? Number.POSITIVE_INFINITY));
process.stdout.write(
  `100 clients, 10 killed: ${results.filter((result) => result).length * 10} of 90 served to the end, ${answers} answers, ` +
    `slowest round of ten ${slowest.toFixed(0)} ms\n`,
);
agent.stdin!.end();
await new Promise((resolve) => agent.once('exit', resolve));
rmSync(folder, { recursive: true, force: true });
