import type { VectorEnvironment } from '../envs/environment.js';
import type { Policy } from '../policy/policy.js';
import type { Rng } from '../spaces/index.js';
import { Acting } from './acting.js';
import type { ActionArray, Actions } from './actions.js';
import { type Batch, encodeStates, makeBatch } from './batch.js';
import { Breath } from './breath.js';
import { DivergenceStatistics } from './divergence.js';
import { type EpisodeState, EpisodeStatistics } from './episodes.js';
import { checkRewards, type Observations } from './observations.js';
import { ReplayLog, type ReplayLogState } from './replayLog.js';

export interface RolloutOptions {
  gamma: number;
  /** Scaled cost of a reward. */
  cost: (reward: number) => number;
  /** `geometric`: every step ends its trajectory with probability 1−γ and starts another from β, so that the pairs visited are draws of d_β^π. */
  sampler: { type: 'onPolicy' } | { type: 'geometric'; firstAction: 'policy' | 'uniform' };
  /** `terminate`: an episode that the environment truncates has no cost-to-go either; `bootstrap`: its last state keeps its value. */
  truncation?: 'bootstrap' | 'terminate' | undefined;
  /** The seeds of whole reset number `segment`; environment e gets this plus e. */
  seed: (segment: number) => number;
  actions: Actions;
  observations: Observations;
}

/** What a checkpoint keeps of a rollout. */
export interface RolloutState {
  transitions: number;
  /** The observations that the environments show; shape [E, inputs]. */
  current: Float64Array;
  /** Flags of the environments, each of shape [E] (fields of `Rollout`). */
  resetting: Uint8Array;
  stopped: Uint8Array;
  first: Uint8Array;
  kl: ReturnType<DivergenceStatistics['snapshot']>;
  log: ReplayLogState;
  episodes: EpisodeState;
}

/** Steps a vector environment with a policy and fills batches. Holds where the environments stand. */
export class Rollout {
  readonly episodes: EpisodeStatistics;
  /** Transitions so far: steps that only reset an environment are not counted. */
  transitions = 0;
  /**
   * The fewest steps n after which the environment itself truncated a trajectory of the geometric sampler, so that the mass γⁿ of
   * d_β^π beyond is lost; null where it truncated none, or where `truncation` is `terminate`: a time limit is then an end of the process.
   */
  cutAfter: number | null = null;
  private readonly env: VectorEnvironment;
  private readonly policy: Policy;
  private readonly acting: Acting;
  private readonly rng: Rng;
  private readonly options: RolloutOptions;
  private readonly log: ReplayLog;
  private readonly actions: ActionArray;
  /** The observations that the environments show now; shape [E, inputs]. */
  private readonly current: Float64Array;
  /** 1: the next step of this environment only resets it. */
  private readonly resetting: Uint8Array;
  /** 1: reset by mask after the next step (the geometric sampler stopped here). */
  private readonly stopped: Uint8Array;
  /** 1: the next action is the first of a trajectory. */
  private readonly first: Uint8Array;
  private readonly divergence = new DivergenceStatistics();
  private readonly breath = new Breath();

  constructor(env: VectorEnvironment, policy: Policy, rng: Rng, options: RolloutOptions) {
    const E = env.numEnvs;
    this.env = env;
    this.policy = policy;
    this.acting = new Acting(policy, options.actions);
    this.rng = rng;
    this.options = options;
    this.episodes = new EpisodeStatistics(E);
    this.actions = options.actions.buffer(E);
    this.log = new ReplayLog(this.actions);
    this.current = new Float64Array(E * policy.features.state.inputs);
    this.resetting = new Uint8Array(E);
    this.stopped = new Uint8Array(E);
    this.first = new Uint8Array(E);
  }

  /** Resets all environments with the seeds of a new segment; episodes under way are cut and forgotten. */
  async reset(segment: number): Promise<void> {
    const [observations] = await this.env.reset({ seed: this.options.seed(segment) });
    this.log.begin(segment);
    this.episodes.begin();
    this.resetting.fill(0);
    this.stopped.fill(0);
    this.first.fill(1);
    this.write(observations, this.current, 0);
  }

  /** T steps of all environments. */
  async collect(steps: number): Promise<Batch> {
    const E = this.env.numEnvs;
    const { state, action } = this.policy.features;
    const batch = makeBatch(state, steps, E, action.width);
    batch.observations.set(this.current);
    encodeStates(state, batch, 0);
    for (let t = 0; t < steps; t++) {
      this.choose(batch, t);
      this.log.step(this.actions);
      const [observations, rewards, terminated, truncated, info] = await this.breath.step(this.env, this.actions);
      checkRewards(rewards, this.transitions);
      this.write(observations, batch.observations, (t + 1) * E * state.inputs);
      encodeStates(state, batch, t + 1);
      if (info.restarted !== undefined) await this.recover(batch, t);
      else this.record(batch, t, rewards, terminated, truncated);
      await this.resetStopped(batch, t);
    }
    this.current.set(batch.observations.subarray(steps * E * state.inputs));
    return batch;
  }

  /** Mean and greatest KL(π(·|s)|μ) over the states acted in since the last call. */
  takeKl(): { mean: number; max: number } {
    return this.divergence.take();
  }

  /** The actions of step t, into the batch and for the environments. */
  private choose(batch: Batch, t: number): void {
    const { rng, policy } = this;
    const { sampler, actions } = this.options;
    const E = this.env.numEnvs;
    const { width } = policy.features.action;
    const codes = batch.actions.subarray(t * E * width, (t + 1) * E * width);
    const densities = batch.behaviour.subarray(t * E, (t + 1) * E);
    const isUniform = sampler.type === 'geometric' && sampler.firstAction === 'uniform';
    this.acting.choose(batch.states, t * E, rng, { actions: this.actions, codes, densities }, ({ kl }, e) => {
      this.divergence.add(kl);
      if (!(isUniform && this.first[e])) return;
      policy.family.drawReference(rng, codes, e);
      densities[e] = 1;
      actions.write(codes, e, this.actions, e);
    });
  }

  private record(batch: Batch, t: number, rewards: Float64Array, terminated: Uint8Array, truncated: Uint8Array): void {
    const E = this.env.numEnvs;
    const { sampler, gamma, cost, truncation } = this.options;
    for (let e = 0; e < E; e++) {
      const at = t * E + e;
      const skip = this.resetting[e] === 1 || this.stopped[e] === 1;
      batch.valid[at] = skip ? 0 : 1;
      batch.costs[at] = cost(rewards[e]);
      batch.terminated[at] = terminated[e] || (truncation === 'terminate' && truncated[e]) ? 1 : 0;
      batch.truncated[at] = truncated[e];
      this.first[e] = skip ? 1 : 0;
      if (skip) {
        this.resetting[e] = 0;
        continue; // `stopped` stays set until `resetStopped`
      }
      this.transitions++;
      const done = terminated[e] === 1 || truncated[e] === 1;
      if (sampler.type === 'geometric' && truncated[e] && !batch.terminated[at]) {
        this.cutAfter = Math.min(this.cutAfter ?? Number.POSITIVE_INFINITY, this.episodes.stepsOf(e) + 1);
      }
      this.episodes.step(e, rewards[e], done);
      if (done) this.resetting[e] = 1;
      else if (sampler.type === 'geometric' && this.rng.next() >= gamma) {
        batch.truncated[at] = 1;
        this.stopped[e] = 2; // stop now, reset after the next step
        this.episodes.cut(e);
      }
    }
  }

  /** Resets by mask the environments whose trajectory was stopped one step ago, so that their last state kept its row. */
  private async resetStopped(batch: Batch, t: number): Promise<void> {
    if (this.options.sampler.type !== 'geometric') return;
    const mask = this.stopped.map((s) => (s === 1 ? 1 : 0));
    for (let e = 0; e < mask.length; e++) this.stopped[e] = this.stopped[e] === 2 ? 1 : 0;
    if (!mask.includes(1)) return;
    const [observations] = await this.env.reset({ mask });
    this.log.reset(mask);
    const { state } = this.policy.features;
    this.write(observations, batch.observations, (t + 1) * this.env.numEnvs * state.inputs);
    encodeStates(state, batch, t + 1);
  }

  /** A server died and was started again: the step is no transition, and all environments begin a new segment. */
  private async recover(batch: Batch, t: number): Promise<void> {
    const E = this.env.numEnvs;
    batch.valid.fill(0, t * E, (t + 1) * E);
    if (t > 0) {
      // The transitions before keep their values but must not run on into the new episodes.
      for (let at = (t - 1) * E; at < t * E; at++) batch.truncated[at] = 1;
    }
    await this.reset(this.log.segment + 1);
    const { state } = this.policy.features;
    batch.observations.set(this.current, (t + 1) * E * state.inputs);
    encodeStates(state, batch, t + 1);
  }

  private write(observations: unknown, out: Float64Array, at: number): void {
    this.options.observations.write(observations, out, at, this.transitions);
  }

  snapshot(): RolloutState {
    return {
      transitions: this.transitions,
      current: this.current,
      resetting: this.resetting,
      stopped: this.stopped,
      first: this.first,
      kl: this.divergence.snapshot(),
      log: this.log.snapshot(),
      episodes: this.episodes.snapshot(),
    };
  }

  /**
   * Brings new environments to where a snapshot's stood, by replaying what was done to them.
   * @param begin called with the number of steps to replay; what it returns is called after each with the number done
   * @returns whether they show the same observations to the bit; where not (the environment is not deterministic), they are reset
   *   to a new segment and their episodes count as cut
   */
  async restore(
    state: RolloutState,
    begin: (length: number) => (done: number) => void = () => () => {},
  ): Promise<boolean> {
    const { log, options } = this;
    log.restore(state.log);
    const tell = begin(log.length);
    let [observations] = await this.env.reset({ seed: options.seed(log.segment) });
    for (let i = 0; i < log.length; i++) {
      this.actions.set(log.actionsAt(i));
      [observations] = await this.env.step(this.actions);
      const mask = log.resetAfter(i + 1);
      if (mask) [observations] = await this.env.reset({ mask });
      tell(i + 1);
    }
    this.restoreCounts(state);
    this.write(observations, this.current, 0);
    if (!state.current.every((x, i) => Object.is(x, this.current[i]))) {
      await this.reset(log.segment + 1);
      return false;
    }
    this.resetting.set(state.resetting);
    this.stopped.set(state.stopped);
    this.first.set(state.first);
    return true;
  }

  /** Goes on from a snapshot with new environments in a new segment: the episodes that were under way count as cut. */
  async restoreFresh(state: RolloutState): Promise<void> {
    this.log.restore(state.log);
    this.restoreCounts(state);
    await this.reset(this.log.segment + 1);
  }

  private restoreCounts(state: RolloutState): void {
    this.transitions = state.transitions;
    this.divergence.restore(state.kl);
    this.episodes.restore(state.episodes);
  }
}
