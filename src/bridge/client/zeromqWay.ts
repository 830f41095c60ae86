import type { Dealer } from 'zeromq';
import { encode } from '../message/encode.js';
import type { Limits } from '../message/limits.js';
import type { Header } from '../message/message.js';
import type { CurveKeys } from '../socket/curve.js';
import { connectSocket, makeSocket, onBreak } from '../socket/dealer.js';
import { Outbox } from '../socket/outbox.js';
import { copySmall } from './request.js';
import type { Way, WayHandlers } from './way.js';

/** One DEALER socket: one loop writes, one loop reads. */
export class ZeroMqWay implements Way {
  inFlight = 0;
  private readonly socket: Dealer;
  private readonly outbox: Outbox;
  private readonly handlers: WayHandlers;
  private isReading = false;
  private isAwaited = false;

  /** @param onBreak called when a connection that stood breaks @throws BridgeError BadKeys, BadEndpoint */
  constructor(
    { endpoint, curve }: { endpoint: string; curve?: CurveKeys | undefined },
    handlers: WayHandlers & { onBreak?: () => void },
  ) {
    this.handlers = handlers;
    this.socket = makeSocket(curve);
    this.outbox = new Outbox(this.socket, handlers.onError);
    if (handlers.onBreak) onBreak(this.socket, handlers.onBreak);
    connectSocket(this.socket, endpoint);
  }

  encode(header: Header, limits: Limits): Uint8Array[] {
    return copySmall(encode(header, limits));
  }

  post(message: Uint8Array[]): void {
    this.outbox.post(message);
  }

  awaits(isAwaited: boolean): void {
    this.isAwaited = isAwaited;
    if (isAwaited && !this.isReading) void this.read();
  }

  close(): void {
    this.isAwaited = false;
    this.outbox.clear();
    this.socket.close();
  }

  /** The one reader. It runs only while something is awaited. */
  private async read(): Promise<void> {
    this.isReading = true;
    try {
      while (this.isAwaited) {
        let frames: Buffer[];
        try {
          frames = (await this.socket.receive()) as Buffer[];
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EAGAIN') continue;
          throw error;
        }
        this.handlers.onMessage(frames);
      }
    } catch (error) {
      this.handlers.onError(error);
    } finally {
      this.isReading = false;
    }
  }
}
