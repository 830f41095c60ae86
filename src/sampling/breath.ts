/** Milliseconds after which a loop lets timers, signals and sockets have their turn. */
const HOLD_MS = 20;

/** Lets a loop over environments that answer at once be interrupted: awaiting what is there already gives nobody else a turn. */
export class Breath {
  private since = performance.now();

  /** To be awaited after each step. @returns undefined while nobody has waited for long */
  take(): Promise<void> | undefined {
    if (performance.now() - this.since < HOLD_MS) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.since = performance.now();
        resolve();
      }, 0);
    });
  }
}
