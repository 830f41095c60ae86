import { setTimeout } from 'node:timers/promises';
import { Connection } from '../client/connection.js';
import type { ConnectionOptions } from '../client/request.js';
import { abandoned, type OpenServer } from './supervisor.js';

/** Connects to a server that runs elsewhere. @throws RequestTimeoutError if none answers; ProtocolMismatchError */
export async function connectServer(options: ConnectionOptions): Promise<OpenServer> {
  const connection = new Connection(options);
  try {
    await connection.hello();
  } catch (error) {
    connection.fail(error);
    throw error;
  }
  return { connection, close: async () => connection.close(), kill: () => connection.fail(abandoned(connection)) };
}

/** So often in a row a server is tried to be opened again, with these waits in between. */
const TRIES = 4;
const FIRST_WAIT_MS = 100;

/** A server that can be opened again when it failed; shared by all whose environments it holds. */
export class ServerSlot {
  private readonly open: () => Promise<OpenServer>;
  /** Milliseconds after which it is not tried again. */
  private readonly deadline: number;
  private current: Promise<OpenServer>;
  /** The server that `current` takes the place of. */
  private failed: OpenServer | undefined;
  private isClosed = false;

  constructor(open: () => Promise<OpenServer>, deadline = 60_000) {
    this.open = open;
    this.deadline = deadline;
    this.current = open();
    // Whoever calls get() is told; until then it must not count as unhandled.
    this.current.catch(() => {});
  }

  get(): Promise<OpenServer> {
    return this.current;
  }

  /** Replaces a failed server. The first of those who notice starts the new one, the others get the same. */
  reopen(failed: OpenServer): Promise<OpenServer> {
    if (this.failed !== failed) {
      this.failed = failed;
      failed.kill();
      this.current = this.openAgain();
      // Whoever calls next tries again.
      this.current.catch(() => {
        this.failed = undefined;
      });
    }
    return this.current;
  }

  private async openAgain(): Promise<OpenServer> {
    const end = performance.now() + this.deadline;
    for (let tries = 1; ; tries++) {
      try {
        return await this.open();
      } catch (error) {
        if (tries === TRIES || this.isClosed || performance.now() > end) throw error;
      }
      await setTimeout(FIRST_WAIT_MS * 2 ** tries);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const server = await this.current.catch(() => undefined);
    await server?.close();
  }
}
