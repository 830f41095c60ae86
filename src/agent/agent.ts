import { type MirrorStep, mirrorSteps } from '../actor/mirrorDescent.js';
import type { Critic, CriticContext } from '../critic/critic.js';
import { scheduleAt, stepCountAt } from '../critic/schedule.js';
import { Policy } from '../policy/policy.js';
import type { Space } from '../spaces/index.js';
import type { Config } from './config.js';
import { type Model, makeCritic, makeModel } from './model.js';

/** The actor-critic: θ of the critic, w of the policy, and the clock that the schedules run on. */
export class Agent {
  readonly config: Config;
  readonly model: Model;
  readonly critic: Critic;
  readonly policy: Policy;
  /** Policy updates n so far. */
  updates = 0;
  /** The flow's time t: the mirror steps so far, summed. */
  time = 0;
  private readonly mirrorStep: MirrorStep;

  constructor(config: Config, observationSpace: Space, actionSpace: Space) {
    this.config = config;
    this.model = makeModel(config, observationSpace, actionSpace);
    this.critic = makeCritic(config, this.model);
    this.policy = new Policy(this.model.features, this.model.measure);
    this.mirrorStep = mirrorSteps[config.actor.type];
  }

  /** What the critic must know of the policy. */
  get context(): CriticContext {
    return { w: this.policy.w, tau: this.config.tau, gamma: this.config.gamma };
  }

  /** M_n, the critic steps of the policy update that comes next. */
  get criticSteps(): number {
    return stepCountAt(this.config.criticSteps, this.updates);
  }

  /** h·η_t of the critic step that comes next (0 for a critic without one). */
  get stepSize(): number {
    const { critic } = this.config;
    return critic.type === 'td' ? critic.stepSize * scheduleAt(critic.eta, this.time) : 0;
  }

  /** The steps of the batch that comes next: M_n online critic steps, or a rollout for a batch critic. */
  get batchSteps(): number {
    return this.config.critic.type === 'td' ? this.criticSteps : this.config.sampler.steps;
  }

  /** The mirror step: moves w by θ. */
  improve(): void {
    const { mirrorStep } = this.config.actor;
    this.mirrorStep(this.policy.w, this.critic.theta, mirrorStep, this.config.tau);
    this.updates++;
    this.time += mirrorStep;
  }

  snapshot(): Record<string, unknown> {
    return { w: this.policy.w, updates: this.updates, time: this.time, critic: this.critic.snapshot() };
  }

  restore(state: Record<string, unknown>): void {
    this.policy.w.set(state.w as Float64Array);
    this.updates = state.updates as number;
    this.time = state.time as number;
    this.critic.restore(state.critic as Record<string, unknown>);
  }
}
