import type { Space } from '../spaces/index.js';
import type { Awaitable, Environment, Info, ResetOptions, Step } from './environment.js';
import { EnvironmentError } from './environmentError.js';
import { isPromise } from './settle.js';

/** An environment whose episodes are truncated after a number of steps: Gymnasium's wrapper `TimeLimit`. */
export class TimeLimit<O = unknown, A = unknown> implements Environment<O, A> {
  readonly env: Environment<O, A>;
  readonly maxEpisodeSteps: number;
  private elapsed = 0;

  /** @throws EnvironmentError unless `maxEpisodeSteps` is an integer from 1 on */
  constructor(env: Environment<O, A>, maxEpisodeSteps: number) {
    if (!Number.isSafeInteger(maxEpisodeSteps) || maxEpisodeSteps < 1) {
      throw new EnvironmentError(`maxEpisodeSteps is ${maxEpisodeSteps}`, {
        member: 'maxEpisodeSteps',
        expected: 'an integer from 1 on',
      });
    }
    this.env = env;
    this.maxEpisodeSteps = maxEpisodeSteps;
  }

  /** That of `env`. */
  get observationSpace(): Space<O> {
    return this.env.observationSpace;
  }

  /** That of `env`. */
  get actionSpace(): Space<A> {
    return this.env.actionSpace;
  }

  /** That of `env`; empty where it has none. */
  get metadata(): Readonly<Record<string, unknown>> {
    return this.env.metadata ?? {};
  }

  reset(options?: ResetOptions): Awaitable<[obs: O, info: Info]> {
    this.elapsed = 0;
    return this.env.reset(options);
  }

  step(action: A): Awaitable<Step<O>> {
    const result = this.env.step(action);
    return isPromise(result) ? result.then((step) => this.limited(step)) : this.limited(result);
  }

  render(): Awaitable<unknown> {
    return this.env.render?.() ?? null;
  }

  close(): Awaitable<void> {
    return this.env.close?.();
  }

  private limited(step: Step<O>): Step<O> {
    this.elapsed++;
    if (this.elapsed < this.maxEpisodeSteps || !Array.isArray(step) || step.length !== 5) return step;
    const [obs, reward, terminated, , info] = step;
    return [obs, reward, terminated, true, info];
  }
}
