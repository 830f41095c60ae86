import type { Dealer } from 'zeromq';

/** The one writer of a socket: in zeromq.js a second `send` before the first is done is an error. */
export class Outbox {
  private readonly socket: Dealer;
  private readonly onError: (error: unknown) => void;
  private readonly messages: Uint8Array[][] = [];
  private isWriting = false;

  /** @param onError a message could not be sent; those after it are not until the next `post` */
  constructor(socket: Dealer, onError: (error: unknown) => void) {
    this.socket = socket;
    this.onError = onError;
  }

  /** Sends a message after those that were posted before. */
  post(frames: Uint8Array[]): void {
    this.messages.push(frames);
    if (!this.isWriting) void this.write();
  }

  /** Forgets what was not sent yet. */
  clear(): void {
    this.messages.length = 0;
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    try {
      while (this.messages.length > 0 && !this.socket.closed) await this.socket.send(this.messages.shift()!);
    } catch (error) {
      this.onError(error);
    } finally {
      this.isWriting = false;
    }
  }
}
