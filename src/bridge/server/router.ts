import type { Router } from 'zeromq';
import { BridgeError } from '../errors.js';
import { readHeader, resolve } from '../message/decode.js';
import { encode } from '../message/encode.js';
import { LIMITS, type Limits, PROTOCOL_VERSION } from '../message/limits.js';
import type { Header } from '../message/message.js';
import { readServerKeys, type ServerKeys } from '../socket/curve.js';
import { isIPv6, prepareEndpoint } from './endpoint.js';
import { checkEnvelope, idIn } from './envelope.js';
import { busy, notGreeted, tooLarge } from './refusals.js';
import { ReplyQueue } from './replyQueue.js';
import { makeSocket } from './routerSocket.js';
import { authenticate, ZAP_DOMAIN } from './zap.js';

/** What carries out the requests of one client, one after the other. */
export interface Session {
  /** Before anything is made of a request's values. @throws BridgeError where there is no such operation, or no argument of a name */
  checkNames(op: string, fields: Header): void;
  /** @returns the fields of the reply; a promise where the answer must wait, and the client's later requests with it */
  carryOut(op: string, fields: Header): Header | Promise<Header>;
  /** The client is gone. */
  close(): void;
}

export interface RouterOptions {
  /** For each new client. */
  readonly open: () => Session;
  /** The error for what a session throws that is no BridgeError. */
  readonly fault: (error: unknown, op: string) => BridgeError;
  /** Seconds of silence after which a client is forgotten; null: never. */
  readonly lease: number | null;
  readonly curve?: ServerKeys | undefined;
  readonly limits?: Limits | undefined;
}

interface Request {
  readonly id: number;
  readonly op: string;
  readonly fields: Header;
  readonly error: BridgeError | null;
  /** Of its frames, as they came. */
  readonly bytes: number;
}

interface Client {
  readonly session: Session;
  readonly waiting: Request[];
  readonly replies: ReplyQueue;
  /** Bytes of the requests that wait. */
  waitingBytes: number;
  greeted: boolean;
  /** Whether something is under way that later requests wait for. */
  isBusy: boolean;
  heard: number;
}

/** Milliseconds of work after which the event loop has its turn: signals, leases, what was learned. */
const TURN_MS = 10;
/**
 * The serving side of docs/protocol.md on one ROUTER socket: envelopes, order, limits, leases and keys. What the operations are is the
 * sessions' business. Requests are carried out as they come in; ZeroMQ takes them from the connections in turn.
 */
export class RouterServer {
  private readonly options: RouterOptions;
  private readonly limits: Limits;
  private readonly socket: Router;
  private readonly clients = new Map<string, Client>();
  private sweeper: NodeJS.Timeout | undefined;
  private stopAuthentication = () => {};

  constructor(options: RouterOptions) {
    this.options = options;
    this.limits = options.limits ?? LIMITS;
    this.socket = makeSocket(Math.max(this.limits.max_frame_bytes, this.limits.max_header_bytes));
  }

  /** Binds the endpoint. @returns it as it is, with the port that was chosen. @throws BridgeError BadEndpoint, BadKeys */
  async bind(endpoint: string): Promise<string> {
    const { curve, lease } = this.options;
    await prepareEndpoint(endpoint, curve !== undefined);
    if (curve !== undefined) {
      const { options, known } = readServerKeys(curve);
      this.stopAuthentication = await authenticate(known);
      Object.assign(this.socket, options, { zapDomain: ZAP_DOMAIN });
    }
    if (isIPv6(endpoint)) this.socket.ipv6 = true;
    try {
      await this.socket.bind(endpoint);
    } catch (error) {
      throw new BridgeError('BadEndpoint', `${endpoint} cannot be bound: ${(error as Error).message}`);
    }
    if (lease !== null) this.sweeper = setInterval(() => this.endLeases(lease), Math.min(1000, lease * 250)).unref();
    return this.socket.lastEndpoint!;
  }

  /** Serves until `close`. */
  async run(): Promise<void> {
    let turn = performance.now();
    for await (const [identity, ...frames] of this.socket) {
      this.take(identity!, frames);
      if (performance.now() - turn < TURN_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turn = performance.now();
    }
  }

  close(): void {
    clearInterval(this.sweeper);
    for (const key of this.clients.keys()) this.forget(key);
    this.stopAuthentication();
    this.socket.close();
  }

  /** Reads a message. `cancel` and a full queue are answered at once. */
  private take(identity: Buffer, frames: Buffer[]): void {
    const key = identity.toString('latin1');
    if (frames.length === 1 && frames[0].length === 0) {
      this.forget(key);
      return;
    }
    const client = this.clients.get(key) ?? this.open(key, identity);
    client.heard = performance.now();
    const request = this.read(client, frames);
    if (request.error === null && request.op === 'cancel') this.cancel(client, request);
    else if (client.waiting.length >= this.limits.max_waiting) this.fail(client, request.id, busy(this.limits));
    else if (client.waiting.length > 0 && client.waitingBytes + request.bytes > this.limits.max_frame_bytes) {
      this.fail(client, request.id, tooLarge(this.limits));
    } else {
      client.waiting.push(request);
      client.waitingBytes += request.bytes;
      if (!client.isBusy && !client.replies.isFull) this.carryOut(client);
    }
  }

  private open(key: string, identity: Buffer): Client {
    const client: Client = {
      session: this.options.open(),
      waiting: [],
      replies: new ReplyQueue(this.socket, identity, () => client.isBusy || this.goOn(client)),
      waitingBytes: 0,
      greeted: false,
      isBusy: false,
      heard: 0,
    };
    this.clients.set(key, client);
    return client;
  }

  /** The client's connection has ended, or its lease. */
  private forget(key: string): void {
    const client = this.clients.get(key);
    this.clients.delete(key);
    if (client === undefined) return;
    client.waiting.length = 0;
    client.replies.close();
    client.session.close();
  }

  /** Reads a request; its values only where the client was greeted and the operation has such arguments. */
  private read(client: Client, frames: Buffer[]): Request {
    let id = 0;
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    try {
      const fields = readHeader(frames, this.limits);
      id = idIn(fields);
      checkEnvelope(fields);
      const op = fields.op as string;
      if (op !== 'hello' && !client.greeted) throw notGreeted(op);
      if (op !== 'cancel') client.session.checkNames(op, fields);
      return { id, op, fields: resolve(fields, frames, this.limits), error: null, bytes };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return { id, op: '', fields: {}, error, bytes: 0 };
    }
  }

  /** Carries out the request that waits longest. */
  private carryOut(client: Client): void {
    const request = client.waiting.shift();
    client.isBusy = request !== undefined;
    if (request === undefined) return;
    client.waitingBytes -= request.bytes;
    try {
      const fields = this.answer(client, request);
      if (fields instanceof Promise) {
        fields
          .then((later) => this.reply(client, request, later))
          .catch((error) => this.refuse(client, request, error))
          .finally(() => {
            client.heard = performance.now();
            this.goOn(client);
          });
        return;
      }
      this.reply(client, request, fields);
    } catch (error) {
      this.refuse(client, request, error);
    }
    this.goOn(client);
  }

  /** After a request: the next one that waits, after the others' turn; none while the client does not read its replies. */
  private goOn(client: Client): void {
    client.isBusy = client.waiting.length > 0 && !client.replies.isFull;
    if (client.isBusy) setImmediate(() => this.carryOut(client));
  }

  private answer(client: Client, { op, fields, error }: Request): Header | Promise<Header> {
    if (error !== null) throw error;
    const reply = client.session.carryOut(op, fields);
    client.greeted = true;
    return reply;
  }

  private cancel(client: Client, { id, fields: { target, ...rest } }: Request): void {
    if (!Number.isSafeInteger(target) || Object.keys(rest).length > 3) {
      this.fail(client, id, new BridgeError('BadArgument', 'cancel: wrong arguments', { expected: 'target: an int' }));
      return;
    }
    const at = client.waiting.findIndex((request) => request.id === target);
    if (at >= 0) {
      client.waitingBytes -= client.waiting.splice(at, 1)[0].bytes;
      const error = new BridgeError('Cancelled', `request ${target} was cancelled before it was carried out`);
      this.fail(client, target as number, error);
    }
    client.replies.post(encode({ v: PROTOCOL_VERSION, id, ok: true, cancelled: at >= 0 }));
  }

  private reply({ replies }: Client, { id }: Request, fields: Header): void {
    replies.post(encode({ v: PROTOCOL_VERSION, id, ok: true, ...fields }, this.limits));
  }

  private refuse(client: Client, { id, op }: Request, error: unknown): void {
    this.fail(client, id, error instanceof BridgeError ? error : this.options.fault(error, op));
  }

  private fail({ replies }: Client, id: number, { code, reason, expected, remedy, ...rest }: BridgeError): void {
    const { exception, traceback } = rest as { exception?: string; traceback?: string };
    const error = { code, message: reason, expected, remedy, exception, traceback };
    replies.post(encode({ v: PROTOCOL_VERSION, id, ok: false, error }));
  }

  private endLeases(lease: number): void {
    const limit = performance.now() - lease * 1000;
    for (const [key, client] of this.clients) {
      if (client.heard < limit && !client.isBusy) this.forget(key);
    }
  }
}
