/** Does work for those who look on, one at a time, so that it never takes more than a share of the time from training. */
export class Pace {
  private readonly share: number;
  private readonly leastMs: number;
  private next = 0;
  private queue: Promise<unknown> = Promise.resolve();

  /**
   * @param share of the time that the work may take, in (0, 1]
   * @param leastMs milliseconds from one beginning to the next at least
   */
  constructor(share: number, leastMs: number) {
    this.share = share;
    this.leastMs = leastMs;
  }

  /** Waits for its turn and then for `work`. @throws what `work` throws */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.queue.then(() => this.take(work));
    this.queue = turn.catch(() => {});
    return turn;
  }

  private async take<T>(work: () => T | Promise<T>): Promise<T> {
    const wait = this.next - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait).unref());
    const began = performance.now();
    try {
      return await work();
    } finally {
      const spent = performance.now() - began;
      this.next = began + Math.max(this.leastMs, spent / this.share);
    }
  }
}
