import { connect, type Socket } from 'node:net';
import { Lookout } from '../lane/lookout.js';
import { LaneReader } from '../lane/reader.js';
import { encodeForLane } from '../message/encode.js';
import { LIMITS, type Limits } from '../message/limits.js';
import type { Header } from '../message/message.js';
import type { Way, WayHandlers } from './way.js';

/** The Unix stream socket beside ZeroMQ (docs/protocol.md, "The lane"). */
export class LaneWay implements Way {
  inFlight = 0;
  private readonly socket: Socket;
  private readonly reader: LaneReader;
  private readonly lookout = new Lookout(() => this.inFlight > 0);
  private readonly handlers: WayHandlers & { onEnd: () => void };

  /** Connects to a server's lane. @throws the system's error where nobody listens, or none that this user may reach */
  static connect(path: string, handlers: WayHandlers & { onEnd: () => void }): Promise<LaneWay> {
    return new Promise((resolve, reject) => {
      const way = new LaneWay(path, handlers);
      way.socket.once('error', reject);
      way.socket.once('connect', () => {
        way.socket.off('error', reject);
        // What an error means is said by the end that follows it.
        way.socket.on('error', () => {}).once('close', () => handlers.onEnd());
        resolve(way);
      });
    });
  }

  private constructor(path: string, handlers: WayHandlers & { onEnd: () => void }) {
    this.handlers = handlers;
    this.reader = new LaneReader(LIMITS, handlers.onMessage);
    const onread = {
      buffer: () => this.reader.room(),
      callback: (n: number) => this.read(n),
    };
    this.socket = connect({ path, onread });
  }

  /** What replies are held to. */
  set limits(limits: Limits) {
    this.reader.limits = limits;
  }

  encode(header: Header, limits: Limits): Uint8Array[] | null {
    const bytes = encodeForLane(header, limits);
    return bytes && [bytes];
  }

  post([bytes]: Uint8Array[]): void {
    this.socket.write(bytes);
    this.lookout.begin();
  }

  awaits(isAwaited: boolean): void {
    if (isAwaited) this.socket.ref();
    else this.socket.unref();
  }

  close(): void {
    this.socket.destroy();
  }

  /** n bytes came. @returns whether to go on reading */
  private read(n: number): boolean {
    this.lookout.end();
    try {
      this.reader.filled(n);
    } catch (error) {
      this.handlers.onError(error);
      this.close();
      return false;
    }
    return true;
  }
}
