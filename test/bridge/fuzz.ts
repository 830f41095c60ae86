/**
 * Mutated messages into the client: it may refuse them, but only with its own errors, and it must not hang or allocate what
 * they claim. A few thousand run with the tests, more by `npm run fuzz -- --count 100000 [--seed 1]`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Packr, Unpackr } from 'msgpackr';
import { Router } from 'zeromq';
import { Handle } from '../../src/bridge/env/handle.js';
import { BridgeError, Connection, decode, LIMITS, PROTOCOL_VERSION } from '../../src/bridge/index.js';
import { checkHeader } from '../../src/bridge/message/msgpackCheck.js';
import { createRng, type Rng } from '../../src/spaces/index.js';

type Message = Uint8Array[];
type Outcomes = Record<string, number>;

const FIXTURES = new URL('../fixtures/protocol/', import.meta.url);
const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });

const recorded = readdirSync(FIXTURES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const { name, frames } = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8'));
    return { name: name as string, frames: frames.map((frame: string) => Buffer.from(frame, 'base64')) as Message };
  });

const ODD: unknown[] = [
  ...[null, true, -1, 0, 2 ** 53, 2n ** 60n, 1.5, Number.NaN, '', '$nd', 'x'.repeat(300), [], {}, [[]], { $nd: 0 }],
  { $nd: 0, dtype: '<f8', shape: [2 ** 40, 2 ** 40] },
  { $nd: { toString: 1 }, dtype: { big: 2n ** 60n }, shape: [{ toString: 1 }] },
  { $int: '9'.repeat(1_001) },
  { $map: [['__proto__', { a: 1 }]] },
  { toString: 1, valueOf: 1, length: -1, constructor: null },
  { type: 'Box', low: 0, high: 1, shape: [2 ** 31], dtype: 'float64' },
  { type: 'Text', min_length: 0, max_length: 2 ** 40, charset: '' },
  Buffer.from('bin'),
  new Date(0),
];

/** Short lists that are more entries together than a header may have; rarely, since packing them takes long. */
const MANY = new Array(40).fill(new Array(5_000).fill(0));

/** A message made from another by a few random changes of its bytes, frames or header. */
export function mutate(message: Message, rng: Rng): Message {
  const frames = [...message];
  for (let i = 0; i <= rng.integer(3); i++) {
    const choice = rng.next();
    const at = rng.integer(frames.length || 1);
    if (choice < 0.5 && frames.length > 0) frames[0] = mutateHeader(frames[0], rng);
    else if (choice < 0.85 && frames.length > 0) frames[at] = mutateBytes(frames[at], rng);
    else if (choice < 0.9) frames.splice(at, 1);
    else if (choice < 0.95) frames.splice(rng.integer(frames.length + 1), 0, randomBytes(rng, 40));
    else frames.reverse();
  }
  return frames;
}

function mutateBytes(data: Uint8Array, rng: Rng): Uint8Array {
  let bytes = [...data];
  for (let i = 0; i <= rng.integer(4); i++) {
    const at = rng.integer(bytes.length + 1);
    const choice = rng.next();
    if (choice < 0.5 && at < bytes.length) bytes[at] = rng.integer(256);
    else if (choice < 0.7) bytes.splice(at, 0, ...randomBytes(rng, 5));
    else if (choice < 0.9) bytes.splice(at, 1 + rng.integer(5));
    else bytes = bytes.slice(0, at);
  }
  return Uint8Array.from(bytes);
}

/** Puts an odd value somewhere into the header; random bytes where it is no header any more. */
function mutateHeader(data: Uint8Array, rng: Rng): Uint8Array {
  try {
    const header = unpackr.unpack(data);
    let target = header;
    while (rng.next() < 0.6) {
      const inner = Object.values(target).filter((x) => typeof x === 'object' && x !== null);
      if (inner.length === 0) break;
      target = inner[rng.integer(inner.length)];
    }
    const keys = [...Object.keys(target), 'extra', '$nd'];
    const key = keys[rng.integer(keys.length)];
    if (rng.next() < 0.2) delete target[key];
    else target[key] = rng.next() < 0.01 ? MANY : ODD[rng.integer(ODD.length)];
    return packr.pack(header);
  } catch {
    return randomBytes(rng, 60);
  }
}

function randomBytes(rng: Rng, most: number): Uint8Array {
  return Uint8Array.from({ length: rng.integer(most) }, () => rng.integer(256));
}

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
/** Replies of one flood, which answer nothing that was asked. */
const FLOOD = 500;
/** Mutated replies to a request, before the proper one. */
const REPLIES = 4;
const CALLERS = 10;

/**
 * Lets a server answer with mutated replies, `count` of them in all, and then properly.
 * @throws unless every request is settled in time, in no other way than with a reply or a BridgeError
 */
export async function fuzzConnection(count: number, seed: number): Promise<Outcomes> {
  const rng = createRng(seed);
  const folder = mkdtempSync(join(tmpdir(), 'bridge-fuzz-'));
  const server = new HostileServer(rng);
  const outcomes: Outcomes = {};
  let connection: Connection | undefined;
  try {
    await server.listen(`ipc://${folder}/s`);
    const open = () => new Connection({ endpoint: `ipc://${folder}/s`, timeout: TIMEOUT });
    const requests: ((connection: Connection) => Promise<unknown>)[] = [
      (c) => c.hello(),
      (c) => Handle.make(c, 'CartPole-v1', null, {}),
      ...['ping', 'reset', 'step', 'get_attr', 'call', 'close'].map((op) => (c: Connection) => c.request(op, {}, op)),
    ];
    while (server.mutated < count) {
      if (!connection || connection.failed) connection = open();
      const current = connection;
      const started = performance.now();
      const request = () => outcome(() => requests[rng.integer(requests.length)](current));
      for (const what of await Promise.all(Array.from({ length: CALLERS }, request))) {
        outcomes[what] = (outcomes[what] ?? 0) + 1;
      }
      const waited = performance.now() - started;
      if (waited > 50 * TIMEOUT) throw new Error(`seed ${seed}: a request took ${waited} ms`);
    }
    connection?.close();
    connection = open();
    server.isHostile = false;
    await connection.hello({ timeout: 10_000 });
    await connection.request('step', {}, 'step', { timeout: 10_000 });
    return outcomes;
  } finally {
    connection?.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

class HostileServer {
  isHostile = true;
  mutated = 0;
  private readonly router = new Router({ linger: 0 });
  private readonly rng: Rng;

  constructor(rng: Rng) {
    this.rng = rng;
  }

  async listen(endpoint: string): Promise<void> {
    await this.router.bind(endpoint);
    this.serve().catch((error) => {
      if (!this.router.closed) throw error;
    });
  }

  close(): void {
    this.router.close();
  }

  private async serve(): Promise<void> {
    for await (const [client, header] of this.router) {
      const { id, op } = unpackr.unpack(header!);
      const replies = recorded.filter(({ name }) => name.startsWith(`reply_${op}`));
      const any = replies.length > 0 ? replies : recorded;
      const proper = withId(any[this.rng.integer(any.length)].frames, id);
      if (this.isHostile) {
        for (let i = 0; i < this.rng.integer(REPLIES); i++) {
          const original = this.rng.next() < 0.8 ? proper : recorded[this.rng.integer(recorded.length)].frames;
          const message = mutate(original, this.rng);
          // A message that says of no request that it answers it ends the connection; so these are few.
          const addressed = this.rng.next() < 0.02 ? message : withId(message, id);
          this.mutated++;
          if (addressed.length > 0) await this.router.send([client!, ...addressed]);
        }
        // Now and then a flood of replies to nothing, and one beyond every limit of a header.
        if (this.rng.next() < 0.02) await this.flood(client!, id);
        // To some there is no answer at all. (But `make` has two minutes.)
        if (op !== 'make' && this.rng.next() < 0.02) continue;
      }
      await this.router.send([client!, ...proper]);
    }
  }

  private async flood(client: Buffer, id: number): Promise<void> {
    for (let i = 0; i < FLOOD; i++)
      await this.router.send([client, packr.pack({ v: PROTOCOL_VERSION, id: 2 ** 40 + i, ok: true })]);
    await this.router.send([client, tooMany(id)]);
    this.mutated++;
  }
}

/** The header of a reply to request `id` with more entries than a header may have. */
function tooMany(id: number): Uint8Array {
  return packr.pack({ v: PROTOCOL_VERSION, id, ok: true, info: new Array(100).fill(new Array(5_000).fill(0)) });
}

/** The message as one of this version with this id; nothing if its header is none that the client can read. */
function withId(message: Message, id: number): Message {
  try {
    const header = packr.pack({ ...unpackr.unpack(message[0]), v: PROTOCOL_VERSION, id });
    checkHeader(header, LIMITS);
    return [header, ...message.slice(1)];
  } catch {
    return [];
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  for (const [name, fuzz] of Object.entries({ decode: fuzzDecode, connection: fuzzConnection })) {
    process.stdout.write(`TypeScript, ${name}: ${count} messages, seed ${seed}\n`);
    const outcomes = Object.entries(await fuzz(count, seed)).sort(([, a], [, b]) => b - a);
    for (const [what, times] of outcomes) process.stdout.write(`${String(times).padStart(8)}  ${what}\n`);
  }
  process.stdout.write('the client still works\n');
}
