import { Agent, type AgentState, type Config, encodeCheckpoint } from '../agent/index.js';
import type { Critic } from '../critic/critic.js';
import { isOnline, makeCritic } from '../model/model.js';
import { type Batch, restoreBatch } from '../sampling/batch.js';
import { fromJSON } from '../spaces/index.js';
import { version } from '../version.js';
import type { Progress, Recorded, SaveExtras, Start } from './messages.js';

/** The learning half of an agent server: critic and mirror step, as `train` does them, on batches that clients recorded. */
export class Learner {
  private readonly config: Config;
  private readonly start: Start;
  private readonly agent: Agent;
  /** Online critics of the clients: one θ, but each has traces for its own environments. */
  private readonly critics = new Map<number, Critic>();

  constructor(start: Start) {
    const { config, observationSpace, actionSpace, state } = start;
    this.start = start;
    this.config = config;
    this.agent = new Agent(config, fromJSON(observationSpace), fromJSON(actionSpace), state?.scaling ?? null);
    if (state !== null) this.agent.restore(state);
  }

  /** One policy update: critic, then mirror step. */
  learn(stream: number, recorded: Recorded): Progress {
    const { agent } = this;
    const { context, criticSteps, stepSize, lambda } = agent;
    const batch = restoreBatch(agent.model.features.state, recorded);
    const critic = this.criticOf(stream, batch);
    for (let t = 0; t < batch.steps; t++) critic.observe(batch, t, context, stepSize);
    critic.learn(batch, context, criticSteps);
    if (critic !== agent.critic) agent.critic.theta.set(critic.theta);
    agent.improve(batch);
    const { updates, time } = agent;
    return {
      w: agent.policy.w.slice(),
      theta: agent.critic.theta.slice(),
      features: (agent.model.features.state.parameters ?? []).map((values) => Float64Array.from(values)),
      updates,
      time,
      tau: agent.tau,
      mirrorStep: lambda,
      criticSteps,
      stepSize,
      temporalDifference: critic.takeError(),
    };
  }

  /** A client has left. */
  forget(stream: number): void {
    this.critics.delete(stream);
  }

  /** The bytes of a checkpoint file, which `eval`, `train --resume` and `serve` read. */
  save({ rng, steps, seconds }: SaveExtras): Uint8Array {
    const { config, observationSpace, actionSpace } = this.start;
    const agent: AgentState = this.agent.snapshot();
    const state = { agent, rng, seconds, evaluation: null };
    return encodeCheckpoint({ config, observationSpace, actionSpace, version, steps, state });
  }

  /** The critic that learns from a client's batches, with θ as it stands. */
  private criticOf(stream: number, { numEnvs }: Batch): Critic {
    const { config, agent } = this;
    if (!isOnline(config.critic)) return agent.critic;
    let critic = this.critics.get(stream);
    if (critic === undefined) {
      critic = makeCritic({ ...config, env: { ...config.env, numEnvs } }, agent.model);
      this.critics.set(stream, critic);
    }
    critic.theta.set(agent.critic.theta);
    return critic;
  }
}
