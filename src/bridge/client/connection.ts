import { performance } from 'node:perf_hooks';
import { version } from '../../version.js';
import { BridgeError, ProtocolMismatchError, RequestTimeoutError } from '../errors.js';
import { decode, idOf } from '../message/decode.js';
import { LIMITS, type Limits, PROTOCOL_VERSION } from '../message/limits.js';
import type { Header } from '../message/message.js';
import { LaneWay } from './laneWay.js';
import {
  type CallOptions,
  type ConnectionOptions,
  type Hello,
  limitsOf,
  lostError,
  type Pending,
  replyError,
  replyLimitsOf,
} from './request.js';
import { Requests } from './requests.js';
import type { Way, WayHandlers } from './way.js';
import { ZeroMqWay } from './zeromqWay.js';

const SWEEP_MS = 50;
/** Milliseconds from the end of the lane of our own server to that of its process, which says why. */
const EXIT_MS = 1_000;
/** Milliseconds that opening a lane may take; then there is none. */
const OPEN_MS = 5_000;

/**
 * One client of a server. Any number of callers may call `request` at once: the id of a reply says whose it is. Requests take the lane
 * where there is one, else ZeroMQ; none is on both ways at once, so that they stay in order. Nothing here keeps Node alive while no
 * request is pending.
 */
export class Connection {
  readonly name: string;
  /** The server's answer to `hello`; set by `hello()`. */
  server: Hello | undefined;
  private readonly zeromq: ZeroMqWay;
  private lane: LaneWay | undefined;
  private readonly wantsLane: boolean;
  private readonly isOwn: boolean;
  private readonly timeout: number;
  /** The server's limits, for what is sent to it, and those that its replies are held to. */
  private limits: Limits = LIMITS;
  private replyLimits: Limits = LIMITS;
  private readonly requests: Requests;
  private readonly sweeper: NodeJS.Timeout;
  private lastId = 0;
  private lastSent = performance.now();
  private failure: unknown;
  /** What becomes of what comes, whichever way. */
  private readonly handlers: WayHandlers = {
    onMessage: (frames) => this.dispatch(frames),
    onError: (error) => this.fail(error instanceof BridgeError ? error : this.broken(error)),
  };

  constructor({ endpoint, name, curve, timeout, maxInFlight, transport, isOwn }: ConnectionOptions) {
    this.name = name ?? `the environment server at ${endpoint}`;
    this.timeout = timeout ?? 60_000;
    this.requests = new Requests(maxInFlight ?? 64, (way, message) => this.post(way, message));
    this.wantsLane = transport !== 'zeromq';
    this.isOwn = isOwn === true;
    const onBreak = isOwn ? {} : { onBreak: () => this.loseAll() };
    this.zeromq = new ZeroMqWay({ endpoint, curve }, { ...this.handlers, ...onBreak });
    // One timer for all deadlines.
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** The first request, and the opening of the lane where the server offers one. @throws ProtocolMismatchError, RequestTimeoutError */
  async hello(options: CallOptions = {}): Promise<Hello> {
    const client = { name: 'mirrorflow', version };
    const server = (await this.request('hello', { client }, 'hello', options)) as unknown as Hello;
    this.limits = limitsOf(server);
    this.replyLimits = replyLimitsOf(this.limits);
    // More would be answered with Busy.
    this.requests.maxInFlight = Math.min(this.requests.maxInFlight, this.limits.max_waiting);
    this.server = server;
    const { path, token } = (this.wantsLane && server.lane) || {};
    if (typeof path === 'string' && typeof token === 'string') await this.openLane(path, token, options);
    return server;
  }

  /** How requests travel. */
  get transport(): 'lane' | 'zeromq' {
    return this.lane ? 'lane' : 'zeromq';
  }

  /** Whether the server has requests that it has not answered, as far as we know. */
  get isBusy(): boolean {
    return this.requests.isBusy;
  }

  /** Why the connection can no longer be used; undefined while it can. */
  get failed(): unknown {
    return this.failure;
  }

  /** What the oldest pending request is, in words. */
  get oldestRequest(): string | undefined {
    for (const { what } of this.requests.all()) return what;
    return undefined;
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
      const request: Pending = {
        id,
        what,
        started: performance.now(),
        timeout,
        resolve,
        reject,
        ...this.prepare({ v: PROTOCOL_VERSION, id, op, ...fields }),
        sent: false,
      };
      if (signal) {
        const abort = () => this.giveUp(request, signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        request.stopListening = () => signal.removeEventListener('abort', abort);
      }
      this.requests.add(request);
    });
  }

  /** Ends the connection; every pending request rejects with `error`, and so does every later one. */
  fail(error: unknown): void {
    if (this.failure) return;
    this.failure = error;
    clearInterval(this.sweeper);
    this.requests.lose(() => error);
    this.lane?.close();
    this.zeromq.close();
  }

  /** Ends the connection. */
  close(): void {
    this.fail(new BridgeError('Closed', `the connection to ${this.name} was closed`));
  }

  /** A lane that cannot be opened is none: ZeroMQ carries everything. */
  private async openLane(path: string, token: string, { signal }: CallOptions): Promise<void> {
    try {
      const lane = await LaneWay.connect(path, {
        ...this.handlers,
        onEnd: () => this.loseLane(lane),
      });
      lane.limits = this.replyLimits;
      this.lane = lane;
      await this.request('lane', { token }, 'the opening of the lane', {
        signal,
        timeout: Math.min(OPEN_MS, this.timeout),
      });
    } catch (error) {
      this.lane?.close();
      this.lane = undefined;
      if (this.failure || signal?.aborted) throw error;
    }
  }

  /** The lane ended. That of our own server ends with its process, whose end is told by itself. */
  private loseLane(lane: LaneWay): void {
    if (this.lane === lane) this.lane = undefined;
    const lose = () => this.loseAll(({ way }) => way === lane);
    if (!this.isOwn) {
      lose();
      return;
    }
    const timer = setTimeout(lose, EXIT_MS);
    // Nothing else may keep the program until the end of the process is told.
    if (![...this.requests.all()].some(({ way }) => way === lane)) timer.unref();
  }

  /** Pending requests reject; the connection is taken up again by itself, for later ones. */
  private loseAll(isLost?: (request: Pending) => boolean): void {
    this.requests.lose(({ what }) => lostError(this.name, what), isLost);
  }

  /** A request's way, and its form there. */
  private prepare(header: Header): { way: Way; message: Uint8Array[] } {
    const way = this.lane;
    const message = way && header.op !== 'hello' ? way.encode(header, this.limits) : null;
    if (way && message) return { way, message };
    return { way: this.zeromq, message: this.zeromq.encode(header, this.limits) };
  }

  private post(way: Way, message: Uint8Array[]): void {
    this.lastSent = performance.now();
    way.post(message);
  }

  /** @throws BridgeError where no reply can be trusted any more */
  private dispatch(frames: Uint8Array[]): void {
    const { requests } = this;
    let reply: Header;
    try {
      reply = decode(frames, this.replyLimits);
    } catch (error) {
      // If its id can be read, only the request that it answers is lost.
      const request = requests.get(idOf(frames, this.replyLimits) ?? -1);
      if (!request) throw error;
      requests.settle(request).reject(error);
      return;
    }
    if (reply.v !== PROTOCOL_VERSION) {
      throw new ProtocolMismatchError(
        `${this.name} speaks version ${typeof reply.v === 'number' ? reply.v : 'unknown'} of the protocol; this client speaks ${PROTOCOL_VERSION}.`,
      );
    }
    const request = requests.get(reply.id as number);
    if (!request) requests.answered(reply.id as number);
    if (reply.ok === true) {
      if (request && reply.elsewhere === true) requests.move(request, this.zeromq);
      else if (request) requests.settle(request).resolve(reply);
      return;
    }
    const error = replyError(this.name, reply.error, request?.what);
    if (request) requests.settle(request).reject(error);
    // The server could not read some message of ours; none that is pending can be trusted to be answered.
    else if (reply.id === 0) throw error;
  }

  private giveUp(request: Pending, error: unknown): void {
    const { requests, lane, zeromq } = this;
    if (requests.get(request.id) !== request) return;
    requests.settle(request).reject(error);
    if (!request.sent) return;
    requests.abandon(request);
    const { way } = request;
    // Nobody waits for the answer to `cancel`, so there is no entry for it. It must not overtake what it cancels.
    if (way !== zeromq && way !== lane) return;
    this.post(
      way,
      way.encode({ v: PROTOCOL_VERSION, id: ++this.lastId, op: 'cancel', target: request.id }, this.limits)!,
    );
  }

  private sweep(): void {
    const now = performance.now();
    for (const request of this.requests.all()) {
      const waited = now - request.started;
      if (waited < request.timeout) continue;
      this.giveUp(request, new RequestTimeoutError(this.name, request.what, waited, request.timeout));
    }
    const lease = this.server?.lease;
    if (lease && this.requests.isIdle && now - this.lastSent > (lease * 1000) / 3) {
      this.request('ping', {}, 'ping').catch((error) => this.fail(error));
    }
  }

  private broken(error: unknown): BridgeError {
    return new BridgeError('ConnectionLost', `the connection to ${this.name} broke: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
