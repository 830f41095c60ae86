import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { Connection } from '../client/connection.js';
import type { ConnectionOptions } from '../client/request.js';
import { BridgeError, DOCTOR, type ExitStatus, ServerDiedError, ServerStartError, seconds } from '../errors.js';
import { type Guarded, guard, killGroup, removeDirectory, unguard } from './processes.js';
import { explainExit, findPython, pythonNotFound } from './python.js';
import { makeSocketFolder } from './socketFolder.js';

/** How a server is started. */
export interface ServerOptions {
  /** The Python to start it with; see `findPython` for what is taken otherwise. */
  readonly python?: string | undefined;
  /** Environment variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Receives what the server writes to stderr and stdout, in pieces as they come. Default: process.stderr gets it. */
  readonly onStderr?: ((text: string) => void) | undefined;
  /** Milliseconds that Python may take until it answers. Default 30 000. */
  readonly startTimeout?: number | undefined;
}

/** A server that is ready: one of our own, or one that runs elsewhere. */
export interface OpenServer {
  readonly connection: Connection;
  /** Ends the connection, and the process if it is ours. Resolves when nothing is left. */
  close(): Promise<void>;
  /** Ends both at once, without waiting; pending requests reject. */
  kill(): void;
}

const START_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 3_000;
const TAIL_LINES = 50;

/**
 * Starts a server process and greets it.
 * @throws ServerStartError with a remedy if Python or a package is missing, if the process ends at once, or if it does not
 *   answer within `startTimeout`; ProtocolMismatchError
 */
export async function startServer(
  options: ServerOptions & Pick<ConnectionOptions, 'timeout' | 'maxInFlight' | 'transport'> = {},
): Promise<OpenServer> {
  const { startTimeout = START_TIMEOUT_MS } = options;
  const python = findPython(options.python);
  const directory = makeSocketFolder();
  const endpoint = `ipc://${directory}/s`;
  const child = spawn(python, ['-m', 'mirrorflow_bridge', 'child', '--bind', endpoint], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONUNBUFFERED: '1', ...options.env },
    // A process group of its own: Ctrl-C in the terminal must not kill the environments while a checkpoint is being saved.
    detached: true,
  });
  const stderr = new Tail(child, options.onStderr ?? ((text) => process.stderr.write(text)));
  const exited = exitOf(child);
  if (child.pid === undefined) {
    removeDirectory({ pid: 0, directory, isBusy: () => false });
    throw pythonNotFound(python, await errorOf(child));
  }
  const name = `the environment server (${python} -m mirrorflow_bridge, pid ${child.pid})`;
  const connection = new Connection({ ...options, endpoint, name, isOwn: true });
  const entry: Guarded = { pid: child.pid, directory, isBusy: () => connection.isBusy };
  guard(entry);
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) (handle as unknown as Socket).unref();
  child.stdin.on('error', () => {}); // EPIPE, if it ended first

  const server = new ChildServer(connection, { child, exited, stderr, entry, name });
  try {
    const exit = await Promise.race([exited, connection.hello({ timeout: startTimeout })]);
    if (server.hasExited) {
      await stderr.ended();
      throw await explainExit(python, exit as ExitStatus, stderr.lines());
    }
  } catch (error) {
    server.kill();
    if ((error as { code?: string }).code !== 'RequestTimeout') throw error;
    throw new ServerStartError('StartTimeout', `${name} did not answer within ${seconds(startTimeout)} of its start.`, {
      remedy: `Raise startTimeout if the machine is slow or busy; else ${DOCTOR}.`,
      stderrTail: stderr.lines(),
    });
  }
  // Both ends hold the connection now; without its name nothing can be left behind, even if we are killed.
  removeDirectory(entry);
  return server;
}
/** Starts that may be cut short by a kill before one is given up. */
const START_TRIES = 4;

/** `startServer`, again where a signal ended the server while it started: that says nothing of the next one. */
export async function startServerAgain(options: Parameters<typeof startServer>[0]): Promise<OpenServer> {
  for (let tries = 1; ; tries++) {
    try {
      return await startServer(options);
    } catch (error) {
      const wasKilled = error instanceof ServerStartError && error.exitStatus?.signal;
      if (!wasKilled || tries === START_TRIES) throw error;
    }
  }
}

/** A server's process. */
interface Child {
  readonly child: ChildProcess;
  readonly exited: Promise<ExitStatus>;
  readonly stderr: Tail;
  readonly entry: Guarded;
  readonly name: string;
}

class ChildServer implements OpenServer {
  readonly connection: Connection;
  hasExited = false;
  private readonly child: ChildProcess;
  private readonly exited: Promise<ExitStatus>;
  private readonly entry: Guarded;

  constructor(connection: Connection, { child, exited, stderr, entry, name }: Child) {
    this.connection = connection;
    this.child = child;
    this.entry = entry;
    this.exited = exited.then(async (status) => {
      this.hasExited = true;
      const during = connection.oldestRequest;
      await stderr.ended();
      connection.fail(new ServerDiedError(name, during, status, stderr.lines()));
      removeDirectory(entry);
      unguard(entry);
      return status;
    });
  }

  async close(): Promise<void> {
    const isHung = this.connection.isBusy;
    this.connection.close();
    this.child.stdin!.end();
    if (isHung) killGroup(this.entry.pid);
    // While we wait, the process may keep Node alive.
    this.child.ref();
    const timer = setTimeout(() => killGroup(this.entry.pid), CLOSE_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    killGroup(this.entry.pid);
    removeDirectory(this.entry);
    this.connection.fail(abandoned(this.connection));
  }
}

/** What the requests reject with that are pending on a server when it is given up. */
export function abandoned(connection: Connection): BridgeError {
  return new BridgeError('ConnectionLost', `${connection.name} was given up, since it did not answer`);
}

/** Passes on what a server writes, and keeps the last lines. */
class Tail {
  private text = '';
  private readonly closed: Promise<void>;

  constructor(child: ChildProcess, onText: (text: string) => void) {
    // The server's first line on stdout says where it listens; we know, and pass on only what comes after it.
    let firstLine: string | undefined = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      if (firstLine !== undefined) {
        firstLine += text;
        const end = firstLine.indexOf('\n');
        if (end < 0) return;
        text = firstLine.startsWith('{"listening"') ? firstLine.slice(end + 1) : firstLine;
        firstLine = undefined;
      }
      if (text) onText(text);
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      onText(text);
      this.text = (this.text + text)
        .split('\n')
        .slice(-TAIL_LINES - 1)
        .join('\n');
    });
    this.closed = new Promise((resolve) => child.stderr!.once('close', resolve));
  }

  lines(): string[] {
    return this.text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-TAIL_LINES);
  }

  /** Waits for the last words; not for long, since a process that the server started may hold the pipe open. */
  async ended(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.closed, new Promise((resolve) => (timer = setTimeout(resolve, 300)))]);
    clearTimeout(timer);
  }
}

function exitOf(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}

function errorOf(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => child.once('error', resolve));
}
