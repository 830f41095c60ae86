import { BridgeError } from '../errors.js';
import type { Limits } from '../message/limits.js';

/** The error for an operation of a client that did not greet. */
export function notGreeted(op: string): BridgeError {
  return new BridgeError(
    'NotGreeted',
    `${op.slice(0, 80)} without a hello: this client is new to the server, or its lease ran out`,
    { remedy: 'send hello first' },
  );
}

/** The error for a request that would make too many bytes wait. */
export function tooLarge({ max_frame_bytes }: Limits): BridgeError {
  return new BridgeError('Busy', `requests of ${max_frame_bytes} bytes of this client wait already`, {
    remedy: 'wait for replies before sending more',
  });
}

/** The error for one request too many that waits. */
export function busy({ max_waiting }: Limits): BridgeError {
  return new BridgeError('Busy', `${max_waiting} requests of this client wait already (max_waiting)`, {
    remedy: 'wait for replies before sending more',
  });
}
