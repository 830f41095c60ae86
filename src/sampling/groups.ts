import type { Awaitable, StepResult, VectorEnvironment } from '../envs/environment.js';
import type { ActionArray } from './actions.js';
import { Breath } from './breath.js';

/** A contiguous part of a vector of environments. */
export interface Group {
  readonly env: VectorEnvironment;
  /** The number of its first environment in the whole vector. */
  readonly from: number;
  readonly size: number;
}

/**
 * The groups of a vector of environments, at most one step of each under way: some environments step while the actions of others are chosen.
 * What is under way and fails is told to who takes it; until then it is no unhandled rejection.
 */
export class Groups {
  readonly list: readonly Group[];
  private readonly steps: Awaitable<StepResult>[];
  private readonly breath = new Breath();

  /** @param isWhole whether the vector is stepped as a whole, whatever groups it has */
  constructor(env: VectorEnvironment, isWhole: boolean) {
    const envs = isWhole ? [env] : (env.groups ?? [env]);
    let from = 0;
    this.list = envs.map((one) => {
      const group = { env: one, from, size: one.numEnvs };
      from += one.numEnvs;
      return group;
    });
    this.steps = [];
  }

  /** Begins a step of group g. */
  send(g: number, actions: ActionArray): void {
    const step = this.breath.step(this.list[g].env, actions);
    if (step instanceof Promise) step.catch(() => {});
    this.steps[g] = step;
  }

  /** What the step of group g gave. */
  take(g: number): Awaitable<StepResult> {
    const step = this.steps[g];
    delete this.steps[g];
    return step;
  }

  /** Waits for all that is under way and drops it. @throws what the first of them threw, when all are done */
  async drain(): Promise<void> {
    const settled = await Promise.allSettled(this.steps.splice(0));
    for (const step of settled) if (step.status === 'rejected') throw step.reason;
  }
}
