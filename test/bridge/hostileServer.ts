import { createServer, type Server, type Socket } from 'node:net';
import { Router } from 'zeromq';
import { LIMITS, PROTOCOL_VERSION } from '../../src/bridge/index.js';
import { checkHeader } from '../../src/bridge/message/msgpackCheck.js';
import type { Rng } from '../../src/spaces/index.js';
import { laneBytes } from '../support/laneBytes.js';
import { type Message, mutate, packr, randomBytes, recorded, unpackr } from './mutate.js';

/** Replies of one flood, which answer nothing that was asked. */
const FLOOD = 500;
/** Mutated replies to a request, before the proper one. */
const REPLIES = 4;

/** A server that answers with mutated replies, then properly; over ZeroMQ and, where it is told so, over a lane. */
export class HostileServer {
  isHostile = true;
  mutated = 0;
  private readonly router = new Router({ linger: 0 });
  private readonly rng: Rng;
  private lane: Server | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(rng: Rng) {
    this.rng = rng;
  }

  /** @param lane path of the lane that it offers */
  async listen(endpoint: string, lane?: string): Promise<void> {
    await this.router.bind(endpoint);
    if (lane !== undefined) {
      this.lane = createServer((socket) => this.serveLane(socket));
      await new Promise<void>((resolve) => this.lane!.listen(lane, resolve));
    }
    this.serve(lane).catch((error) => {
      if (!this.router.closed) throw error;
    });
  }

  close(): void {
    this.router.close();
    this.lane?.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async serve(lane: string | undefined): Promise<void> {
    for await (const [client, header] of this.router) {
      const request = unpackr.unpack(header!);
      if (lane !== undefined && request.op === 'hello') {
        // Properly, so that there is a lane.
        const { frames } = recorded.find(({ name }) => name === 'reply_hello')!;
        const hello = { ...unpackr.unpack(frames[0]), id: request.id, lane: { path: lane, token: 'open' } };
        await this.router.send([client!, packr.pack(hello)]);
      } else await this.answer(request, (message) => this.router.send([client!, ...message]));
    }
  }

  private serveLane(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    let rest = Buffer.alloc(0);
    const send = (message: Message) => {
      if (!socket.writable) return;
      const bytes = laneMessage(message);
      // Framing that is broken ends the lane; so there is little of it.
      if (this.isHostile && this.rng.next() < 0.02) socket.write(this.breakFraming(bytes));
      else socket.write(bytes);
    };
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let size = sizeOf(rest); rest.length >= size; size = sizeOf(rest)) {
        const request = unpackr.unpack(rest.subarray(8, 8 + rest.readUInt32LE(0)));
        rest = rest.subarray(size);
        if (request.op === 'lane') send([packr.pack({ v: PROTOCOL_VERSION, id: request.id, ok: true })]);
        else void this.answer(request, send);
      }
    });
  }

  private breakFraming(bytes: Uint8Array): Uint8Array {
    const choice = this.rng.next();
    const broken = Buffer.from(bytes);
    if (choice < 0.5) broken[this.rng.integer(8)] = this.rng.integer(256);
    else if (choice < 0.75) return broken.subarray(0, this.rng.integer(broken.length));
    else return Buffer.concat([randomBytes(this.rng, 40), broken]);
    return broken;
  }

  private async answer({ id, op }: { id: number; op: string }, send: (message: Message) => unknown): Promise<void> {
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
        if (addressed.length > 0) await send(addressed);
      }
      // Now and then a flood of replies to nothing, and one beyond every limit of a header.
      if (this.rng.next() < 0.02) await this.flood(send, id);
      // To some there is no answer at all. (But `make` has two minutes.)
      if (op !== 'make' && this.rng.next() < 0.02) return;
    }
    await send(proper);
  }

  private async flood(send: (message: Message) => unknown, id: number): Promise<void> {
    for (let i = 0; i < FLOOD; i++) await send([packr.pack({ v: PROTOCOL_VERSION, id: 2 ** 40 + i, ok: true })]);
    await send([tooMany(id)]);
    this.mutated++;
  }
}

/** A message for the lane, its frames one behind another in the body. */
function laneMessage([header, ...frames]: Message): Uint8Array {
  const padded = frames.map((frame) => Buffer.concat([frame, Buffer.alloc(-frame.length & 7)]));
  const starts = padded.map((_, k) => padded.slice(0, k).reduce((sum, frame) => sum + frame.length, 0));
  const placed = frames.length > 0 ? place(header, starts) : header;
  return laneBytes(placed, Buffer.concat(padded));
}

/** The header with its arrays in one frame; as it is where it cannot be read. */
function place(header: Uint8Array, starts: number[]): Uint8Array {
  const visit = (x: unknown): void => {
    if (typeof x !== 'object' || x === null) return;
    const form = x as Record<string, unknown>;
    if (typeof form.$nd === 'number' && form.at === undefined && starts[form.$nd] !== undefined) {
      form.at = starts[form.$nd];
      form.$nd = 0;
    } else Object.values(x).forEach(visit);
  };
  try {
    const fields = unpackr.unpack(header);
    visit(fields);
    return packr.pack(fields);
  } catch {
    return header;
  }
}

/** Bytes of the message that begins; more than there are where its lengths are not there yet. */
function sizeOf(bytes: Buffer): number {
  if (bytes.length < 8) return Number.POSITIVE_INFINITY;
  return 8 + Math.ceil(bytes.readUInt32LE(0) / 8) * 8 + bytes.readUInt32LE(4);
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
