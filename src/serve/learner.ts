import { ActorCritic, checkpointOf, encodeCheckpoint } from '../agent/index.js';
import type { Critic } from '../critic/critic.js';
import { type Batch, type Recorded, restoreBatch } from '../sampling/batch.js';
import { fromJSON, type Space } from '../spaces/index.js';
import type { Progress, SaveExtras, Start } from './messages.js';

/** The learning half of an agent server: critic and mirror step, as `train` does them, on batches that clients recorded. */
export class Learner {
  private readonly observationSpace: Space;
  private readonly actionSpace: Space;
  private readonly agent: ActorCritic;
  /** Online critics of the clients: one θ, but each has traces for its own environments. */
  private readonly critics = new Map<number, Critic>();

  constructor({ config, observationSpace, actionSpace, state }: Start) {
    this.observationSpace = fromJSON(observationSpace);
    this.actionSpace = fromJSON(actionSpace);
    this.agent = new ActorCritic(config, this.observationSpace, this.actionSpace, state?.scaling ?? null);
    if (state !== null) this.agent.restore(state);
  }

  /** One policy update: critic, then mirror step. */
  learn(stream: number, recorded: Recorded): Progress {
    const { agent } = this;
    const batch = restoreBatch(agent.model.features.state, recorded);
    const update = agent.update(batch, this.criticOf(stream, batch));
    const { updates, time } = agent;
    return {
      ...update,
      w: agent.policy.w.slice(),
      theta: agent.critic.theta.slice(),
      features: (agent.model.features.state.parameters ?? []).map((values) => Float64Array.from(values)),
      updates,
      time,
      tau: agent.tau,
    };
  }

  /** A client has left. */
  forget(stream: number): void {
    this.critics.delete(stream);
  }

  /** The bytes of a checkpoint file, which `eval`, `train --resume` and `serve` read. */
  save({ rng, steps, seconds }: SaveExtras): Uint8Array {
    return encodeCheckpoint(checkpointOf(this.agent, this.observationSpace, this.actionSpace, { rng, steps, seconds }));
  }

  /** The critic that learns from a client's batches, with θ as it stands. */
  private criticOf(stream: number, { numEnvs }: Batch): Critic {
    const { agent, critics } = this;
    const critic = critics.get(stream) ?? agent.criticFor(numEnvs);
    critics.set(stream, critic);
    if (critic !== agent.critic) critic.theta.set(agent.critic.theta);
    return critic;
  }
}
