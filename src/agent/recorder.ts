import type { Config } from '../config/config.js';
import type { Critic } from '../critic/critic.js';
import type { Chosen } from '../sampling/acting.js';
import { restoreBatch } from '../sampling/batch.js';
import { type Outcome, Stream } from '../sampling/stream.js';
import type { Space } from '../spaces/index.js';
import { ActorCritic, type Update } from './actorCritic.js';
import { type ScalingPhase, scalingPhase } from './scaling.js';

/** What acted, and what came of it. */
export interface Recording {
  /** The observations acted on, as numbers; shape [n, inputs]. */
  readonly observations: Float64Array;
  readonly chosen: Chosen;
  readonly outcome: Outcome;
}

/** One client's transitions on their way to a batch, and the critic that has traces of its environments. */
interface Lane {
  readonly stream: Stream;
  readonly critic: Critic;
}

/** Learns from transitions that somebody else makes, in batches as large as those of training. */
export class Recorder {
  /** The agent that learns; another one from the moment on when the range of the observations is known. */
  core: ActorCritic;
  private readonly observationSpace: Space;
  private readonly actionSpace: Space;
  /** While the range of the observations is measured; null: it is known. */
  private scaling: ScalingPhase | null;
  private lane: (Lane & { numEnvs: number }) | null = null;
  private seen = 0;

  /** @param core default: a new agent, which measures the range of its observations first where the configuration says so */
  constructor(config: Config, observationSpace: Space, actionSpace: Space, core: ActorCritic | null = null) {
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.scaling = core === null ? scalingPhase(config, observationSpace) : null;
    this.core = core ?? new ActorCritic(config, observationSpace, actionSpace, this.scaling?.placeholder ?? null);
  }

  /** Whether the range of the observations is still measured, before anything is learned. */
  get isScaling(): boolean {
    return this.scaling !== null;
  }

  /** The number of environments of the batch under way; null where the next transition begins one. */
  get numEnvs(): number | null {
    return this.lane?.stream.hasBegun ? this.lane.numEnvs : null;
  }

  /**
   * Records a transition of each of n environments.
   * @returns the policy update, where they made a batch full
   */
  record({ observations, chosen, outcome }: Recording): Update | null {
    const numEnvs = outcome.rewards.length;
    if (this.scaling !== null) return this.measure(outcome.next, numEnvs);
    if (this.lane?.numEnvs !== numEnvs) {
      this.lane = { ...this.open(numEnvs, () => this.core.batchStepsOf(numEnvs)), numEnvs };
    }
    return this.pass(this.lane, { observations, chosen, outcome });
  }

  /** One policy update from recordings in the order of time. @returns null while the range of the observations is measured */
  learn(recordings: readonly Recording[]): Update | null {
    const numEnvs = recordings[0].outcome.rewards.length;
    let first = 0;
    while (this.scaling !== null && first < recordings.length) this.measure(recordings[first++].outcome.next, numEnvs);
    const rest = recordings.slice(first);
    if (rest.length === 0) return null;
    const lane = this.open(numEnvs, () => rest.length);
    return rest.reduce<Update | null>((_, recording) => this.pass(lane, recording), null);
  }

  private open(numEnvs: number, steps: () => number): Lane {
    const { core } = this;
    const { features } = core.model;
    const stream = new Stream(
      { inputs: features.state.inputs, width: features.action.width },
      {
        numEnvs,
        autoreset: 'disabled',
        cost: core.cost,
        truncation: core.config.truncation,
        steps,
        onEpisode: () => {},
      },
    );
    return { stream, critic: core.criticFor(stream.columns) };
  }

  private pass({ stream, critic }: Lane, { observations, chosen, outcome }: Recording): Update | null {
    const { core } = this;
    stream.act(observations, chosen);
    const recorded = stream.observe(outcome);
    if (recorded === null) return null;
    if (critic !== core.critic) critic.theta.set(core.critic.theta);
    return core.update(restoreBatch(core.model.features.state, recorded), critic);
  }

  private measure(rows: Float64Array, numEnvs: number): null {
    this.scaling!.see(rows);
    this.seen += numEnvs;
    const { config } = this.core;
    if (this.seen < config.observations.freezeAt) return null;
    this.core = new ActorCritic(config, this.observationSpace, this.actionSpace, this.scaling!.bounds());
    this.scaling = null;
    return null;
  }
}
