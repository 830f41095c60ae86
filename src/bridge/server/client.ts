import { performance } from 'node:perf_hooks';
import { BridgeError } from '../errors.js';
import { readHeader, resolve } from '../message/decode.js';
import { type Limits, PROTOCOL_VERSION } from '../message/limits.js';
import type { Header } from '../message/message.js';
import { checkEnvelope, idIn } from './envelope.js';
import type { Lane } from './lane.js';
import { busy, errorFields, notGreeted, tooLarge, wrongWay } from './refusals.js';
import type { Replies } from './replies.js';

/** What carries out the requests of one client, one after the other. */
export interface Session {
  /** Before anything is made of a request's values. @throws BridgeError where there is no such operation, or no argument of a name */
  checkNames(op: string, fields: Header): void;
  /** @returns the fields of the reply; a promise where the answer must wait, and the client's later requests with it */
  carryOut(op: string, fields: Header): Header | Promise<Header>;
  /** The client is gone. */
  close(): void;
}

export interface ClientOptions {
  readonly session: Session;
  readonly limits: Limits;
  /** The error for what a session throws that is no BridgeError. */
  readonly fault: (error: unknown, op: string) => BridgeError;
  /** The way back over ZeroMQ. @param onDrain called when it is no longer full */
  readonly zeromq: (onDrain: () => void) => Replies;
  /** What the reply to hello says of the lane. */
  readonly offerLane: (client: Client) => { path: string; token: string } | null;
}

interface Request {
  readonly id: number;
  readonly op: string;
  readonly fields: Header;
  readonly error: BridgeError | null;
  /** Of its frames, as they came. */
  readonly bytes: number;
  /** The way that its reply takes. */
  readonly via: Replies;
}

/** One client of a server: its requests, whichever way they come, in order. */
export class Client {
  /** When something came from it, or was carried out for it. */
  heard = 0;
  readonly zeromq: Replies;
  private readonly options: ClientOptions;
  private lane: Lane | null = null;
  private readonly waiting: Request[] = [];
  /** Bytes of the requests that wait. */
  private waitingBytes = 0;
  private greeted = false;
  /** Whether something is under way that later requests wait for. */
  private busy = false;

  constructor(options: ClientOptions) {
    this.options = options;
    this.zeromq = options.zeromq(() => this.drained());
  }

  get isBusy(): boolean {
    return this.busy;
  }

  /** A message. `cancel` and a full queue are answered at once. */
  receive(frames: Uint8Array[], via: Replies): void {
    this.heard = performance.now();
    const { limits } = this.options;
    const request = this.read(frames, via);
    if (request.error === null && request.op === 'cancel') this.cancel(request);
    else if (this.waiting.length >= limits.max_waiting) this.fail(request, busy(limits));
    else if (this.waiting.length > 0 && this.waitingBytes + request.bytes > limits.max_frame_bytes) {
      this.fail(request, tooLarge(limits));
    } else {
      this.waiting.push(request);
      this.waitingBytes += request.bytes;
      if (!this.busy && !this.isFull) this.carryOut();
    }
  }

  /** The client's lane is open, in place of the one before. */
  openLane(lane: Lane): void {
    this.lane?.close();
    this.lane = lane;
    const { limits } = this.options;
    const onMessage = (frames: Uint8Array[]) => this.receive(frames, lane);
    lane.open(limits, { onMessage, onDrain: () => this.drained(), onEnd: () => this.loseLane(lane) }, this.zeromq);
  }

  /** The client's connection has ended, or its lease. */
  close(): void {
    this.waiting.length = 0;
    this.zeromq.close();
    this.lane?.close();
    this.options.session.close();
  }

  /** Requests of a lane that has ended are not carried out. */
  private loseLane(lane: Lane): void {
    if (this.lane === lane) this.lane = null;
    for (const request of this.waiting.splice(0)) {
      if (request.via === lane) this.waitingBytes -= request.bytes;
      else this.waiting.push(request);
    }
    this.drained();
  }

  private get isFull(): boolean {
    return this.zeromq.isFull || this.lane?.isFull === true;
  }

  /** Reads a request; its values only where the client was greeted and the operation has such arguments. */
  private read(frames: Uint8Array[], via: Replies): Request {
    const { session, limits } = this.options;
    let id = 0;
    let bytes = 0;
    for (const frame of frames) bytes += frame.length;
    try {
      const fields = readHeader(frames, limits);
      id = idIn(fields);
      checkEnvelope(fields);
      const op = fields.op as string;
      if (op !== 'hello' && !this.greeted) throw notGreeted(op);
      if (op === 'lane' || (op === 'hello' && via !== this.zeromq)) throw wrongWay(op);
      if (op !== 'cancel') session.checkNames(op, fields);
      return { id, op, fields: resolve(fields, frames, limits), error: null, bytes, via };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return { id, op: '', fields: {}, error, bytes: 0, via };
    }
  }

  /** Carries out the request that waits longest. */
  private carryOut(): void {
    const request = this.waiting.shift();
    this.busy = request !== undefined;
    if (request === undefined) return;
    this.waitingBytes -= request.bytes;
    try {
      const fields = this.answer(request);
      if (fields instanceof Promise) {
        fields
          .then((later) => this.reply(request, later))
          .catch((error) => this.refuse(request, error))
          .finally(() => {
            this.heard = performance.now();
            this.goOn();
          });
        return;
      }
      this.reply(request, fields);
    } catch (error) {
      this.refuse(request, error);
    }
    this.goOn();
  }

  /** After a request: the next one that waits, after the others' turn; none while the client does not read its replies. */
  private goOn(): void {
    this.busy = this.waiting.length > 0 && !this.isFull;
    if (this.busy) setImmediate(() => this.carryOut());
  }

  private drained(): void {
    if (!this.busy) this.goOn();
  }

  private answer({ op, fields, error }: Request): Header | Promise<Header> {
    if (error !== null) throw error;
    const reply = this.options.session.carryOut(op, fields);
    this.greeted = true;
    return reply;
  }

  private cancel(request: Request): void {
    const { target, ...rest } = request.fields;
    if (!Number.isSafeInteger(target) || Object.keys(rest).length > 3) {
      this.fail(request, new BridgeError('BadArgument', 'cancel: wrong arguments', { expected: 'target: an int' }));
      return;
    }
    const at = this.waiting.findIndex(({ id }) => id === target);
    if (at >= 0) {
      const [cancelled] = this.waiting.splice(at, 1);
      this.waitingBytes -= cancelled.bytes;
      this.fail(cancelled, new BridgeError('Cancelled', `request ${target} was cancelled before it was carried out`));
    }
    request.via.post({ v: PROTOCOL_VERSION, id: request.id, ok: true, cancelled: at >= 0 });
  }

  private reply({ id, op, via }: Request, fields: Header): void {
    const reply = { v: PROTOCOL_VERSION, id, ok: true, ...fields };
    via.post(op === 'hello' ? { ...reply, lane: this.options.offerLane(this) } : reply, this.options.limits);
  }

  private refuse(request: Request, error: unknown): void {
    this.fail(request, error instanceof BridgeError ? error : this.options.fault(error, request.op));
  }

  private fail({ id, via }: Request, error: BridgeError): void {
    via.post({ v: PROTOCOL_VERSION, id, ok: false, error: errorFields(error) });
  }
}
