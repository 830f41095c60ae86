import { Connection } from './connection.js';
import type { ConnectionOptions } from './request.js';
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

/** A server that can be opened again when it failed; shared by all whose environments it holds. */
export class ServerSlot {
  private readonly open: () => Promise<OpenServer>;
  private current: Promise<OpenServer>;
  private failed: OpenServer | undefined;

  constructor(open: () => Promise<OpenServer>) {
    this.open = open;
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
      this.current = this.open();
      this.current.catch(() => {});
    }
    return this.current;
  }

  async close(): Promise<void> {
    const server = await this.current.catch(() => undefined);
    await server?.close();
  }
}
