import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { BridgeError } from '../errors.js';
import { LaneReader } from '../lane/reader.js';
import { encodeForLane } from '../message/encode.js';
import { type Limits, PROTOCOL_VERSION } from '../message/limits.js';
import type { Header } from '../message/message.js';
import { errorFields } from './refusals.js';
import { MOST_BYTES, type Replies } from './replies.js';
import { nextTurn, TURN_MS } from './turns.js';

/** Replies to one client that may wait, however small they are. */
const MOST_REPLIES = 2_048;
/** Bytes that are read before others may have their turn. */
const PIECE = 8_192;
/** Bytes of replies that leave together, at most. */
const TOGETHER = 65_536;
/** Milliseconds in which a client reads a last reply. */
const END_MS = 5_000;

/** What becomes of a lane. */
export interface LaneHandlers {
  /** The header of a message, and its body where there is one. */
  readonly onMessage: (frames: Uint8Array[]) => void;
  /** Replies may be made again. */
  readonly onDrain: () => void;
  /** Nothing more comes or goes. */
  readonly onEnd: () => void;
}

/**
 * A connection to the lane (docs/protocol.md): cuts its bytes into messages and sends the replies. It reads no further while its client does
 * not read.
 */
export class Lane implements Replies {
  private handlers: LaneHandlers;
  /** Where replies go that are larger than a lane's body. */
  private elsewhere: Replies | null = null;
  private readonly socket: Socket;
  private readonly reader: LaneReader;
  /** What was read and has to wait for its turn. */
  private rest: Buffer | null = null;
  private turn = 0;
  private isResting = false;
  private isReading = false;
  private isClosed = false;
  /** Replies to what is being read; they leave together. */
  private readonly held: Uint8Array[] = [];
  private heldBytes = 0;
  /** Replies since none waited. */
  private replies = 0;

  constructor(socket: Socket, limits: Limits, handlers: LaneHandlers) {
    this.socket = socket;
    this.handlers = handlers;
    this.reader = new LaneReader(limits, (frames) => {
      if (!this.isClosed) this.handlers.onMessage(frames);
    });
    socket
      .on('data', (chunk: Buffer) => this.take(chunk))
      .on('drain', () => this.drained())
      // What an error means is said by the end that follows it.
      .on('error', () => {})
      .on('end', () => this.close())
      .on('close', () => this.ended());
  }

  /** From the next message on it is a client's. @param elsewhere where replies go that are larger than a lane's body */
  open(limits: Limits, handlers: LaneHandlers, elsewhere: Replies): void {
    this.reader.limits = limits;
    this.handlers = handlers;
    this.elsewhere = elsewhere;
  }

  get isFull(): boolean {
    const { writableNeedDrain, writableLength } = this.socket;
    return writableNeedDrain && (writableLength > MOST_BYTES || this.replies > MOST_REPLIES);
  }

  post(reply: Header, limits?: Limits): void {
    if (this.isClosed) return;
    const bytes = encodeForLane(reply, limits);
    if (bytes !== null) {
      this.send(bytes);
      return;
    }
    this.elsewhere?.post(reply, limits);
    this.send(encodeForLane({ v: PROTOCOL_VERSION, id: reply.id, ok: true, elsewhere: true })!);
  }

  close(): void {
    this.socket.destroy();
    this.ended();
  }

  /** Sends a last reply, that the client's message cannot be read or is refused, and ends. */
  fail(id: number, error: BridgeError): void {
    this.post({ v: PROTOCOL_VERSION, id, ok: false, error: errorFields(error) });
    this.flush();
    this.ended();
    this.socket.pause();
    this.socket.destroySoon();
    setTimeout(() => this.socket.destroy(), END_MS).unref();
  }

  private take(chunk: Buffer): void {
    if (this.isClosed) return;
    let at = 0;
    do {
      const room = this.reader.room();
      const n = Math.min(room.length, PIECE, chunk.length - at);
      room.set(n === chunk.length ? chunk : chunk.subarray(at, at + n));
      this.read(n);
      if (this.isClosed) return;
      at += n;
      if (chunk.length > PIECE && this.mustRest()) break;
    } while (at < chunk.length && !this.isFull);
    if (at < chunk.length) this.rest = chunk.subarray(at);
    if (this.isResting || this.isFull) this.socket.pause();
  }

  /** n bytes more are in the reader's room. */
  private read(n: number): void {
    this.isReading = true;
    try {
      this.reader.filled(n);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.fail(0, error);
    } finally {
      this.isReading = false;
      this.flush();
    }
  }

  /** Whether it is the others' turn; then it goes on by itself. */
  private mustRest(): boolean {
    if (performance.now() - this.turn < TURN_MS) return false;
    this.isResting = true;
    void nextTurn().then(() => {
      this.isResting = false;
      this.turn = performance.now();
      this.goOn();
    });
    return true;
  }

  /** Takes what waited for its turn or for the client to read, and then what comes. */
  private goOn(): void {
    if (this.isClosed || this.isResting || this.isFull) return;
    const { rest } = this;
    this.rest = null;
    if (rest !== null) this.take(rest);
    if (this.rest === null && !this.isResting && !this.isFull) this.socket.resume();
  }

  private drained(): void {
    this.replies = 0;
    this.handlers.onDrain();
    this.goOn();
  }

  private send(bytes: Uint8Array): void {
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    if (!this.isReading || this.heldBytes > TOGETHER) this.flush();
  }

  private write(bytes: Uint8Array): void {
    this.replies = this.socket.writableLength === 0 ? 1 : this.replies + 1;
    this.socket.write(bytes);
  }

  private flush(): void {
    const { held } = this;
    if (held.length > 1) this.socket.cork();
    for (const bytes of held) this.write(bytes);
    if (held.length > 1) this.socket.uncork();
    held.length = 0;
    this.heldBytes = 0;
  }

  private ended(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.rest = null;
    this.handlers.onEnd();
  }
}
