import { BridgeError, ProtocolMismatchError, ServerError } from '../errors.js';
import { LIMITS, type Limits } from '../message/limits.js';
import type { Header } from '../message/message.js';
import type { CurveKeys } from '../socket/curve.js';
import type { Way } from './way.js';

/** How one request is made. */
export interface CallOptions {
  /** Milliseconds until RequestTimeoutError; the connection's `timeout` if not given. */
  readonly timeout?: number | undefined;
  /** Gives the request up; the promise rejects with the signal's reason. The server may have done it nevertheless. */
  readonly signal?: AbortSignal | undefined;
}

/** What requests travel over: `auto` is the lane where there is one (on one machine), else ZeroMQ. */
export type Transport = 'auto' | 'zeromq';

/** Where a connection goes and how its requests are made. */
export interface ConnectionOptions {
  readonly endpoint: string;
  /** The server's name in errors. */
  readonly name?: string;
  readonly curve?: CurveKeys | undefined;
  /** Milliseconds until a request is given up. Default 60 000. */
  readonly timeout?: number | undefined;
  /** Requests on their way at once; further ones wait. Default 64. */
  readonly maxInFlight?: number | undefined;
  /** `zeromq`: nothing else; `auto` (default): the lane where the server offers one, on one machine. */
  readonly transport?: Transport | undefined;
  /** Whether the server is a process of ours, whose end is noticed, and told, by itself. */
  readonly isOwn?: boolean;
}

/** What the server says of itself. */
export interface Hello {
  readonly server: { readonly name: string; readonly version: string; readonly pid: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  /** Seconds of silence after which the server closes this client's environments; null: never. */
  readonly lease: number | null;
  /** Where the lane can be opened, and what opens it; null or undefined: there is none. */
  readonly lane?: { readonly path: string; readonly token: string } | null;
}

/** A request that is not answered yet. */
export interface Pending {
  readonly id: number;
  /** The request in words, for errors. */
  readonly what: string;
  readonly started: number;
  readonly timeout: number;
  readonly resolve: (reply: Header) => void;
  readonly reject: (error: unknown) => void;
  /** How it travels, and its bytes there. */
  way: Way;
  readonly message: Uint8Array[];
  /** Whether it is on its way; until then it waits for its turn. */
  sent: boolean;
  stopListening?: () => void;
}

/**
 * The error for a reply that says `ok: false`.
 * @param server the server's name
 * @param error the reply's field `error`
 * @param what the request in words, if it is known
 */
export function replyError(server: string, error: unknown, what: string | undefined): BridgeError {
  const fields = (error ?? {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const code = text('code');
  const message = text('message');
  if (code === undefined || message === undefined) {
    return new BridgeError('BadMessage', `${server} answered ${what ?? 'a request'} with an error that has no code`);
  }
  if (code === 'ProtocolMismatch') return new ProtocolMismatchError(`${server}: ${message}`);
  return new ServerError(code, what ? `${what}: ${message}` : message, {
    expected: text('expected'),
    remedy: text('remedy'),
    exception: text('exception'),
    traceback: text('traceback'),
  });
}

/**
 * The limits in a server's answer to `hello`.
 * @throws BridgeError BadMessage for an answer that is none
 */
export function limitsOf(hello: Hello): Limits {
  const limits: Record<string, number> = { ...LIMITS };
  for (const name of Object.keys(LIMITS)) {
    const value: unknown = hello.limits?.[name] ?? limits[name];
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new BridgeError('BadMessage', `the server's limit ${name} is no integer from 1 on`);
    }
    limits[name] = value as number;
  }
  if (typeof hello.server?.pid !== 'number') throw new BridgeError('BadMessage', 'the server does not say who it is');
  return limits as Limits;
}

/** Arrays up to this many bytes are copied, so that a caller may go on using them; larger ones are read when they are sent. */
const COPY_UP_TO = 32_768;

/** The frames of a message that may wait to be sent; the first one, the header, is nobody else's. */
export function copySmall(frames: Uint8Array[]): Uint8Array[] {
  for (let k = 1; k < frames.length; k++) {
    if (frames[k].length <= COPY_UP_TO) frames[k] = new Uint8Array(frames[k]);
  }
  return frames;
}

/** The error of a request whose connection broke. */
export function lostError(server: string, what: string): BridgeError {
  return new BridgeError('ConnectionLost', `the connection to ${server} broke during ${what}`, {
    remedy:
      'See whether that server still runs. With the option restart the environments are made anew, and their episodes truncated.',
  });
}

/** So many times our own limits a server may have and use: it could else ask us for any amount of memory. */
const MOST = 16;

/**
 * The limits that replies are held to: ours, or the server's where those are wider, up to 16 times ours. The length of a frame stays
 * ours, since the socket keeps to it, and so do depth and dimensions, which no server exceeds.
 */
export function replyLimitsOf(server: Limits): Limits {
  const wider = (name: keyof Limits) => Math.min(MOST * LIMITS[name], Math.max(LIMITS[name], server[name]));
  return {
    ...LIMITS,
    max_frames: wider('max_frames'),
    max_header_bytes: wider('max_header_bytes'),
    max_items: wider('max_items'),
  };
}
