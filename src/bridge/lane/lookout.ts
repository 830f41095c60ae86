import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Milliseconds that a reply is looked for without sleeping: what takes longer is not worth a core. */
const LOOK_MS = 0.12;
/** A turn of the event loop that took longer was not ours alone: another process wanted the core, or the program was at work. */
const GAP_MS = 0.5;
/** Milliseconds without looking after such a turn: twice as many after each, and fewer again with every look that nothing disturbed. */
const LEAST_REST_MS = 20;
const MOST_REST_MS = 1_000;
const RECOVERY = 0.995;
/** The weight of the latest wait in the mean. */
const WEIGHT = 0.05;

const HAS_CORES = availableParallelism() > 1;

/**
 * Keeps the event loop turning while a reply is due at once: a process that sleeps takes longer to wake than a small environment to step.
 * It looks only where replies came soon, and rests while others want the cores.
 */
export class Lookout {
  private readonly isAwaited: () => boolean;
  /** Of the waits for replies, in milliseconds. */
  private mean = LOOK_MS;
  private asked = 0;
  private until = 0;
  private lastTurn = 0;
  private resumes = 0;
  private rest = LEAST_REST_MS;
  private isLooking = false;

  /** @param isAwaited whether a reply is awaited */
  constructor(isAwaited: () => boolean) {
    this.isAwaited = isAwaited;
  }

  /** A request was sent. */
  begin(): void {
    if (!HAS_CORES) return;
    const now = performance.now();
    this.asked = now;
    this.until = now + LOOK_MS;
    if (this.isLooking || this.mean > LOOK_MS || now < this.resumes) return;
    this.isLooking = true;
    this.lastTurn = now;
    setImmediate(this.look);
  }

  /** Something came. */
  end(): void {
    if (HAS_CORES) this.mean += WEIGHT * (performance.now() - this.asked - this.mean);
  }

  private readonly look = () => {
    const now = performance.now();
    const isDisturbed = now - this.lastTurn > GAP_MS;
    this.lastTurn = now;
    this.isLooking = this.isAwaited() && now < this.until && !isDisturbed;
    if (this.isLooking) setImmediate(this.look);
    else if (isDisturbed) {
      this.resumes = now + this.rest;
      this.rest = Math.min(MOST_REST_MS, 2 * this.rest);
    } else this.rest = Math.max(LEAST_REST_MS, RECOVERY * this.rest);
  };
}
