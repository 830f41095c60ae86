import { Dealer } from 'zeromq';
import { BridgeError } from '../errors.js';
import { LIMITS } from '../message/limits.js';
import { type CurveKeys, readCurveKeys } from './curve.js';

/** An idle receive ends after this long, since a pending one keeps Node from exiting. */
const RECEIVE_MS = 500;

/** A client's socket. @throws BridgeError BadKeys for keys that are none */
export function makeSocket(curve: CurveKeys | undefined): Dealer {
  const keys = curve ? readCurveKeys(curve) : {};
  try {
    return new Dealer({
      linger: 0,
      // Short, since the socket is there before the server's is.
      reconnectInterval: 5,
      reconnectMaxInterval: 1_000,
      maxMessageSize: LIMITS.max_frame_bytes,
      receiveTimeout: RECEIVE_MS,
      // A server that stays up knows the client again after the network was away.
      routingId: crypto.randomUUID().replaceAll('-', ''),
      ...keys,
    });
  } catch (cause) {
    if (!curve) throw cause;
    throw new BridgeError('BadKeys', 'a CURVE key is no Z85, so that ZeroMQ refuses it', {
      expected: '40 characters of Z85',
      remedy: '`mirrorflow-bridge keys` writes a pair of key files',
      cause,
    });
  }
}

/**
 * Calls `lose` when a connection that stood breaks: what was asked over it is answered by no server that takes its place, and by the
 * same one, after the network was away, only by luck. Until a first handshake there is nothing to lose (with a wrong key, say).
 */
export function onBreak(socket: Dealer, lose: () => void): void {
  let isUp = false;
  socket.events.on('handshake', () => {
    isUp = true;
  });
  socket.events.on('disconnect', () => {
    if (isUp) lose();
    isUp = false;
  });
}

/** Connects the socket, or closes it. @throws BridgeError BadEndpoint */
export function connectSocket(socket: Dealer, endpoint: string): void {
  try {
    socket.connect(endpoint);
  } catch (cause) {
    socket.close();
    throw new BridgeError('BadEndpoint', `'${endpoint}' is no endpoint to connect to: ${(cause as Error).message}`, {
      expected: 'tcp://HOST:PORT or ipc://PATH',
      cause,
    });
  }
}
