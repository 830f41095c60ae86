import type { Awaitable, StepResult, VectorEnvironment } from '../envs/environment.js';
import type { ActionArray } from './actions.js';

/** Milliseconds after which a loop lets timers, signals and sockets have their turn. */
const HOLD_MS = 20;

/** Lets a loop over environments that answer at once be interrupted: awaiting what is there already gives nobody else a turn. */
export class Breath {
  private since = performance.now();

  /** A step of the environments; where they answer at once and the loop has run for long, everybody else has his turn first. */
  step(env: VectorEnvironment, actions: ActionArray): Awaitable<StepResult> {
    const stepped = env.step(actions);
    return stepped instanceof Promise ? stepped : (this.take()?.then(() => stepped) ?? stepped);
  }

  /** @returns undefined while nobody has waited for long */
  private take(): Promise<void> | undefined {
    if (performance.now() - this.since < HOLD_MS) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.since = performance.now();
        resolve();
      }, 0);
    });
  }
}
