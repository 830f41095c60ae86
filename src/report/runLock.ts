import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/configError.js';

/** Who writes in a folder. */
interface Owner {
  pid: number;
  host: string;
  /** When the lock was taken, ISO 8601. */
  since: string;
  /** What tells the process from a later one with its number; null where the system does not say. */
  start: string | null;
}

/** The right to write in the folder of a run. */
export interface RunLock {
  /** Gives the folder back; it also happens when the process exits by itself. */
  release(): void;
}

/** The file of a lock in the folder of a run. */
export const LOCK_FILE = 'lock.json';

/**
 * Makes the folder of a run where there is none and takes the right to write in it, by the file `lock.json`. The lock of a process that has
 * ended, by `kill -9` or with its machine, is taken over.
 * @throws ConfigError naming the process that has the folder, since when, and what to do; the system's error where it cannot be written
 */
export function lockRunFolder(folder: string): RunLock {
  makeFolder(folder);
  const path = join(folder, LOCK_FILE);
  const own: Owner = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    start: startOf(process.pid),
  };
  const text = `${JSON.stringify(own)}\n`;
  while (!create(path, text)) {
    const found = read(path);
    if (found === null) continue; // given back this moment
    if (!hasEnded(found, own)) throw new ConfigError(inUse(folder, path, found));
    takeAway(path, found);
  }
  const release = () => {
    process.off('exit', release);
    if (read(path) === text) rmSync(path, { force: true });
  };
  process.on('exit', release);
  return { release };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new ConfigError(`${folder} is a file; expected a folder for what the run writes. Give another with --out.`);
  }
}

/** Writes the file whole and only where there is none: another process sees none or all of it. @returns whether it was made */
function create(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text);
    linkSync(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(code!)) throw error;
    return createWithoutLink(path, text);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The same on a file system without hard links, where another process may see the file while it is empty. */
function createWithoutLink(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return null;
    throw error;
  }
}

/** Removes the lock of a process that has ended, and only that: another process may do the same at this moment. */
function takeAway(path: string, found: string): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== found) linkSync(aside, path); // somebody was faster: it is his
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code!)) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Whether the owner of a lock is known to write no more. On another machine that cannot be known. */
function hasEnded(text: string, own: Owner): boolean {
  const owner = parse(text);
  if (owner === null) return true; // no lock of ours: a disk that was full or lost power left it
  if (owner.host !== own.host) return false;
  if (owner.start !== null && own.start !== null) return startOf(owner.pid) !== owner.start;
  return !isAlive(owner.pid);
}

function parse(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isInteger(owner?.pid) && typeof owner.host === 'string' ? owner : null;
  } catch {
    return null;
  }
}

function inUse(folder: string, path: string, text: string): string {
  const { pid, host, since } = parse(text)!;
  return (
    `${folder} is in use by process ${pid} on ${host} since ${since}; two runs in one folder would overwrite each other. ` +
    `End that process, or give another folder with --out. If it no longer runs, delete ${path}.`
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * On Linux the machine's start and the process's: numbers of processes are used again, in containers soon. Null for a process that has
 * ended, if only its parent does not know yet, and on other systems.
 */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name, the second entry, may hold spaces and brackets.
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return 'ZX'.includes(state!) ? null : `${boot} ${rest[18]}`;
  } catch {
    return null;
  }
}
