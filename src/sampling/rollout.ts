import type { StepResult, VectorEnvironment } from '../envs/environment.js';
import type { Policy } from '../policy/policy.js';
import type { Rng } from '../spaces/index.js';
import { Acting } from './acting.js';
import type { ActionArray, Actions } from './actions.js';
import { type Batch, encodeStates, makeBatch } from './batch.js';
import { DivergenceStatistics } from './divergence.js';
import type { EpisodeState, EpisodeStatistics } from './episodes.js';
import { type Group, Groups } from './groups.js';
import { checkRewards, type Observations } from './observations.js';
import { ReplayLog, type ReplayLogState } from './replayLog.js';
import { type TransitionFlags, type TransitionOptions, Transitions } from './transitions.js';

export interface RolloutOptions extends TransitionOptions {
  /** The seeds of whole reset number `segment`; environment e gets this plus e. */
  seed: (segment: number) => number;
  actions: Actions;
  observations: Observations;
}

/** What a checkpoint keeps of a rollout. */
export interface RolloutState extends TransitionFlags {
  transitions: number;
  /** The observations that the environments show; shape [E, inputs]. */
  current: Float64Array;
  kl: ReturnType<DivergenceStatistics['snapshot']>;
  log: ReplayLogState;
  episodes: EpisodeState;
}

/** Steps a vector environment with a policy and fills batches. Holds where the environments stand. */
export class Rollout {
  private readonly env: VectorEnvironment;
  private readonly policy: Policy;
  private readonly acting: Acting;
  private readonly rng: Rng;
  private readonly options: RolloutOptions;
  private readonly log: ReplayLog;
  private readonly actions: ActionArray;
  /** The observations that the environments show now; shape [E, inputs]. */
  private readonly current: Float64Array;
  private readonly recorded: Transitions;
  private readonly divergence = new DivergenceStatistics();
  private readonly groups: Groups;

  constructor(env: VectorEnvironment, policy: Policy, rng: Rng, options: RolloutOptions) {
    const E = env.numEnvs;
    this.env = env;
    this.policy = policy;
    this.acting = new Acting(policy, options.actions);
    this.rng = rng;
    this.options = options;
    this.actions = options.actions.buffer(E);
    this.log = new ReplayLog(this.actions);
    this.current = new Float64Array(E * policy.features.state.inputs);
    this.recorded = new Transitions(E, rng, options);
    // The geometric sampler draws after each step whether a trajectory ends: with groups it would draw in another order.
    this.groups = new Groups(env, options.sampler.type === 'geometric');
  }

  get episodes(): EpisodeStatistics {
    return this.recorded.episodes;
  }

  /** Transitions so far: steps that only reset an environment are not counted. */
  get transitions(): number {
    return this.recorded.count;
  }

  set transitions(count: number) {
    this.recorded.count = count;
  }

  /** `Transitions.cutAfter`. */
  get cutAfter(): number | null {
    return this.recorded.cutAfter;
  }

  /** Resets all environments with the seeds of a new segment; episodes under way are cut and forgotten. */
  async reset(segment: number): Promise<void> {
    const [observations] = await this.env.reset({ seed: this.options.seed(segment) });
    this.log.begin(segment);
    this.recorded.begin();
    this.write(observations, this.current, 0);
  }

  /**
   * T steps of all environments. Where they have groups, one group steps while another's actions are chosen, always in the same order: what is
   * drawn, and so the batch, is the same to the bit for any groups.
   */
  async collect(steps: number): Promise<Batch> {
    const { groups } = this;
    const E = this.env.numEnvs;
    const { state, action } = this.policy.features;
    const batch = makeBatch(state, steps, E, action.width);
    batch.observations.set(this.current);
    encodeStates(state, batch, 0);
    try {
      this.sendAll(batch, 0);
      for (let t = 0; t < steps; t++) {
        const before = this.transitions;
        for (let g = 0; g < groups.list.length; g++) {
          const step = await groups.take(g);
          if (step[4].restarted !== undefined) {
            await this.recover(batch, t);
            this.sendAll(batch, t + 1);
            break;
          }
          this.record(batch, t, groups.list[g], step, before);
          if (this.options.sampler.type === 'geometric') await this.resetStopped(batch, t);
          this.send(batch, t + 1, g);
        }
      }
    } catch (error) {
      // The error is told when nothing is under way any more.
      await groups.drain().catch(() => {});
      throw error;
    }
    this.current.set(batch.observations.subarray(steps * E * state.inputs));
    return batch;
  }

  /** Mean and greatest KL(π(·|s)|μ) over the states acted in since the last call. */
  takeKl(): { mean: number; max: number } {
    return this.divergence.take();
  }

  private sendAll(batch: Batch, t: number): void {
    for (let g = 0; g < this.groups.list.length; g++) this.send(batch, t, g);
  }

  /** Step t of a group begins, unless the batch is full. */
  private send(batch: Batch, t: number, g: number): void {
    if (t === batch.steps) return;
    const { list } = this.groups;
    const actions = this.choose(batch, t, list[g]);
    if (g === list.length - 1) this.log.step(this.actions);
    this.groups.send(g, actions);
  }

  /** The actions of step t, into the batch. @returns them for the environments of the group */
  private choose(batch: Batch, t: number, { from, size }: Group): ActionArray {
    const { rng, policy } = this;
    const { sampler, actions } = this.options;
    const E = this.env.numEnvs;
    const { width } = policy.features.action;
    const row = t * E + from;
    const entries = this.actions.length / E;
    const own = this.actions.subarray(from * entries, (from + size) * entries);
    const codes = batch.actions.subarray(row * width, (row + size) * width);
    const densities = batch.behaviour.subarray(row, row + size);
    const isUniform = sampler.type === 'geometric' && sampler.firstAction === 'uniform';
    this.acting.choose(batch.states, row, rng, { actions: own, codes, densities }, ({ kl }, i) => {
      this.divergence.add(kl);
      if (!(isUniform && this.recorded.flags.first[from + i])) return;
      policy.family.drawReference(rng, codes, i);
      densities[i] = 1;
      actions.write(codes, i, own, i);
    });
    return own;
  }

  /** What step t gave of a group. @param before transitions before the step, for errors */
  private record(batch: Batch, t: number, group: Group, step: StepResult, before: number): void {
    const [observations, rewards] = step;
    const { from, size } = group;
    const { state } = this.policy.features;
    checkRewards(rewards, before, from);
    const at = ((t + 1) * this.env.numEnvs + from) * state.inputs;
    this.options.observations.write(observations, batch.observations, at, before, from);
    encodeStates(state, batch, t + 1, from, size);
    this.recorded.record(batch, t, group, step);
  }

  /** Resets by mask the environments whose trajectory the geometric sampler stopped one step ago. */
  private async resetStopped(batch: Batch, t: number): Promise<void> {
    const mask = this.recorded.takeStopped();
    if (mask === null) return;
    const [observations] = await this.env.reset({ mask });
    this.log.reset(mask);
    const { state } = this.policy.features;
    this.write(observations, batch.observations, (t + 1) * this.env.numEnvs * state.inputs);
    encodeStates(state, batch, t + 1);
  }

  /** A server died and was started again: the step is no transition, and all environments begin a new segment. */
  private async recover(batch: Batch, t: number): Promise<void> {
    await this.groups.drain();
    this.recorded.forget(batch, t);
    await this.reset(this.log.segment + 1);
    const { state } = this.policy.features;
    batch.observations.set(this.current, (t + 1) * this.env.numEnvs * state.inputs);
    encodeStates(state, batch, t + 1);
  }

  private write(observations: unknown, out: Float64Array, at: number): void {
    this.options.observations.write(observations, out, at, this.transitions);
  }

  snapshot(): RolloutState {
    return {
      transitions: this.transitions,
      current: this.current,
      ...this.recorded.flags,
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
    const { resetting, stopped, first } = this.recorded.flags;
    resetting.set(state.resetting);
    stopped.set(state.stopped);
    first.set(state.first);
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
