import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { BridgeError } from './errors.js';

/** The shortest limit of the systems ZeroMQ runs on (Linux has 107). */
const MAX_IPC_PATH = 103;

/** Whether only this machine can reach an endpoint: `ipc://`, or `tcp://` on a loopback address. */
export function isPrivate(endpoint: string): boolean {
  if (endpoint.startsWith('ipc://')) return true;
  const host = endpoint
    .replace(/^tcp:\/\//, '')
    .replace(/:[^:]*$/, '')
    .replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Checks an endpoint before it is bound, and makes the folder of an ipc socket, for this user only.
 * @throws BridgeError BadEndpoint: neither tcp:// nor ipc://, or reachable from other machines without CURVE keys, or in a folder that others
 *   can enter
 */
export function prepareEndpoint(endpoint: string, hasKeys: boolean): void {
  if (endpoint.startsWith('tcp://')) {
    if (isPrivate(endpoint) || hasKeys) return;
    throw bad(`${endpoint} can be reached from other machines, and there are no CURVE keys: anyone could use it`, {
      remedy:
        'make keys with `mirrorflow-bridge keys --out DIR` and give --curve-secret DIR/server.secret.json and ' +
        '--curve-clients DIR/client.public.json, or bind tcp://127.0.0.1:PORT or ipc://PATH',
    });
  }
  const path = endpoint.replace(/^ipc:\/\//, '');
  if (path === endpoint || path === '' || path.startsWith('@')) {
    throw bad(`'${endpoint}' is no endpoint to bind`, { expected: 'tcp://HOST:PORT or ipc://PATH' });
  }
  if (Buffer.byteLength(path) > MAX_IPC_PATH) {
    throw bad(`the path of ${endpoint} has ${Buffer.byteLength(path)} bytes`, { expected: `at most ${MAX_IPC_PATH}` });
  }
  prepareFolder(dirname(resolve(path)));
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there && !there.isSocket()) throw bad(`${path} exists and is no socket`, { remedy: 'choose another path' });
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw bad(`the folder ${folder} for the socket cannot be made: ${(error as Error).message}`);
  }
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.()) throw bad(`the folder ${folder} for the socket belongs to another user`);
  if (mode & 0o077) {
    throw bad(
      `the folder ${folder} for the socket has mode ${(mode & 0o777).toString(8)}: others could reach the server`,
      {
        remedy: `run \`chmod 700 ${folder}\`, or choose a folder that does not exist yet`,
      },
    );
  }
}

function bad(message: string, details = {}): BridgeError {
  return new BridgeError('BadEndpoint', message, details);
}
