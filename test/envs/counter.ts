import type { Environment, Info, ResetOptions, Step } from '../../src/envs/index.js';
import { Box, Discrete, NDArray } from '../../src/spaces/index.js';

/** `bridge-test/Counter-v0` of test/bridge/python, in TypeScript: counts its steps; the episode ends after `length` of them. */
export class Counter implements Environment<NDArray, number> {
  readonly observationSpace = new Box(0, Infinity, [1], 'float64');
  readonly actionSpace = new Discrete(2);
  /** What `reset` was called with. */
  readonly resets: (ResetOptions | undefined)[] = [];
  closed = 0;
  private readonly length: number;
  private readonly truncate: boolean;
  /** One buffer for all observations, to see that the vector copies it. */
  private readonly steps = new Float64Array(1);

  constructor(length = 3, truncate = false) {
    this.length = length;
    this.truncate = truncate;
  }

  reset(options?: ResetOptions): [NDArray, Info] {
    this.resets.push(options);
    this.steps[0] = 0;
    return [this.observation(), { begin: true, options: options?.options ? 'some' : 'None' }];
  }

  step(action: number): Step<NDArray> {
    this.steps.fill((this.steps.at(0) as number) + 1);
    const ends = (this.steps.at(0) as number) >= this.length;
    return [this.observation(), action, ends && !this.truncate, ends && this.truncate, {}];
  }

  close(): void {
    this.closed++;
  }

  private observation(): NDArray {
    return new NDArray(this.steps, [1], 'float64');
  }
}
