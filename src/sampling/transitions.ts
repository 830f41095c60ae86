import type { StepResult } from '../envs/environment.js';
import type { Rng } from '../spaces/index.js';
import type { Batch } from './batch.js';
import { EpisodeStatistics } from './episodes.js';
import type { Group } from './groups.js';

export interface TransitionOptions {
  gamma: number;
  /** Scaled cost of a reward. */
  cost: (reward: number) => number;
  /** `geometric`: every step ends its trajectory with probability 1−γ and starts another from β, so that the pairs visited are draws of d_β^π. */
  sampler: { type: 'onPolicy' } | { type: 'geometric'; firstAction: 'policy' | 'uniform' };
  /** `terminate`: an episode that the environment truncates has no cost-to-go either; `bootstrap`: its last state keeps its value. */
  truncation?: 'bootstrap' | 'terminate' | undefined;
}

/** Flags of the environments, each of shape [E]. */
export interface TransitionFlags {
  /** 1: the next step of this environment only resets it. */
  resetting: Uint8Array;
  /** 1: reset by mask after the next step (the geometric sampler stopped here). */
  stopped: Uint8Array;
  /** 1: the next action is the first of a trajectory. */
  first: Uint8Array;
}

/** Which steps are transitions, and where episodes and trajectories begin and end. */
export class Transitions {
  readonly episodes: EpisodeStatistics;
  /** Transitions so far: steps that only reset an environment are not counted. */
  count = 0;
  /**
   * The fewest steps n after which the environment itself truncated a trajectory of the geometric sampler, so that the mass γⁿ of
   * d_β^π beyond is lost; null where it truncated none, or where `truncation` is `terminate`: a time limit is then an end of the process.
   */
  cutAfter: number | null = null;
  readonly flags: TransitionFlags;
  private readonly rng: Rng;
  private readonly options: TransitionOptions;

  constructor(numEnvs: number, rng: Rng, options: TransitionOptions) {
    this.rng = rng;
    this.options = options;
    this.episodes = new EpisodeStatistics(numEnvs);
    const flags = () => new Uint8Array(numEnvs);
    this.flags = { resetting: flags(), stopped: flags(), first: flags() };
  }

  /** All environments were reset; episodes under way are cut and forgotten. */
  begin(): void {
    this.episodes.begin();
    this.flags.resetting.fill(0);
    this.flags.stopped.fill(0);
    this.flags.first.fill(1);
  }

  /** What step t gave of a group, but for the observations. */
  record(batch: Batch, t: number, { from, size }: Group, [, rewards, terminated, truncated]: StepResult): void {
    const { gamma, cost, sampler, truncation } = this.options;
    const { resetting, stopped, first } = this.flags;
    for (let i = 0; i < size; i++) {
      const e = from + i;
      const at = t * batch.numEnvs + e;
      const skip = resetting[e] === 1 || stopped[e] === 1;
      batch.valid[at] = skip ? 0 : 1;
      batch.costs[at] = cost(rewards[i]);
      batch.terminated[at] = terminated[i] || (truncation === 'terminate' && truncated[i]) ? 1 : 0;
      batch.truncated[at] = truncated[i];
      first[e] = skip ? 1 : 0;
      if (skip) {
        resetting[e] = 0;
        continue; // `stopped` stays set until `takeStopped`
      }
      this.count++;
      const done = terminated[i] === 1 || truncated[i] === 1;
      if (sampler.type === 'geometric' && truncated[i] && !batch.terminated[at]) {
        this.cutAfter = Math.min(this.cutAfter ?? Number.POSITIVE_INFINITY, this.episodes.stepsOf(e) + 1);
      }
      this.episodes.step(e, rewards[i], done);
      if (done) resetting[e] = 1;
      else if (sampler.type === 'geometric' && this.rng.next() >= gamma) {
        batch.truncated[at] = 1;
        stopped[e] = 2; // stop now, reset after the next step
        this.episodes.cut(e);
      }
    }
  }

  /** Which environments' trajectories were stopped one step ago, so that their last state kept its row; null where none was. */
  takeStopped(): Uint8Array | null {
    const { stopped } = this.flags;
    const mask = stopped.map((s) => (s === 1 ? 1 : 0));
    for (let e = 0; e < mask.length; e++) stopped[e] = stopped[e] === 2 ? 1 : 0;
    return mask.includes(1) ? mask : null;
  }

  /** Step t is no transition of any environment, also where it was recorded; the one before does not run on into what comes next. */
  forget(batch: Batch, t: number): void {
    const { costs, numEnvs: E, terminated, truncated, valid } = batch;
    for (let at = t * E; at < (t + 1) * E; at++) this.count -= valid[at];
    for (const of of [valid, costs, terminated, truncated]) of.fill(0, t * E, (t + 1) * E);
    if (t > 0) truncated.fill(1, (t - 1) * E, t * E);
  }
}
