import { BridgeError } from '../errors.js';
import type { Limits } from '../message/limits.js';
import type { Header } from '../message/message.js';

/** The field `error` of a reply. */
export function errorFields({ code, reason, expected, remedy, ...rest }: BridgeError): Header {
  const { exception, traceback } = rest as { exception?: string; traceback?: string };
  return { code, message: reason, expected, remedy, exception, traceback };
}

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

/** The error for a request that takes a way on which it has no meaning. */
export function wrongWay(op: 'hello' | 'lane'): BridgeError {
  if (op === 'hello') return new BridgeError('BadArgument', 'a hello over the lane', { remedy: 'send it over ZeroMQ' });
  return new BridgeError('BadArgument', 'lane is no request but the first message of a lane', {
    remedy: 'connect to the path in the reply to hello, and send it there',
  });
}

/** The error for a first message of a lane that does not open it. */
export function notOpened(message: string): BridgeError {
  return new BridgeError('BadArgument', message, {
    expected: 'lane with the token of the last hello, which opens one lane',
    remedy: 'send hello again over ZeroMQ, or go on without a lane',
  });
}
