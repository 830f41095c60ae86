import { Worker } from 'node:worker_threads';
import type { Recorded } from '../sampling/batch.js';
import type { FromLearner, Progress, SaveExtras, Start, ToLearner } from './messages.js';

/** The learner's thread, seen from the thread that acts. */
export class Learning {
  /** Batches that wait or are being learned from. */
  backlog = 0;
  private readonly worker: Worker;
  private readonly pending = new Map<number, (answer: FromLearner) => void>();
  private lastId = 0;
  private failure: Error | undefined;

  constructor(start: Start) {
    this.worker = new Worker(new URL('./learnerThread.js', import.meta.url), { workerData: start });
    this.worker.on('message', (answer: FromLearner) => {
      const settle = this.pending.get(answer.id);
      this.pending.delete(answer.id);
      settle?.(answer);
    });
    // Out of memory, for one: everything that waits is told at once.
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error("the learner's thread has ended; restart the server")));
    this.worker.unref();
  }

  /** Why nothing is learned any more; undefined while the thread lives. */
  get failed(): Error | undefined {
    return this.failure;
  }

  /** Learns from a batch. @throws what the critic throws */
  async learn(stream: number, batch: Recorded): Promise<Progress> {
    this.backlog++;
    try {
      return (await this.ask((id) => ({ type: 'learn', id, stream, batch }))) as Progress;
    } finally {
      this.backlog--;
    }
  }

  /** The bytes of a checkpoint, when the batches before are learned from. */
  async save(extras: SaveExtras): Promise<Uint8Array> {
    return (await this.ask((id) => ({ type: 'save', id, extras }))) as Uint8Array;
  }

  forget(stream: number): void {
    this.worker.postMessage({ type: 'forget', stream } satisfies ToLearner);
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const [id, settle] of this.pending) settle({ id, error: this.failure });
    this.pending.clear();
  }

  private ask(message: (id: number) => ToLearner): Promise<Progress | Uint8Array> {
    if (this.failure) return Promise.reject(this.failure);
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, (answer) => ('error' in answer ? reject(answer.error) : resolve(answer.value)));
      this.worker.postMessage(message(id));
    });
  }
}
