import { lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { connect, isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { BridgeError } from '../errors.js';

/** The shortest limit of the systems ZeroMQ runs on (Linux has 107). */
export const MAX_IPC_PATH = 103;

/** Whether only this machine can reach an endpoint: `ipc://`, or `tcp://` on a loopback address. */
export function isPrivate(endpoint: string): boolean {
  if (endpoint.startsWith('ipc://')) return true;
  const host = hostOf(endpoint);
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether the host of a `tcp://` endpoint is an IPv6 address, which ZeroMQ must be told. */
export function isIPv6(endpoint: string): boolean {
  return endpoint.startsWith('tcp://') && isIP(hostOf(endpoint)) === 6;
}

function isHostAndPort(endpoint: string): boolean {
  const port = /^tcp:\/\/(?:\[[0-9A-Fa-f:.]+\]|[^:[\]/\s]+):(\*|\d{1,5})$/.exec(endpoint)?.[1];
  return port === '*' || (Number(port) > 0 && Number(port) < 65_536);
}

function hostOf(endpoint: string): string {
  return endpoint
    .replace(/^tcp:\/\//, '')
    .replace(/:[^:]*$/, '')
    .replace(/^\[|\]$/g, '');
}

/**
 * Checks an endpoint before it is bound, and makes the folder of an ipc socket, for this user only.
 * @throws BridgeError BadEndpoint: neither tcp:// nor ipc://, or reachable from other machines without CURVE keys, or in a folder that others
 *   can enter or replace, or where a server listens already
 */
export async function prepareEndpoint(endpoint: string, hasKeys: boolean): Promise<void> {
  if (endpoint.startsWith('tcp://')) {
    if (!isHostAndPort(endpoint)) {
      throw bad(`'${endpoint}' is no endpoint to bind`, {
        expected:
          'tcp://HOST:PORT, with a PORT from 1 to 65535, or * for a free one; an IPv6 address stands in brackets',
      });
    }
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
  if (!there) return;
  if (!there.isSocket()) throw bad(`${path} exists and is no socket`, { remedy: 'choose another path' });
  // ZeroMQ would take the path over without a word.
  if (await answers(path)) {
    throw bad(`a server listens on ${path} already`, { remedy: 'end it, or choose another path' });
  }
}

/** Whether somebody accepts connections on the socket; a file that a killed server left refuses them. */
export function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    const end = (isThere: boolean) => {
      socket.destroy();
      done(isThere);
    };
    socket.once('connect', () => end(true));
    // EAGAIN: it listens, and more wait for it than it takes.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw bad(`the folder ${folder} for the socket cannot be made: ${(error as Error).message}`);
  }
  // A folder of one's own in this one is made with the right mode; the mode of this one is not ours to change: it may be /tmp.
  const remedy = `choose a folder that does not exist yet, such as ipc://${folder === '/' ? '' : folder}/mirrorflow-${process.getuid?.()}/s`;
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.()) throw bad(`the folder ${folder} for the socket belongs to another user`, { remedy });
  if (mode & 0o077) {
    throw bad(`the folder ${folder} for the socket has mode ${octal(mode)}: others could reach the server`, { remedy });
  }
  for (let parent = dirname(realpathSync(folder)); ; parent = dirname(parent)) {
    checkParent(folder, parent);
    if (parent === dirname(parent)) return;
  }
}

/** Whoever may rename what is in a parent can put a folder of his own in the place of ours. */
function checkParent(folder: string, parent: string): void {
  const { mode, gid } = statSync(parent);
  const othersWrite = mode & 0o002 || (mode & 0o020 && gid !== process.getgid?.() && gid !== 0);
  if (!othersWrite || mode & 0o1000) return;
  throw bad(`${parent}, above the folder ${folder} for the socket, has mode ${octal(mode)}: others could replace it`, {
    expected: 'folders that only their owner writes to, or with the sticky bit as /tmp has it',
    remedy: 'choose a folder elsewhere, such as one in the home directory',
  });
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8);
}

function bad(message: string, details = {}): BridgeError {
  return new BridgeError('BadEndpoint', message, details);
}
