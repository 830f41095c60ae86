import type { Header } from './codec.js';
import type { CurveKeys } from './curve.js';
import { type BridgeError, ProtocolMismatchError, ServerError } from './errors.js';

/** How one request is made. */
export interface CallOptions {
  /** Milliseconds until RequestTimeoutError; the connection's `timeout` if not given. */
  readonly timeout?: number | undefined;
  /** Gives the request up; the promise rejects with the signal's reason. The server may have done it nevertheless. */
  readonly signal?: AbortSignal | undefined;
}

export interface ConnectionOptions {
  readonly endpoint: string;
  /** The server's name in errors. */
  readonly name?: string;
  readonly curve?: CurveKeys | undefined;
  /** Milliseconds until a request is given up. Default 60 000. */
  readonly timeout?: number | undefined;
  /** Requests on their way at once; further ones wait. Default 64. */
  readonly maxInFlight?: number | undefined;
}

/** What the server says of itself. */
export interface Hello {
  readonly server: { readonly name: string; readonly version: string; readonly pid: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  /** Seconds of silence after which the server closes this client's environments; null: never. */
  readonly lease: number | null;
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
  readonly frames: Uint8Array[];
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
  const fields = (error ?? {}) as Record<string, string | null>;
  const code = fields.code ?? 'BadMessage';
  if (code === 'ProtocolMismatch') return new ProtocolMismatchError(`${server}: ${fields.message}`);
  return new ServerError(code, what ? `${what}: ${fields.message}` : `${fields.message}`, {
    expected: fields.expected ?? undefined,
    remedy: fields.remedy ?? undefined,
    exception: fields.exception ?? undefined,
    traceback: fields.traceback ?? undefined,
  });
}
