import type { Router } from 'zeromq';
import { encode } from '../message/encode.js';
import type { Limits } from '../message/limits.js';
import type { Header } from '../message/message.js';
import { MOST_BYTES, type Replies } from './replies.js';
import { nextTurn } from './turns.js';

/** Milliseconds after which a client that has not read is tried again, at most. */
const MOST_REST = 50;

/**
 * The replies to one client of a ROUTER socket with `mandatory` and a `sendTimeout` of 0, in order. ZeroMQ takes as many as its high-water
 * mark; those after them wait here, and no other client waits for one that does not read.
 */
export class ReplyQueue implements Replies {
  private readonly socket: Router;
  private readonly identity: Buffer;
  private readonly onDrain: () => void;
  private readonly messages: Uint8Array[][] = [];
  private bytes = 0;
  private isWriting = false;
  private isClosed = false;

  /** @param onDrain called when the queue is empty again after it was full */
  constructor(socket: Router, identity: Buffer, onDrain: () => void) {
    this.socket = socket;
    this.identity = identity;
    this.onDrain = onDrain;
  }

  get isFull(): boolean {
    return this.bytes > MOST_BYTES;
  }

  /** While the queue is full a reply is dropped: the client does not read. */
  post(reply: Header, limits?: Limits): void {
    if (this.isFull || this.isClosed) return;
    const frames = encode(reply, limits);
    this.messages.push([this.identity, ...frames]);
    this.bytes += sizeOf(frames);
    if (!this.isWriting) void this.write();
  }

  close(): void {
    this.isClosed = true;
    this.messages.length = 0;
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    let rest = 0;
    while (this.messages.length > 0 && !this.socket.closed) {
      try {
        await this.socket.send(this.messages[0]);
        rest = 0;
        this.drop();
      } catch (error) {
        // EHOSTUNREACH: the connection has ended.
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') await pause(rest++);
        else this.drop();
      }
    }
    this.isWriting = false;
  }

  private drop(): void {
    const wasFull = this.isFull;
    const [, ...frames] = this.messages.shift() ?? [];
    this.bytes = this.messages.length === 0 ? 0 : this.bytes - sizeOf(frames);
    if (wasFull && !this.isFull) this.onDrain();
  }
}

function sizeOf(frames: readonly Uint8Array[]): number {
  // A frame costs some memory beside its bytes.
  return frames.reduce((sum, frame) => sum + frame.length + 64, 0);
}

/** A turn of the event loop, and more milliseconds each time. */
function pause(times: number): Promise<void> {
  if (times < 3) return nextTurn();
  return new Promise((resolve) => setTimeout(resolve, Math.min(MOST_REST, times)));
}
