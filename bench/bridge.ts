/**
 * `npm run bench -- bridge [--seconds 2]`: environment steps a second over the bridge beside Gymnasium in process, the round trip of
 * one environment beside a raw ZeroMQ echo of the same bytes, and images beside raw ZeroMQ. Both sides of a ratio are measured in turn, in the same run.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Dealer } from 'zeromq';
import { Env, findPython, VectorEnv, type VectorEnvOptions } from '../src/bridge/index.js';
import { table } from '../src/cli/table.js';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '3' } },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const python = findPython();
const helper = fileURLToPath(new URL('./bridge_reference.py', import.meta.url));

interface Row {
  what: string;
  bridge: number;
  reference: number;
  against: string;
  goal: number;
  unit: string;
}

/** Asks the reference program in Python for one figure. */
async function reference(...args: (string | number)[]): Promise<number> {
  const child = spawn(python, [helper, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) return Number(line);
  throw new Error(`${helper} ${args.join(' ')} printed nothing`);
}

/** Environment steps a second with all groups in flight, random actions chosen beforehand. */
async function stepsPerSecond(id: string, make: VectorEnvOptions): Promise<number> {
  const env = await VectorEnv.make(id, { info: false, ...make });
  const { groups } = env;
  let steps = 0;
  const until = { time: 0 };
  const loop = async (group: (typeof groups)[number], seed: number) => {
    const actions = Int32Array.from({ length: group.numEnvs }, (_, e) => (e + seed) % 2);
    await group.reset({ seed });
    while (performance.now() < until.time) {
      await group.step(actions);
      steps += group.numEnvs;
    }
  };
  const started = performance.now();
  until.time = started + seconds * 1000;
  await Promise.all(groups.map(loop));
  const rate = (steps / (performance.now() - started)) * 1000;
  await env.close();
  return rate;
}

/** Microseconds a round trip of one environment. */
async function roundTrip(): Promise<number> {
  const env = await Env.make('CartPole-v1', { info: false });
  await env.reset({ seed: 0 });
  let trips = 0;
  const started = performance.now();
  while (performance.now() < started + seconds * 1000) {
    const [, , terminated] = await env.step(trips % 2);
    trips++;
    if (terminated) {
      await env.reset();
      trips++;
    }
  }
  const micros = ((performance.now() - started) * 1000) / trips;
  await env.close();
  return micros;
}

/** Round trips with a bare DEALER against an echo in Python: microseconds each, or bytes a second with `reply` bytes in the answer. */
async function rawEcho(frames: number, bytes: number, reply: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'mirrorflow-bench-'));
  const endpoint = `ipc://${join(folder, 's')}`;
  const echo = spawn(python, [helper, 'echo', endpoint, String(reply)], { stdio: ['pipe', 'ignore', 'inherit'] });
  const socket = new Dealer({ linger: 0 });
  socket.connect(endpoint);
  const message = Array.from({ length: frames }, () => Buffer.alloc(bytes));
  for (let i = 0; i < 20; i++) {
    await socket.send(message);
    await socket.receive();
  }
  let trips = 0;
  const started = performance.now();
  while (performance.now() < started + seconds * 1000) {
    await socket.send(message);
    await socket.receive();
    trips++;
  }
  const micros = ((performance.now() - started) * 1000) / trips;
  socket.close();
  echo.stdin!.end();
  await new Promise((resolve) => echo.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
  return reply > 0 ? (reply / micros) * 1e6 : micros;
}

const IMAGES = 64 * 84 * 84 * 4;

/** Bytes of images a second: 64 environments with observations of 84×84×4 bytes that cost nothing to make. */
async function imageBytes(): Promise<number> {
  const make = {
    numEnvs: 64,
    imports: ['bridge_reference'],
    env: { PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)) },
  };
  return (await stepsPerSecond('mirrorflow-bench/Images-v0', { ...make, backend: 'vector_entry_point' })) * 84 * 84 * 4;
}

const median = (x: number[]) => x.sort((a, b) => a - b)[Math.floor(x.length / 2)];

async function compare(
  what: string,
  against: string,
  goal: number,
  unit: string,
  bridge: () => Promise<number>,
  other: () => Promise<number>,
) {
  const pairs: [number, number][] = [];
  for (let i = 0; i < rounds; i++) pairs.push([await bridge(), await other()]);
  const row: Row = {
    what,
    against,
    goal,
    unit,
    bridge: median(pairs.map((p) => p[0])),
    reference: median(pairs.map((p) => p[1])),
  };
  process.stderr.write(`${what} … ${(row.bridge / row.reference).toFixed(2)}\n`);
  return row;
}

const cart = 'CartPole-v1';
const rows = [
  await compare(
    'CartPole, 8 environments',
    'SyncVectorEnv(8) in process',
    0,
    'steps/s',
    () => stepsPerSecond(cart, { numEnvs: 8 }),
    () => reference('sync', cart, 8, seconds),
  ),
  await compare(
    'CartPole, 64 environments, two groups',
    'SyncVectorEnv(64) in process',
    1,
    'steps/s',
    () => stepsPerSecond(cart, { numEnvs: 64, groups: 2 }),
    () => reference('sync', cart, 64, seconds),
  ),
  await compare(
    'CartPole, 64 environments, two servers',
    'SyncVectorEnv(64) in process',
    1,
    'steps/s',
    () => stepsPerSecond(cart, { numEnvs: 64, groups: 2, servers: 2 }),
    () => reference('sync', cart, 64, seconds),
  ),
  await compare(
    'CartPole, 8 environments',
    'AsyncVectorEnv(8) in process',
    5,
    'steps/s',
    () => stepsPerSecond(cart, { numEnvs: 8 }),
    () => reference('async', cart, 8, seconds),
  ),
  await compare(
    'CartPole, native vector, 1024, two groups',
    'the same in process',
    0.6,
    'steps/s',
    () => stepsPerSecond(cart, { numEnvs: 1024, backend: 'vector_entry_point', groups: 2 }),
    () => reference('vector_entry_point', cart, 1024, seconds),
  ),
  await compare('one CartPole, round trip', 'raw ZeroMQ echo (lower is better)', 1.3, 'µs', roundTrip, () =>
    rawEcho(1, 60, 0),
  ),
  await compare('images 84×84×4, 64 environments', 'raw ZeroMQ', 0.5, 'bytes/s', imageBytes, () =>
    rawEcho(1, 60, IMAGES),
  ),
];

const text = (x: number) =>
  x >= 1e6 ? `${(x / 1e6).toFixed(2)}M` : x >= 1e4 ? `${(x / 1e3).toFixed(1)}k` : x.toFixed(0);
process.stdout.write(
  table(
    ['what', 'bridge', 'reference', 'ratio', 'goal', 'reference is'],
    rows.map((r) => [
      r.what,
      `${text(r.bridge)} ${r.unit}`,
      `${text(r.reference)} ${r.unit}`,
      (r.bridge / r.reference).toFixed(2),
      r.goal === 0 ? '' : `${r.unit === 'µs' ? '≤' : '≥'} ${r.goal}`,
      r.against,
    ]),
  ),
);
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  'bench/results/bridge.json',
  `${JSON.stringify({ node: process.version, seconds, rounds, rows }, null, 2)}\n`,
);
