import { connect, type Socket } from 'node:net';
import { pack, unpack } from 'msgpackr';
import { expect, onTestFinished } from 'vitest';
import { BridgeError, type Header, LIMITS, type Limits } from '../../src/bridge/index.js';
import type { Session } from '../../src/bridge/server/client.js';
import { RouterServer } from '../../src/bridge/server/router.js';
import { folder } from '../support/folder.js';
import { laneBytes } from '../support/laneBytes.js';
import { RawClient } from './setup.js';

/** A message of the lane. */
export const message = (header: unknown, body?: Uint8Array) => laneBytes(pack(header), body);

/** A request. */
export const request = (id: number, op: string, fields: object = {}, body?: Uint8Array) =>
  message({ v: 2, id, op, ...fields }, body);

/** A request of a `TestSession`, whose id is in it. */
export const echo = (x: number, op = 'echo') => request(x, op, { x });

/** What stands for an array of the body. */
export const form = (dtype: string, shape: number[], at: number) => ({ $nd: 0, dtype, shape, at });

/** A refusal, as a matcher takes it. */
export const error = (id: number, code: string) => ({ id, ok: false, error: { code } });

/** The ids of the next n messages. */
export async function ids(lane: RawLane, n: number): Promise<unknown[]> {
  const found = [];
  for (let i = 0; i < n; i++) found.push((await lane.header())?.id);
  return found;
}

/** What an offer of a lane looks like. */
export interface Offer {
  readonly path: string;
  readonly token: string;
}

/** A raw connection to a lane. Beyond what Node buffers it reads only what is asked for. */
export class RawLane {
  readonly socket: Socket;
  /** What came and was not taken yet. */
  private bytes = Buffer.alloc(0);
  private isOver = false;
  private lastId = 1_000;
  private wake = () => {};

  constructor(path: string) {
    this.socket = connect(path);
    const end = () => {
      this.isOver = true;
      this.wake();
    };
    // A server that ends a connection on which more is on the way resets it.
    this.socket
      .on('error', () => {})
      .on('end', end)
      .on('close', end);
    this.socket.on('readable', () => this.wake());
    onTestFinished(() => void this.socket.destroy());
  }

  /** The next message, the header and the body's bytes; null where the server has ended the connection. */
  async message(): Promise<{ header: Header; body: Buffer } | null> {
    for (;;) {
      const { bytes } = this;
      const h = bytes.length >= 8 ? bytes.readUInt32LE(0) : 0;
      const from = 8 + Math.ceil(h / 8) * 8;
      const size = from + (bytes.length >= 8 ? bytes.readUInt32LE(4) : 0);
      if (bytes.length >= 8 && bytes.length >= size) {
        this.bytes = bytes.subarray(size);
        return { header: unpack(bytes.subarray(8, 8 + h)) as Header, body: bytes.subarray(from, size) };
      }
      const chunk = this.socket.read() as Buffer | null;
      if (chunk !== null) this.bytes = Buffer.concat([bytes, chunk]);
      else if (this.isOver) return null;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** The header of the next message. */
  async header(): Promise<Header | undefined> {
    return (await this.message())?.header;
  }

  /** Sends a request and waits for the next message. */
  ask(op: string, fields: object = {}, body?: Uint8Array): Promise<Header | undefined> {
    this.socket.write(request(++this.lastId, op, fields, body));
    return this.header();
  }
}

/** A client that greeted, and its open lane. */
export async function opened(endpoint: string): Promise<{ client: RawClient; lane: RawLane; offer: Offer }> {
  const client = new RawClient(endpoint);
  const offer = await offerTo(client);
  const lane = new RawLane(offer.path);
  expect(await lane.ask('lane', { token: offer.token })).toMatchObject({ ok: true });
  return { client, lane, offer };
}

/** Greets. @returns what the server offers */
export async function offerTo(client: RawClient): Promise<Offer> {
  const hello = await client.hello();
  expect(hello).toMatchObject({ ok: true, lane: { path: expect.any(String), token: expect.any(String) } });
  return hello.lane as Offer;
}

/** The operations of a server in this process: what a test needs to see order, waiting and size. */
export class TestSession implements Session {
  /** `x` of every request that was carried out, of all clients. */
  readonly done: unknown[];
  /** Ends the `slow` request that is under way. */
  finish = () => {};
  isOpen = true;

  constructor(done: unknown[]) {
    this.done = done;
  }

  checkNames(op: string): void {
    if (!['hello', 'echo', 'slow', 'bytes', 'later'].includes(op)) throw new BridgeError('UnknownOperation', op);
  }

  carryOut(op: string, { v: _, id: __, op: ___, ...fields }: Header): Header | Promise<Header> {
    this.done.push(fields.x);
    if (op === 'bytes') return { bytes: new Uint8Array(fields.n as number).fill(7) };
    if (op === 'slow') return new Promise((resolve) => (this.finish = () => resolve(fields)));
    if (op === 'later') return new Promise((resolve) => setImmediate(() => resolve(fields)));
    return op === 'echo' ? fields : {};
  }

  close(): void {
    this.isOpen = false;
  }
}

/** A RouterServer in this process, at an ipc endpoint. */
export async function serving(limits: Partial<Limits> = {}, lease: number | null = null) {
  const done: unknown[] = [];
  const sessions: TestSession[] = [];
  const router = new RouterServer({
    open: () => {
      sessions.push(new TestSession(done));
      return sessions.at(-1)!;
    },
    fault: (error) => new BridgeError('Fault', String(error)),
    lease,
    limits: { ...LIMITS, ...limits },
  });
  const endpoint = await router.bind(`ipc://${folder()}/s`);
  const over = router.run();
  onTestFinished(async () => {
    router.close();
    await over;
  });
  return { endpoint, router, done, sessions };
}
