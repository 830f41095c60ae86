import { Reply } from 'zeromq';
import { z85 } from '../socket/z85.js';

const ADDRESS = 'inproc://zeromq.zap.01';
/** The domain of a server's connections, the same as the Python server's. */
export const ZAP_DOMAIN = 'mirrorflow';

/**
 * Answers ZeroMQ's question whether a client may connect (ZAP, rfc.zeromq.org/spec/27): only one whose CURVE key is known. Without it CURVE
 * encrypts, but lets everybody in.
 * @param known public keys as Z85
 * @returns ends it
 */
export async function authenticate(known: ReadonlySet<string>): Promise<() => void> {
  const socket = new Reply({ linger: 0 });
  await socket.bind(ADDRESS);
  void answer(socket, known);
  return () => socket.close();
}

async function answer(socket: Reply, known: ReadonlySet<string>): Promise<void> {
  for await (const [version, id, , , , mechanism, key] of socket) {
    const isKnown = mechanism?.toString() === 'CURVE' && key?.length === 32 && known.has(z85(key));
    await socket.send([version!, id!, isKnown ? '200' : '400', isKnown ? 'OK' : 'unknown key', '', '']);
  }
}
