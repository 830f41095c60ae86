import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerStartError } from '../errors.js';

const PREFIX = 'mirrorflow-';
/** The folder of a process that was killed in the middle of a start: its name has the process's id. */
const OWN_NAME = /^mirrorflow-(\d+)-\w{6}$/;
/** The shortest limit, in bytes, of a socket's path in the systems ZeroMQ runs on (Linux has 107). */
const MAX_PATH = 103;
/** A younger folder may be that of a process that cannot be seen from here, such as one in another container. */
const OLD_MS = 60_000;

/**
 * Makes a folder for a server's socket that only this user can enter: in the system's folder for temporary files (TMPDIR), or in
 * /tmp where that is missing, cannot be written to or has too long a path. Removes what killed processes of this user left there.
 * @throws ServerStartError NoSocketFolder
 */
export function makeSocketFolder(): string {
  const reasons: string[] = [];
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const name = join(parent, `${PREFIX}${process.pid}-`);
    // Six random characters, and the socket's name.
    const length = Buffer.byteLength(`${name}XXXXXX/s`);
    if (length > MAX_PATH) {
      reasons.push(`the path of a socket in ${parent} has ${length} bytes, more than ${MAX_PATH}`);
      continue;
    }
    try {
      sweep(parent);
      // Mode 0700, so nobody else can reach the socket.
      return mkdtempSync(name);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new ServerStartError('NoSocketFolder', `there is no folder for the server's socket: ${reasons.join('; ')}.`, {
    remedy: 'Let TMPDIR name a folder with a short path that you can write to.',
  });
}

/** Removes old folders of processes of this user that have ended. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(OWN_NAME.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid || isThere(pid)) continue;
    const path = join(parent, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isDirectory() || found.uid !== process.getuid?.() || Date.now() - found.mtimeMs < OLD_MS) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another start may be at it.
    }
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
