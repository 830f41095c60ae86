/**
 * Mutated messages into the client: it may refuse them, but only with its own errors, and it must not hang or allocate what
 * they claim. A few thousand run with the tests, more by `npm run fuzz -- --count 100000 [--seed 1]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Handle } from '../../src/bridge/env/handle.js';
import { BridgeError, Connection, decode } from '../../src/bridge/index.js';
import { createRng } from '../../src/spaces/index.js';
import { HostileServer } from './hostileServer.js';
import { mutate, recorded } from './mutate.js';

type Outcomes = Record<string, number>;

/** What became of it: `ok`, or the code of the bridge's error. @throws whatever else it was */
async function outcome(act: () => unknown): Promise<string> {
  try {
    await act();
    return 'ok';
  } catch (error) {
    if (error instanceof BridgeError) return error.code;
    throw error;
  }
}

/** Decodes mutated messages. @throws unless each decodes or is refused with a BridgeError, without much memory */
export async function fuzzDecode(count: number, seed: number): Promise<Outcomes> {
  const rng = createRng(seed);
  const outcomes: Outcomes = {};
  const before = process.memoryUsage.rss();
  for (let i = 0; i < count; i++) {
    const message = mutate(recorded[rng.integer(recorded.length)].frames, rng);
    const what = await outcome(() => decode(message));
    outcomes[what] = (outcomes[what] ?? 0) + 1;
    const grown = process.memoryUsage.rss() - before;
    if (grown > 2 ** 29) throw new Error(`message ${i} of seed ${seed}: ${grown} bytes more than at first`);
  }
  return outcomes;
}

/** Milliseconds until a request is given up. */
const TIMEOUT = 100;
const CALLERS = 10;

/** As below, over a lane. */
export function fuzzLane(count: number, seed: number): Promise<Outcomes> {
  return fuzzConnection(count, seed, true);
}

/**
 * Lets a server answer with mutated replies, `count` of them in all, and then properly.
 * @throws unless every request is settled in time, in no other way than with a reply or a BridgeError
 */
export async function fuzzConnection(count: number, seed: number, hasLane = false): Promise<Outcomes> {
  const rng = createRng(seed);
  const folder = mkdtempSync(join(tmpdir(), 'bridge-fuzz-'));
  const server = new HostileServer(rng);
  const outcomes: Outcomes = {};
  let connection: Connection | undefined;
  try {
    await server.listen(`ipc://${folder}/s`, hasLane ? `${folder}/s.lane` : undefined);
    const open = () => new Connection({ endpoint: `ipc://${folder}/s`, timeout: TIMEOUT });
    const requests: ((connection: Connection) => Promise<unknown>)[] = [
      (c) => c.hello(),
      // It has two minutes, which a lane that is cut would let it wait.
      (c) => (hasLane ? c.request('render', {}, 'render') : Handle.make(c, 'CartPole-v1', null, {})),
      ...['ping', 'reset', 'step', 'get_attr', 'call', 'close'].map((op) => (c: Connection) => c.request(op, {}, op)),
    ];
    while (server.mutated < count) {
      if (!connection || connection.failed) {
        connection = open();
        const greeted = connection;
        if (hasLane) await outcome(() => greeted.hello());
      } else if (hasLane && connection.transport !== 'lane') connection.close();
      const current = connection;
      const started = performance.now();
      const request = () => outcome(() => requests[rng.integer(requests.length)](current));
      const ends = await Promise.all(Array.from({ length: CALLERS }, request));
      for (const what of ends) outcomes[what] = (outcomes[what] ?? 0) + 1;
      // A lane in which a message was cut is read to the length that it claimed, whatever comes.
      if (hasLane && ends.every((what) => what === 'RequestTimeout')) current.close();
      const waited = performance.now() - started;
      if (waited > 50 * TIMEOUT) throw new Error(`seed ${seed}: a request took ${waited} ms`);
    }
    connection?.close();
    connection = open();
    server.isHostile = false;
    await connection.hello({ timeout: 10_000 });
    if (hasLane && connection.transport !== 'lane') throw new Error(`seed ${seed}: the lane does not open any more`);
    await connection.request('step', {}, 'step', { timeout: 10_000 });
    return outcomes;
  } finally {
    connection?.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  for (const [name, fuzz] of Object.entries({ decode: fuzzDecode, connection: fuzzConnection, lane: fuzzLane })) {
    process.stdout.write(`TypeScript, ${name}: ${count} messages, seed ${seed}\n`);
    const outcomes = Object.entries(await fuzz(count, seed)).sort(([, a], [, b]) => b - a);
    for (const [what, times] of outcomes) process.stdout.write(`${String(times).padStart(8)}  ${what}\n`);
  }
  process.stdout.write('the client still works\n');
}
