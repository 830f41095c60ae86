import { type AdaptiveStepOptions, adaptStep, meanDivergence } from '../actor/adaptiveStep.js';
import { type MirrorStep, mirrorSteps, polyakStep } from '../actor/mirrorDescent.js';
import type { Config } from '../config/config.js';
import { fromConfig } from '../config/configError.js';
import type { Critic, CriticContext } from '../critic/critic.js';
import { scheduleAt, stepCountAt } from '../critic/schedule.js';
import { stateValue } from '../critic/stateValue.js';
import type { Bounds, Rows } from '../features/index.js';
import { isOnline, type Model, makeCritic, makeModel } from '../model/model.js';
import type { ActionDensity } from '../policy/family.js';
import { Policy } from '../policy/policy.js';
import { Acting } from '../sampling/acting.js';
import type { Batch } from '../sampling/batch.js';
import { NonFiniteError } from '../sampling/observations.js';
import type { Space } from '../spaces/index.js';
import { AutomaticTemperature, automaticStep } from './automatic.js';
import { CheckpointError } from './checkpointError.js';
import { difference } from './difference.js';

/** What a checkpoint keeps of an agent. */
export interface AgentState {
  /** The policy's vector, shape [N]. */
  w: Float64Array;
  updates: number;
  time: number;
  /** λ of the mirror step that comes next. */
  lambda: number;
  critic: Record<string, unknown>;
  /** The average of θ that the actor takes; null where it takes θ. */
  average: Float64Array | null;
  /** The frozen observation scaling; null where there is none. */
  scaling: Bounds | null;
  /** What an automatic τ knows; null where τ is given. */
  temperature: ReturnType<AutomaticTemperature['snapshot']> | null;
}

/** What a policy update was made with, and what it gave. */
export interface Update {
  /** M_n, the critic steps. */
  criticSteps: number;
  /** h·η_t of a critic step (0 for a critic without one). */
  stepSize: number;
  /** τ_t, in units of the scaled cost. */
  tau: number;
  /** λ_t of the mirror step. */
  mirrorStep: number;
  /** Root mean square temporal difference. */
  temporalDifference: number;
}

/** The actor-critic: θ of the critic, w of the policy, and the clock that the schedules run on. */
export class ActorCritic {
  readonly config: Config;
  readonly model: Model;
  readonly critic: Critic;
  readonly policy: Policy;
  /** Chooses actions. */
  readonly acting: Acting;
  /** The frozen observation scaling; null where there is none. */
  readonly scaling: Bounds | null;
  /** Policy updates n so far. */
  updates = 0;
  /** The flow's time t: the mirror steps so far, summed. */
  time = 0;
  /** λ of the mirror step that comes next. */
  lambda: number;
  private readonly temperature: AutomaticTemperature | null;
  /** θ̄ ← averaging·θ̄ + (1 − averaging)·θ; null where the actor takes θ itself. */
  private readonly average: Float64Array | null;
  private readonly mirrorStep: MirrorStep;
  /** Coefficients of Q(s,·;θ) in the state valued last; shape [K]. */
  private readonly q: Float64Array;

  /** @param scaling the frozen range of the observations (`observations.scaling` "running"); null: the space's bounds */
  constructor(config: Config, observationSpace: Space, actionSpace: Space, scaling: Bounds | null = null) {
    this.config = config;
    this.scaling = scaling;
    const source = `the configuration of ${config.env.id}`;
    this.model = fromConfig(source, () => makeModel(config, observationSpace, actionSpace, scaling));
    this.critic = fromConfig(source, () => makeCritic(config, this.model));
    this.policy = new Policy(this.model.features, this.model.family);
    this.acting = new Acting(this.policy, this.model.actions);
    this.temperature = config.tau === 'auto' ? new AutomaticTemperature(this.model, config.gamma) : null;
    const { mirrorStep } = config.actor;
    this.lambda = typeof mirrorStep === 'number' ? mirrorStep : this.adaptation!.initial;
    this.average = config.actor.averaging > 0 ? this.critic.theta.slice() : null;
    this.mirrorStep = mirrorSteps[config.actor.type];
    this.q = new Float64Array(this.model.features.action.size);
  }

  /** What the critic must know of the policy. */
  get context(): CriticContext {
    return { w: this.policy.w, tau: this.tau, gamma: this.config.gamma };
  }

  /** What rewards are multiplied by to become costs, but for the sign. */
  get costScale(): number {
    return this.config.costScale ?? 1 - this.config.gamma;
  }

  /**
   * V(s) of rewards: −V̄(s;θ)/costScale.
   * @param density π(·|s) of the encoded state
   * @param tau of the regularisation; default: the present one
   */
  valueOf(density: ActionDensity, rows: Rows, row: number, tau = this.tau): number {
    this.model.features.coefficients(this.critic.theta, rows, row, this.q);
    return this.rewardsOf(stateValue(this.q, density, tau));
  }

  /** A cost to go, as a return of rewards. */
  rewardsOf(cost: number): number {
    // Not −cost/…: no cost is no return, rather than −0.
    return 0 - cost / this.costScale;
  }

  /** c of a reward: −reward × costScale, of the reward clipped where the configuration has `rewardClip`. */
  get cost(): (reward: number) => number {
    const scale = -this.costScale;
    const [min, max] = this.config.rewardClip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return (reward) => scale * Math.min(max, Math.max(min, reward));
  }

  /** τ_t. */
  get tau(): number {
    const { tau } = this.config;
    if (tau === 'auto') return this.temperature!.tau;
    return typeof tau === 'number' ? tau : scheduleAt(tau, this.time);
  }

  /** How λ adapts; null where it is a number. */
  private get adaptation(): AdaptiveStepOptions | null {
    const { mirrorStep } = this.config.actor;
    if (typeof mirrorStep === 'number') return null;
    return mirrorStep === 'auto' ? automaticStep(this.model, this.tau) : mirrorStep;
  }

  /** M_n, the critic steps of the policy update that comes next. */
  get criticSteps(): number {
    return stepCountAt(this.config.criticSteps, this.updates);
  }

  /** h·η_t of the critic step that comes next (0 for a critic without one). */
  get stepSize(): number {
    const { critic } = this.config;
    return isOnline(critic) ? critic.stepSize * scheduleAt(critic.eta, this.time) : 0;
  }

  /** The steps of the batch that comes next: M_n online critic steps, or a rollout for a batch critic. */
  get batchSteps(): number {
    return isOnline(this.config.critic) ? this.criticSteps : this.config.sampler.steps;
  }

  /**
   * One policy update from a batch: the critic learns from it, then the policy moves towards lower advantage.
   * @param critic the one that learns, where environments of several streams have traces of their own (`criticFor`)
   */
  update(batch: Batch, critic: Critic = this.critic): Update {
    const update = this.learn(batch, critic);
    this.improve(batch);
    return update;
  }

  /** The critic's part: an online critic takes a step for each transition, a batch critic makes M_n passes (the limit η → ∞). */
  learn(batch: Batch, critic: Critic = this.critic): Update {
    const { context, criticSteps, stepSize, lambda } = this;
    // θ ← θ − hη g(θ, π).
    for (let t = 0; t < batch.steps; t++) critic.observe(batch, t, context, stepSize);
    critic.learn(batch, context, criticSteps);
    if (critic !== this.critic) this.critic.theta.set(critic.theta);
    const temporalDifference = critic.takeError();
    if (Number.isNaN(temporalDifference)) {
      throw new NonFiniteError(
        `the temporal differences of policy update ${this.updates + 1} are NaN: the critic has diverged; expected finite numbers. ` +
          'Take a smaller stepSize or mirrorStep, or more ridge, and go on from the last checkpoint.',
      );
    }
    return { criticSteps, stepSize, tau: context.tau, mirrorStep: lambda, temporalDifference };
  }

  /** A critic that learns from so many environments of another stream, with traces of its own; for `update`. */
  criticFor(numEnvs: number): Critic {
    const { config } = this;
    if (!isOnline(config.critic)) return this.critic;
    return makeCritic({ ...config, env: { ...config.env, numEnvs } }, this.model);
  }

  /** The steps of a batch of another number of environments: as many transitions as the configuration's. */
  batchStepsOf(numEnvs: number): number {
    return Math.max(1, Math.round((this.batchSteps * this.config.env.numEnvs) / numEnvs));
  }

  /**
   * The mirror step: moves w by θ, or by its average.
   * @param batch in the states of which an adaptive step measures how far the policy moved, and an automatic τ the values; without one
   *   both stay as they are
   */
  improve(batch?: Batch): void {
    const { averaging } = this.config.actor;
    const { theta } = this.critic;
    const { w } = this.policy;
    const { lambda, adaptation } = this;
    const before = adaptation === null ? null : w.slice();
    if (this.average !== null) polyakStep(this.average, theta, averaging);
    this.mirrorStep(w, this.average ?? theta, lambda, this.tau);
    this.updates++;
    this.time += lambda;
    if (batch === undefined) return;
    this.temperature?.see(batch, theta, w);
    if (before === null) return;
    this.lambda = adaptStep(lambda, meanDivergence(this.policy, before, batch), this.adaptation!);
  }

  /** The agent's state for a checkpoint. Its arrays are the agent's own: encode or copy them before the agent goes on. */
  snapshot(): AgentState {
    const { policy, updates, time, lambda, critic, average, scaling } = this;
    const temperature = this.temperature?.snapshot() ?? null;
    return { w: policy.w, updates, time, lambda, critic: critic.snapshot(), average, scaling, temperature };
  }

  /** Takes over the state of an agent of the same configuration and spaces. @throws CheckpointError where it is that of another */
  restore(state: AgentState): void {
    const differs = difference(this.snapshot(), state, 'agent');
    if (differs !== null) throw unfit(`${differs} is not as the configuration and the spaces have it`);
    try {
      this.takeOver(state);
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) throw unfit(error.message);
      throw error;
    }
  }

  private takeOver(state: AgentState): void {
    this.policy.w.set(state.w);
    this.updates = state.updates;
    this.time = state.time;
    this.lambda = state.lambda;
    this.critic.restore(state.critic);
    this.average?.set(state.average!);
    if (state.temperature) this.temperature?.restore(state.temperature);
  }
}

function unfit(what: string): CheckpointError {
  return new CheckpointError(`the checkpoint does not fit its own configuration: ${what}. Take another one.`);
}
