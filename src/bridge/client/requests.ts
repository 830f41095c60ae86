import type { Pending } from './request.js';
import type { Way } from './way.js';

/**
 * The requests of one client: those that are answered in some time, and of them those that wait for their turn. At most `maxInFlight` are on
 * their way, and none on two ways at once: what was asked first is carried out first.
 */
export class Requests {
  maxInFlight: number;
  private readonly post: (way: Way, message: Uint8Array[]) => void;
  private readonly pending = new Map<number, Pending>();
  private readonly waiting: Pending[] = [];
  /** Requests given up that the server may still be busy with. */
  private readonly abandoned = new Set<number>();
  /** Of all ways together. */
  private inFlight = 0;

  constructor(maxInFlight: number, post: (way: Way, message: Uint8Array[]) => void) {
    this.maxInFlight = maxInFlight;
    this.post = post;
  }

  /** Whether nothing is awaited. */
  get isIdle(): boolean {
    return this.pending.size === 0;
  }

  /** Whether the server has requests that it has not answered, as far as we know. */
  get isBusy(): boolean {
    return this.pending.size > 0 || this.abandoned.size > 0;
  }

  /** Those that are not answered, in the order in which they were made. */
  all(): Iterable<Pending> {
    return this.pending.values();
  }

  get(id: number): Pending | undefined {
    return this.pending.get(id);
  }

  /** Sends a request, or lets it wait for its turn. */
  add(request: Pending): void {
    this.pending.set(request.id, request);
    this.waiting.push(request);
    this.sendWaiting();
  }

  /** Takes a request off the books. */
  settle(request: Pending): Pending {
    this.pending.delete(request.id);
    request.stopListening?.();
    if (!request.sent) {
      const at = this.waiting.indexOf(request);
      if (at >= 0) this.waiting.splice(at, 1);
      return request;
    }
    const { way } = request;
    way.inFlight--;
    this.inFlight--;
    if (this.waiting.length > 0) this.sendWaiting();
    if (way.inFlight === 0) way.awaits(false);
    return request;
  }

  /** A reply came that nobody waits for: that to a request given up. */
  answered(id: number): void {
    this.abandoned.delete(id);
  }

  /** Nobody waits for a request any more, which the server may be at. */
  abandon(request: Pending): void {
    this.abandoned.add(request.id);
  }

  /** The reply to a request comes on another way. */
  move(request: Pending, to: Way): void {
    const from = request.way;
    request.way = to;
    if (to.inFlight++ === 0) to.awaits(true);
    if (--from.inFlight === 0) from.awaits(false);
  }

  /** Rejects those that are lost, the ones that wait for their turn first, so that none of them is sent. */
  lose(error: (request: Pending) => unknown, isLost: (request: Pending) => boolean = () => true): void {
    const lost = [...this.pending.values()].filter(isLost).reverse();
    for (const request of lost) this.settle(request).reject(error(request));
    this.abandoned.clear();
  }

  private sendWaiting(): void {
    const { waiting } = this;
    while (waiting.length > 0 && this.inFlight < this.maxInFlight) {
      const { way, message } = waiting[0];
      if (this.inFlight > way.inFlight) return; // something is on another way
      waiting.shift()!.sent = true;
      this.inFlight++;
      if (way.inFlight++ === 0) way.awaits(true);
      this.post(way, message);
    }
  }
}
