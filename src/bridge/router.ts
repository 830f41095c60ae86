import { Router } from 'zeromq';
import { readServerKeys, type ServerKeys } from './curve.js';
import { decode, idOf } from './decode.js';
import { encode } from './encode.js';
import { prepareEndpoint } from './endpoint.js';
import { checkEnvelope, idIn } from './envelope.js';
import { BridgeError } from './errors.js';
import { LIMITS, type Limits, PROTOCOL_VERSION } from './limits.js';
import type { Header } from './message.js';
import { Outbox } from './outbox.js';
import { authenticate, ZAP_DOMAIN } from './zap.js';

/** What carries out the requests of one client, one after the other. */
export interface Session {
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
}

interface Client {
  readonly session: Session;
  readonly waiting: Request[];
  greeted: boolean;
  /** Whether an answer is under way that later requests wait for. */
  isBusy: boolean;
  heard: number;
}

/**
 * The serving side of docs/protocol.md on one ROUTER socket: envelopes, order, limits, leases and keys. What the operations are is the
 * sessions' business. Requests are carried out as they come in; ZeroMQ takes them from the connections in turn.
 */
export class RouterServer {
  private readonly options: RouterOptions;
  private readonly limits: Limits;
  private readonly socket: Router;
  private readonly clients = new Map<string, Client>();
  private readonly outbox: Outbox;
  private sweeper: NodeJS.Timeout | undefined;
  private stopAuthentication = () => {};

  constructor(options: RouterOptions) {
    this.options = options;
    this.limits = options.limits ?? LIMITS;
    this.socket = new Router({
      linger: 200,
      maxMessageSize: Math.max(this.limits.max_frame_bytes, this.limits.max_header_bytes),
      receiveHighWaterMark: 2 * this.limits.max_waiting,
      // ZeroMQ drops replies beyond this: only a client that sends on and on without reading comes near it.
      sendHighWaterMark: 16 * this.limits.max_waiting,
    });
    this.outbox = new Outbox(this.socket, (error) => {
      throw error;
    });
  }

  /** Binds the endpoint. @returns it as it is, with the port that was chosen. @throws BridgeError BadEndpoint, BadKeys */
  async bind(endpoint: string): Promise<string> {
    const { curve, lease } = this.options;
    prepareEndpoint(endpoint, curve !== undefined);
    if (curve !== undefined) {
      const { options, known } = readServerKeys(curve);
      this.stopAuthentication = await authenticate(known);
      Object.assign(this.socket, options, { zapDomain: ZAP_DOMAIN });
    }
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
    for await (const [identity, ...frames] of this.socket) this.take(identity!, frames);
  }

  close(): void {
    clearInterval(this.sweeper);
    for (const client of this.clients.values()) client.session.close();
    this.clients.clear();
    this.stopAuthentication();
    this.socket.close();
  }

  /** Reads a message. `cancel` and a full queue are answered at once. */
  private take(identity: Buffer, frames: Buffer[]): void {
    const key = identity.toString('latin1');
    let client = this.clients.get(key);
    if (client === undefined) {
      client = { session: this.options.open(), waiting: [], greeted: false, isBusy: false, heard: 0 };
      this.clients.set(key, client);
    }
    client.heard = performance.now();
    const request = this.read(frames);
    if (request.error === null && request.op === 'cancel' && client.greeted) this.cancel(identity, client, request);
    else if (client.waiting.length >= this.limits.max_waiting) this.fail(identity, request.id, busy(this.limits));
    else {
      client.waiting.push(request);
      if (!client.isBusy) this.carryOut(identity, client);
    }
  }

  private read(frames: Buffer[]): Request {
    let id = 0;
    try {
      const fields = decode(frames, this.limits);
      id = idIn(fields);
      checkEnvelope(fields);
      return { id, op: fields.op as string, fields, error: null };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return { id: id || idIn({ id: idOf(frames, this.limits) }), op: '', fields: {}, error };
    }
  }

  /** Carries out what waits, as far as the answers do not have to wait. */
  private carryOut(identity: Buffer, client: Client): void {
    while (client.waiting.length > 0 && !client.isBusy) {
      const request = client.waiting.shift()!;
      try {
        const fields = this.answer(client, request);
        if (!(fields instanceof Promise)) {
          this.reply(identity, request, fields);
          continue;
        }
        client.isBusy = true;
        fields
          .then((later) => this.reply(identity, request, later))
          .catch((error) => this.refuse(identity, request, error))
          .finally(() => {
            client.isBusy = false;
            client.heard = performance.now();
            this.carryOut(identity, client);
          });
      } catch (error) {
        this.refuse(identity, request, error);
      }
    }
  }

  private answer(client: Client, { op, fields, error }: Request): Header | Promise<Header> {
    if (error !== null) throw error;
    if (!client.greeted && op !== 'hello') {
      throw new BridgeError(
        'NotGreeted',
        `${op} without a hello: this client is new to the server, or its lease ran out`,
        {
          remedy: 'send hello first',
        },
      );
    }
    const reply = client.session.carryOut(op, fields);
    client.greeted = true;
    return reply;
  }

  private cancel(identity: Buffer, client: Client, { id, fields: { target, ...rest } }: Request): void {
    if (!Number.isSafeInteger(target) || Object.keys(rest).length > 3) {
      this.fail(
        identity,
        id,
        new BridgeError('BadArgument', 'cancel: wrong arguments', { expected: 'target: an int' }),
      );
      return;
    }
    const at = client.waiting.findIndex((request) => request.id === target);
    if (at >= 0) {
      client.waiting.splice(at, 1);
      const error = new BridgeError('Cancelled', `request ${target} was cancelled before it was carried out`);
      this.fail(identity, target as number, error);
    }
    this.outbox.post([identity, ...encode({ v: PROTOCOL_VERSION, id, ok: true, cancelled: at >= 0 })]);
  }

  private reply(identity: Buffer, { id }: Request, fields: Header): void {
    this.outbox.post([identity, ...encode({ v: PROTOCOL_VERSION, id, ok: true, ...fields }, this.limits)]);
  }

  private refuse(identity: Buffer, { id, op }: Request, error: unknown): void {
    this.fail(identity, id, error instanceof BridgeError ? error : this.options.fault(error, op));
  }

  private fail(identity: Buffer, id: number, { code, reason, expected, remedy, ...rest }: BridgeError): void {
    const { exception, traceback } = rest as { exception?: string; traceback?: string };
    const error = { code, message: reason, expected, remedy, exception, traceback };
    this.outbox.post([identity, ...encode({ v: PROTOCOL_VERSION, id, ok: false, error })]);
  }

  private endLeases(lease: number): void {
    const limit = performance.now() - lease * 1000;
    for (const [key, client] of this.clients) {
      if (client.heard >= limit || client.isBusy) continue;
      client.session.close();
      this.clients.delete(key);
    }
  }
}

function busy({ max_waiting }: Limits): BridgeError {
  return new BridgeError('Busy', `${max_waiting} requests of this client wait already (max_waiting)`, {
    remedy: 'wait for replies before sending more',
  });
}
