import type { RunOptions } from '../agent/run.js';
import { Run } from '../agent/run.js';
import type { Config } from '../config/config.js';
import { costScaleOf } from './units.js';

/** An agent's vectors at some of its updates, in units of the lab and in its own order. */
export interface AgentRun {
  /** θ and w after `updates[i]` policy updates. */
  readonly theta: readonly Float64Array[];
  readonly w: readonly Float64Array[];
  readonly transitions: number;
  readonly seconds: number;
  /** γ^L where a trajectory was truncated after L steps; 0 where none was. */
  readonly samplerBias: number;
}

/**
 * Trains an agent by the loop of `train`, without evaluations, and keeps its vectors.
 * @param updates increasing numbers of policy updates, the last of which ends the run
 */
export async function trainBeside(
  config: Config,
  updates: readonly number[],
  options: RunOptions = {},
): Promise<AgentRun> {
  const run = await Run.start(config, options);
  const { actorCritic } = run;
  const costScale = costScaleOf(config);
  const theta: Float64Array[] = [];
  const w: Float64Array[] = [];
  try {
    for (const n of updates) {
      while (actorCritic.updates < n) {
        options.signal?.throwIfAborted();
        actorCritic.update(await run.collect());
        run.warnOfCuts();
      }
      theta.push(actorCritic.critic.theta.map((x) => x / costScale));
      w.push(actorCritic.policy.w.slice());
    }
    return {
      theta,
      w,
      transitions: run.steps,
      seconds: run.seconds,
      samplerBias: run.samplerBias,
    };
  } finally {
    await run.close();
  }
}
