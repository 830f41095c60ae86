import type { Router } from 'zeromq';
import { BridgeError } from '../errors.js';
import { LIMITS, type Limits } from '../message/limits.js';
import { readServerKeys, type ServerKeys } from '../socket/curve.js';
import { Client, type Session } from './client.js';
import { isIPv6, prepareEndpoint } from './endpoint.js';
import { LaneListener } from './laneListener.js';
import { ReplyQueue } from './replyQueue.js';
import { makeSocket } from './routerSocket.js';
import { nextTurn, TURN_MS } from './turns.js';
import { authenticate, ZAP_DOMAIN } from './zap.js';

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

/**
 * The serving side of docs/protocol.md on one ROUTER socket: envelopes, order, limits, leases and keys. What the operations are is the
 * sessions' business. Requests are carried out as they come in; ZeroMQ takes them from the connections in turn. Beside an ipc socket there is a
 * lane.
 */
export class RouterServer {
  private readonly options: RouterOptions;
  private readonly limits: Limits;
  private readonly socket: Router;
  private readonly clients = new Map<string, Client>();
  /** Null where none can be opened. */
  private lanes: LaneListener | null = null;
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
    const bound = this.socket.lastEndpoint!;
    // Another than was asked for is in a folder that was not checked.
    if (bound === endpoint) this.lanes = await LaneListener.beside(bound, this.limits);
    return bound;
  }

  /** Serves until `close`. */
  async run(): Promise<void> {
    let turn = performance.now();
    for await (const [identity, ...frames] of this.socket) {
      this.take(identity!, frames);
      if (performance.now() - turn < TURN_MS) continue;
      await nextTurn();
      turn = performance.now();
    }
  }

  close(): void {
    clearInterval(this.sweeper);
    for (const key of this.clients.keys()) this.forget(key);
    this.lanes?.close();
    this.stopAuthentication();
    this.socket.close();
  }

  private take(identity: Buffer, frames: Buffer[]): void {
    const key = identity.toString('latin1');
    if (frames.length === 1 && frames[0].length === 0) {
      this.forget(key);
      return;
    }
    const client = this.clients.get(key) ?? this.open(key, identity);
    client.receive(frames, client.zeromq);
  }

  private open(key: string, identity: Buffer): Client {
    const { limits } = this;
    const { open, fault } = this.options;
    const client = new Client({
      session: open(),
      limits,
      fault,
      zeromq: (onDrain) => new ReplyQueue(this.socket, identity, onDrain),
      offerLane: (client) => this.lanes?.offer(client) ?? null,
    });
    this.clients.set(key, client);
    return client;
  }

  /** The client's connection has ended, or its lease. */
  private forget(key: string): void {
    const client = this.clients.get(key);
    this.clients.delete(key);
    if (client === undefined) return;
    this.lanes?.forget(client);
    client.close();
  }

  private endLeases(lease: number): void {
    const limit = performance.now() - lease * 1000;
    for (const [key, client] of this.clients) {
      if (client.heard < limit && !client.isBusy) this.forget(key);
    }
  }
}
