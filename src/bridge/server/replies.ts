import type { Limits } from '../message/limits.js';
import type { Header } from '../message/message.js';

/** Bytes of replies to one client that may wait on a way; beyond them its requests wait, too. */
export const MOST_BYTES = 2 ** 24;

/** The way back to a client, which its requests came: ZeroMQ, or the lane. */
export interface Replies {
  /** Whether so much waits that no more replies should be made for this client. */
  readonly isFull: boolean;
  /** Sends a reply after those that were posted before. @throws BridgeError BadArgument, LimitExceeded: nothing was sent */
  post(reply: Header, limits?: Limits): void;
  /** The client, or this way to it, is gone. */
  close(): void;
}
