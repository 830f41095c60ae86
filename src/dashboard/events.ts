import type { ServerResponse } from 'node:http';

/** Bytes that may wait for a page; one that is slower is cut off, comes back by itself and begins anew. */
const MAX_WAITING = 2 ** 22;

/** Pages that listen, by server-sent events. */
export class EventHub {
  private readonly pages = new Set<ServerResponse>();

  /** Adds a page and sends it its first event. */
  add(response: ServerResponse, event: string, data: unknown): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 1000\n${textOf(event, data)}`);
    this.pages.add(response);
    response.on('close', () => this.pages.delete(response));
  }

  send(event: string, data: unknown): void {
    if (this.pages.size === 0) return;
    const text = textOf(event, data);
    for (const page of this.pages) {
      if (page.writableLength > MAX_WAITING) page.destroy();
      else page.write(text);
    }
  }

  /** Sends a last event and waits until it is on its way, half a second at most. */
  async end(event: string, data: unknown): Promise<void> {
    const text = textOf(event, data);
    const ended = [...this.pages].map((page) => new Promise<void>((resolve) => page.end(text, resolve)));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 500);
    });
    await Promise.race([Promise.all(ended), late]);
    clearTimeout(timer);
  }
}

function textOf(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
