import { BridgeError } from '../errors.js';
import { PROTOCOL_VERSION } from '../message/limits.js';
import type { Header } from '../message/message.js';

/** The id of a request; 0 where it has none that can be read. */
export function idIn({ id }: Header): number {
  return Number.isSafeInteger(id) && (id as number) >= 0 ? (id as number) : 0;
}

/** @throws BridgeError BadMessage or ProtocolMismatch where `v`, `id` or `op` of a request is not as it must be */
export function checkEnvelope({ v, id, op }: Header): void {
  if (!Number.isInteger(v)) {
    throw new BridgeError('BadMessage', 'the header has no protocol version', { expected: `v: ${PROTOCOL_VERSION}` });
  }
  if (v !== PROTOCOL_VERSION) {
    throw new BridgeError(
      'ProtocolMismatch',
      `the client speaks protocol version ${v}, this server version ${PROTOCOL_VERSION}`,
      { remedy: 'install the same release of mirrorflow on both sides' },
    );
  }
  if (!Number.isSafeInteger(id) || (id as number) < 0) {
    throw new BridgeError('BadMessage', 'the header has no id', { expected: 'an int from 0 to 2^53 - 1' });
  }
  if (typeof op !== 'string') throw new BridgeError('BadMessage', 'the header has no op', { expected: 'a str' });
}
