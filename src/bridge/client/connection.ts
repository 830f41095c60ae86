import { performance } from 'node:perf_hooks';
import type { Dealer } from 'zeromq';
import { version } from '../../version.js';
import { BridgeError, ProtocolMismatchError, RequestTimeoutError } from '../errors.js';
import { decode, idOf } from '../message/decode.js';
import { encode } from '../message/encode.js';
import { LIMITS, type Limits, PROTOCOL_VERSION } from '../message/limits.js';
import type { Header } from '../message/message.js';
import { connectSocket, makeSocket, onBreak } from '../socket/dealer.js';
import { Outbox } from '../socket/outbox.js';
import {
  type CallOptions,
  type ConnectionOptions,
  copySmall,
  type Hello,
  limitsOf,
  lostError,
  type Pending,
  replyError,
  replyLimitsOf,
} from './request.js';

const SWEEP_MS = 50;

/**
 * One DEALER socket. Any number of callers may call `request` at once: one loop writes, one loop reads, and the id of a
 * reply says whose it is. Nothing here keeps Node alive while no request is pending.
 */
export class Connection {
  readonly name: string;
  /** The server's answer to `hello`; set by `hello()`. */
  server: Hello | undefined;
  private readonly socket: Dealer;
  private readonly timeout: number;
  private maxInFlight: number;
  /** The server's limits, for what is sent to it, and those that its replies are held to. */
  private limits: Limits = LIMITS;
  private replyLimits: Limits = LIMITS;
  private readonly pending = new Map<number, Pending>();
  private readonly waiting: Pending[] = [];
  private readonly outbox: Outbox;
  private readonly sweeper: NodeJS.Timeout;
  /** Requests given up that the server may still be busy with. */
  private readonly abandoned = new Set<number>();
  private inFlight = 0;
  private lastId = 0;
  private lastSent = performance.now();
  private isReading = false;
  private failure: unknown;

  constructor({ endpoint, name, curve, timeout, maxInFlight, isOwn }: ConnectionOptions) {
    this.name = name ?? `the environment server at ${endpoint}`;
    this.timeout = timeout ?? 60_000;
    this.maxInFlight = maxInFlight ?? 64;
    this.socket = makeSocket(curve);
    this.outbox = new Outbox(this.socket, (error) => this.fail(this.broken(error)));
    if (!isOwn) onBreak(this.socket, () => this.loseAll());
    connectSocket(this.socket, endpoint);
    // One timer for all deadlines.
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** The first request. @throws ProtocolMismatchError, RequestTimeoutError */
  async hello(options: CallOptions = {}): Promise<Hello> {
    const client = { name: 'mirrorflow', version };
    const server = (await this.request('hello', { client }, 'hello', options)) as unknown as Hello;
    this.limits = limitsOf(server);
    this.replyLimits = replyLimitsOf(this.limits);
    // More would be answered with Busy.
    this.maxInFlight = Math.min(this.maxInFlight, this.limits.max_waiting);
    this.server = server;
    return server;
  }

  /** Whether the server has requests that it has not answered, as far as we know. */
  get isBusy(): boolean {
    return this.pending.size > 0 || this.abandoned.size > 0;
  }

  /** Why the connection can no longer be used; undefined while it can. */
  get failed(): unknown {
    return this.failure;
  }

  /** What the oldest pending request is, in words. */
  get oldestRequest(): string | undefined {
    return this.pending.values().next().value?.what;
  }

  /**
   * Sends a request and waits for its reply.
   * @param what the request in words, for errors
   * @throws ServerError, RequestTimeoutError, ServerDiedError, BridgeError; the signal's reason if it aborts
   */
  request(op: string, fields: Header, what: string, options: CallOptions = {}): Promise<Header> {
    const { signal, timeout = this.timeout } = options;
    return new Promise((resolve, reject) => {
      if (this.failure) throw this.failure;
      // Also refuses NaN.
      if (!(timeout > 0))
        throw new BridgeError('BadArgument', `${what}: timeout is ${timeout}`, {
          expected: 'milliseconds, more than 0',
        });
      signal?.throwIfAborted();
      const id = ++this.lastId;
      const frames = copySmall(encode({ v: PROTOCOL_VERSION, id, op, ...fields }, this.limits));
      const request: Pending = {
        id,
        what,
        started: performance.now(),
        timeout,
        resolve,
        reject,
        frames,
        sent: false,
      };
      if (signal) {
        const abort = () => this.giveUp(request, signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        request.stopListening = () => signal.removeEventListener('abort', abort);
      }
      this.pending.set(id, request);
      this.waiting.push(request);
      this.sendWaiting();
      if (!this.isReading) void this.read();
    });
  }

  /** Ends the connection; every pending request rejects with `error`, and so does every later one. */
  fail(error: unknown): void {
    if (this.failure) return;
    this.failure = error;
    clearInterval(this.sweeper);
    for (const request of [...this.pending.values()]) this.settle(request).reject(error);
    this.waiting.length = 0;
    this.outbox.clear();
    this.socket.close();
  }

  /** Ends the connection. */
  close(): void {
    this.fail(new BridgeError('Closed', `the connection to ${this.name} was closed`));
  }

  /** Every pending request rejects; the connection is taken up again by itself, for later ones. */
  private loseAll(): void {
    // First those that wait for their turn, so that none of them is sent.
    for (const request of [...this.pending.values()].reverse())
      this.settle(request).reject(lostError(this.name, request.what));
    this.abandoned.clear();
  }

  private sendWaiting(): void {
    while (this.inFlight < this.maxInFlight && this.waiting.length > 0) {
      const request = this.waiting.shift()!;
      request.sent = true;
      this.inFlight++;
      this.post(request.frames);
    }
  }

  private post(frames: Uint8Array[]): void {
    this.lastSent = performance.now();
    this.outbox.post(frames);
  }

  /** The one reader. It runs only while something is awaited. */
  private async read(): Promise<void> {
    this.isReading = true;
    try {
      while (this.pending.size > 0) {
        let frames: Buffer[];
        try {
          frames = (await this.socket.receive()) as Buffer[];
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EAGAIN') continue;
          throw error;
        }
        this.dispatch(frames);
      }
    } catch (error) {
      this.fail(error instanceof BridgeError ? error : this.broken(error));
    } finally {
      this.isReading = false;
    }
  }

  private dispatch(frames: Buffer[]): void {
    let reply: Header;
    try {
      reply = decode(frames, this.replyLimits);
    } catch (error) {
      // If its id can be read, only the request that it answers is lost.
      const request = this.pending.get(idOf(frames, this.replyLimits) ?? -1);
      if (!request) throw error;
      this.settle(request).reject(error);
      return;
    }
    if (reply.v !== PROTOCOL_VERSION) {
      throw new ProtocolMismatchError(
        `${this.name} speaks version ${typeof reply.v === 'number' ? reply.v : 'unknown'} of the protocol; this client speaks ${PROTOCOL_VERSION}.`,
      );
    }
    // An id that nobody waits for is that of a request given up.
    const request = this.pending.get(reply.id as number);
    if (!request) this.abandoned.delete(reply.id as number);
    if (reply.ok === true) {
      if (request) this.settle(request).resolve(reply);
      return;
    }
    const error = replyError(this.name, reply.error, request?.what);
    if (request) this.settle(request).reject(error);
    // The server could not read some message of ours; none that is pending can be trusted to be answered.
    else if (reply.id === 0) throw error;
  }

  /** Takes a request off the books. */
  private settle(request: Pending): Pending {
    this.pending.delete(request.id);
    request.stopListening?.();
    if (request.sent) {
      this.inFlight--;
      if (this.waiting.length > 0) this.sendWaiting();
    } else {
      const at = this.waiting.indexOf(request);
      if (at >= 0) this.waiting.splice(at, 1);
    }
    return request;
  }

  private giveUp(request: Pending, error: unknown): void {
    if (!this.pending.has(request.id)) return;
    this.settle(request).reject(error);
    // Nobody waits for the answer to `cancel`, so there is no entry for it.
    if (request.sent) {
      this.abandoned.add(request.id);
      this.post(encode({ v: PROTOCOL_VERSION, id: ++this.lastId, op: 'cancel', target: request.id }, this.limits));
    }
  }

  private sweep(): void {
    const now = performance.now();
    for (const request of this.pending.values()) {
      const waited = now - request.started;
      if (waited < request.timeout) continue;
      this.giveUp(request, new RequestTimeoutError(this.name, request.what, waited, request.timeout));
    }
    const lease = this.server?.lease;
    if (lease && this.pending.size === 0 && now - this.lastSent > (lease * 1000) / 3) {
      this.request('ping', {}, 'ping').catch((error) => this.fail(error));
    }
  }

  private broken(error: unknown): BridgeError {
    return new BridgeError('ConnectionLost', `the connection to ${this.name} broke: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
