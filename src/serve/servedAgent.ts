import { ActorCritic, type AgentState, type Checkpoint, type Config } from '../agent/index.js';
import { type ScalingPhase, scalingPhase } from '../agent/scaling.js';
import type { Header } from '../bridge/index.js';
import type { AutoresetMode } from '../envs/environment.js';
import type { Bounds } from '../features/index.js';
import type { Observations } from '../sampling/observations.js';
import { type Outcome, Stream } from '../sampling/stream.js';
import { createRng, type Rng, type Space } from '../spaces/index.js';
import { bad } from './arguments.js';
import { Choosing } from './choosing.js';
import { Learning } from './learning.js';
import { within } from './limits.js';
import type { Progress } from './messages.js';

/** The agent in the thread that acts; its learner is in another. */
export class ServedAgent {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly config: Config;
  observations: Observations;
  choosing: Choosing;
  learning: Learning;
  /** Transitions recorded so far. */
  steps: number;
  private agent: ActorCritic;
  /** While the range of the observations is measured; null: it is known. */
  private scaling: ScalingPhase | null;
  private readonly rng: Rng;
  private readonly started: number;
  private readonly returns: number[] = [];
  private readonly streams = new Set<number>();
  /** What learning from a client's batch failed with, which it was not told yet. */
  private readonly untold = new Map<number, Error>();
  private episodes = 0;
  private lastStream = 0;
  private latest: Progress | null = null;

  constructor(config: Config, observationSpace: Space, actionSpace: Space, saved: Checkpoint | null) {
    const state = saved?.state.agent ?? null;
    this.config = config;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.scaling = saved === null ? scalingPhase(config, observationSpace) : null;
    const range = state?.scaling ?? this.scaling?.placeholder ?? null;
    this.agent = new ActorCritic(config, observationSpace, actionSpace, range);
    if (state !== null) this.agent.restore(state);
    this.observations = this.agent.model.observations;
    this.rng = createRng(saved?.state.rng ?? config.seed);
    this.choosing = new Choosing(this.agent, this.rng);
    this.steps = saved?.steps ?? 0;
    this.started = performance.now() - 1000 * (saved?.state.seconds ?? 0);
    this.learning = this.startLearning(this.scaling === null ? state : this.agent.snapshot());
  }

  /** Whether the range of the observations is still measured, before anything is learned. */
  get isScaling(): boolean {
    return this.scaling !== null;
  }

  /** How much was learned. */
  counts(): Header {
    return { steps: this.steps, updates: this.agent.updates };
  }

  openStream(numEnvs: number, autoreset: AutoresetMode): { id: number; stream: Stream } {
    const id = ++this.lastStream;
    this.streams.add(id);
    const stream = new Stream(this.choosing, {
      numEnvs,
      autoreset,
      cost: this.agent.cost,
      truncation: this.config.truncation,
      steps: () => this.batchSteps(numEnvs),
      onEpisode: (total) => {
        this.episodes++;
        this.returns.push(total);
        if (this.returns.length > 100) this.returns.shift();
      },
    });
    return { id, stream };
  }

  /** Steps of the batch that begins now: as many transitions as in training, whatever the number of environments. */
  batchSteps(numEnvs: number): number {
    return this.agent.batchStepsOf(numEnvs);
  }

  closeStream(id: number): void {
    this.streams.delete(id);
    this.untold.delete(id);
    this.learning.forget(id);
  }

  /** Records an outcome; nothing of it where learning failed since the last one. @returns null, or where the batch is full a promise that what was learned from it acts */
  observe(id: number, stream: Stream, outcome: Outcome): Promise<void> | null {
    this.tell(id);
    const before = stream.transitions;
    const batch = stream.observe(outcome);
    this.steps += stream.transitions - before;
    if (this.scaling !== null) {
      this.scaling.see(outcome.next);
      if (this.steps >= this.config.observations.freezeAt) this.freeze(this.scaling.bounds());
      return null;
    }
    if (batch === null) return null;
    const learned = this.learning.learn(id, batch).then((progress) => this.take(progress));
    // Who does not wait for it is told with his next outcome.
    learned.catch((error) => this.untold.set(id, error));
    return learned;
  }

  /** Checks that a stream of so many environments is no larger than the limits. @throws BridgeError LimitExceeded */
  checkStream(numEnvs: number): void {
    within('max_num_envs', numEnvs, 'learn: num_envs', 'learn from fewer environments, or by several clients');
    const transitions = Math.max(numEnvs, this.agent.batchSteps * this.config.env.numEnvs);
    // Two columns for each environment (stream.ts), and the observations that the last step led to.
    const bytes = 2 * 8 * this.choosing.inputs * (transitions + numEnvs);
    within(
      'max_batch_bytes',
      bytes,
      'learn: the bytes of a batch',
      'learn from fewer environments, or by smaller batches',
    );
  }

  /** A promise of `observe` whose failure is told to the client that waits for it, not a second time with its next outcome. */
  told(id: number, learned: Promise<void>): Promise<void> {
    return learned.catch((error) => {
      this.untold.delete(id);
      throw error;
    });
  }

  async save(): Promise<Uint8Array> {
    const { steps, started } = this;
    if (this.scaling !== null) {
      const { freezeAt } = this.config.observations;
      throw bad(
        `save: the range of the observations is measured for ${freezeAt} transitions first; there are ${steps}`,
      );
    }
    return this.learning.save({ rng: this.rng.state(), steps, seconds: (performance.now() - started) / 1000 });
  }

  metrics(): Header {
    const { choosing, latest, returns } = this;
    const kl = choosing.takeKl();
    return {
      ...this.counts(),
      seconds: (performance.now() - this.started) / 1000,
      episodes: this.episodes,
      mean_return: returns.length > 0 ? returns.reduce((a, b) => a + b, 0) / returns.length : null,
      kl: kl.mean,
      kl_max: kl.max,
      entropy: this.agent.model.family.referenceEntropy - kl.mean,
      temporal_difference: latest?.temporalDifference ?? null,
      tau: choosing.tau,
      mirror_step: latest?.mirrorStep ?? null,
      critic_steps: latest?.criticSteps ?? null,
      step_size: latest?.stepSize ?? null,
      learning_clients: this.streams.size,
      backlog: this.learning.backlog,
    };
  }

  /** From here on the agent learns: its features are made with the range that was measured. */
  private freeze(range: Bounds): void {
    const { config, observationSpace, actionSpace } = this;
    void this.learning.close();
    this.scaling = null;
    this.agent = new ActorCritic(config, observationSpace, actionSpace, range);
    this.observations = this.agent.model.observations;
    this.choosing = new Choosing(this.agent, this.rng);
    this.learning = this.startLearning(this.agent.snapshot());
  }

  private startLearning(state: AgentState | null): Learning {
    const { config, observationSpace, actionSpace } = this;
    return new Learning({
      config,
      observationSpace: observationSpace.toJSON(),
      actionSpace: actionSpace.toJSON(),
      state,
    });
  }

  /** @throws what learning from the batch before failed with, once; what the thread ended with, always */
  private tell(id: number): void {
    const error = this.learning.failed ?? this.untold.get(id);
    this.untold.delete(id);
    if (error !== undefined) throw error;
  }

  /** From here on the new vectors act. It happens between two requests, so no answer is made of both. */
  private take(progress: Progress): void {
    const { agent } = this;
    agent.policy.w.set(progress.w);
    agent.critic.theta.set(progress.theta);
    progress.features.forEach((values, i) => {
      agent.model.features.state.parameters![i].set(values);
    });
    agent.updates = progress.updates;
    agent.time = progress.time;
    this.choosing.tau = progress.tau;
    this.latest = progress;
  }
}
