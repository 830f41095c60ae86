import type { Limits } from '../message/limits.js';
import type { Header } from '../message/message.js';

/** A way that requests take to a server, and their replies back: ZeroMQ, or the lane. */
export interface Way {
  /** Requests that are on this way and not answered yet. */
  inFlight: number;
  /** A request in the form that this way takes; null where it is too large for it. @throws BridgeError BadArgument, LimitExceeded */
  encode(header: Header, limits: Limits): Uint8Array[] | null;
  /** Sends what `encode` gave, after what was sent before. */
  post(message: Uint8Array[]): void;
  /** Whether something is awaited on this way; while nothing is, it does not keep Node alive. */
  awaits(isAwaited: boolean): void;
  /** Forgets what was not sent yet, and ends. */
  close(): void;
}

/** What becomes of what comes. */
export interface WayHandlers {
  /** @throws BridgeError where the way can no longer be used */
  readonly onMessage: (frames: Uint8Array[]) => void;
  /** The way can no longer be used. */
  readonly onError: (error: unknown) => void;
}
