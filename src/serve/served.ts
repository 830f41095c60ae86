import { Agent, type AgentState, type Checkpoint, type Config, ConfigError } from '../agent/index.js';
import { seedOf } from '../agent/run.js';
import { BridgeError, type Header, LIMITS } from '../bridge/index.js';
import type { Observations } from '../sampling/observations.js';
import { createRng, fromDescription, fromJSON, type Rng, type Space } from '../spaces/index.js';
import { version } from '../version.js';
import { Actor } from './actor.js';
import { bad } from './arguments.js';
import { Learning } from './learning.js';
import type { Progress } from './messages.js';
import { type Autoreset, type Outcome, Stream } from './stream.js';

/** What is served: an agent, or a configuration that becomes one when the first client says what the spaces are. */
export class Served {
  readonly config: Config;
  readonly lease: number | null;
  private current: ServedAgent | null = null;
  private greetings = 0;

  /** @throws ConfigError where the configuration cannot learn from clients; RangeError, ConfigError where it does not fit a checkpoint's spaces */
  constructor(config: Config, checkpoint: Checkpoint | null, lease: number | null) {
    if (config.sampler.type !== 'onPolicy') {
      throw new ConfigError(
        `sampler.type is "${config.sampler.type}", which resets environments by itself; expected "onPolicy" for an agent whose ` +
          'environments belong to its clients',
      );
    }
    if (checkpoint === null && config.observations.scaling === 'running') {
      throw new ConfigError(
        'observations.scaling is "running"; expected "bounds" for a new agent that is served. Train it for a while, then serve the checkpoint.',
      );
    }
    this.config = config;
    this.lease = lease;
    if (checkpoint !== null) {
      const [observation, action] = [fromJSON(checkpoint.observationSpace), fromJSON(checkpoint.actionSpace)];
      this.current = new ServedAgent(config, observation, action, checkpoint);
    }
  }

  /** @throws BridgeError BadArgument before the first client said what the spaces are */
  get agent(): ServedAgent {
    if (this.current === null) throw bad('the agent is new', 'a hello with observation_space and action_space first');
    return this.current;
  }

  /** Whether anything was learned, or can have been. */
  get isBorn(): boolean {
    return this.current !== null;
  }

  hello(fields: Header): Header {
    const given = [fields.observation_space, fields.action_space].map((x) => (x == null ? null : spaceOf(x)));
    const [observation, action] = given as [Space | null, Space | null];
    if (this.current === null) {
      if (observation === null || action === null) {
        throw bad('hello: the agent is new and has no spaces yet', 'observation_space and action_space');
      }
      this.current = newAgent(this.config, observation, action);
    }
    const { agent, config } = this;
    compare('observation', observation, agent.observationSpace);
    compare('action', action, agent.actionSpace);
    return {
      server: { name: 'mirrorflow', version, pid: process.pid },
      versions: { node: process.versions.node },
      limits: LIMITS,
      lease: this.lease,
      agent: {
        env: config.env.id,
        num_envs: config.env.numEnvs,
        seed: config.seed,
        // Clients that teach one agent must not meet the same episodes; the first has those of `train`.
        reset_seed: seedOf(config.seed, 'training', this.greetings++ % 256),
        ...agent.counts(),
      },
      observation_space: agent.observationSpace.describe(),
      action_space: agent.actionSpace.describe(),
    };
  }
}

/** The agent in the thread that acts; its learner is in another. */
export class ServedAgent {
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly observations: Observations;
  readonly actor: Actor;
  readonly learning: Learning;
  /** Transitions recorded so far. */
  steps: number;
  private readonly config: Config;
  private readonly agent: Agent;
  private readonly rng: Rng;
  private readonly started: number;
  private readonly returns: number[] = [];
  private readonly streams = new Set<number>();
  private episodes = 0;
  private lastStream = 0;
  private latest: Progress | null = null;

  constructor(config: Config, observationSpace: Space, actionSpace: Space, saved: Checkpoint | null) {
    const state = (saved?.state.agent as AgentState | undefined) ?? null;
    this.config = config;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.agent = new Agent(config, observationSpace, actionSpace, state?.scaling ?? null);
    if (state !== null) this.agent.restore(state);
    this.observations = this.agent.model.observations;
    this.rng = createRng((saved?.state.rng as number[] | undefined) ?? config.seed);
    this.actor = new Actor(this.agent, this.rng);
    this.steps = saved?.steps ?? 0;
    this.started = performance.now() - 1000 * ((saved?.state.seconds as number | undefined) ?? 0);
    this.learning = new Learning({
      config,
      observationSpace: observationSpace.toJSON(),
      actionSpace: actionSpace.toJSON(),
      state,
    });
  }

  /** How much was learned. */
  counts(): Header {
    return { steps: this.steps, updates: this.agent.updates };
  }

  openStream(numEnvs: number, autoreset: Autoreset): { id: number; stream: Stream } {
    const id = ++this.lastStream;
    this.streams.add(id);
    const stream = new Stream(this.actor, {
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
    return Math.max(1, Math.round((this.agent.batchSteps * this.config.env.numEnvs) / numEnvs));
  }

  closeStream(id: number): void {
    this.streams.delete(id);
    this.learning.forget(id);
  }

  /** Records an outcome. @returns null, or where the batch is full a promise that what was learned from it acts */
  observe(id: number, stream: Stream, outcome: Outcome): Promise<void> | null {
    const before = stream.transitions;
    const batch = stream.observe(outcome);
    this.steps += stream.transitions - before;
    if (batch === null) return null;
    const learned = this.learning.learn(id, batch).then((progress) => this.take(progress));
    // Where nobody waits for it, a failure is told to the next who does.
    learned.catch(() => {});
    return learned;
  }

  async save(): Promise<Uint8Array> {
    const { steps, started } = this;
    return this.learning.save({ rng: this.rng.state(), steps, seconds: (performance.now() - started) / 1000 });
  }

  metrics(): Header {
    const { actor, latest, returns } = this;
    const kl = actor.takeKl();
    return {
      ...this.counts(),
      seconds: (performance.now() - this.started) / 1000,
      episodes: this.episodes,
      mean_return: returns.length > 0 ? returns.reduce((a, b) => a + b, 0) / returns.length : null,
      kl: kl.mean,
      kl_max: kl.max,
      entropy: this.agent.model.family.referenceEntropy - kl.mean,
      temporal_difference: latest?.temporalDifference ?? null,
      tau: actor.tau,
      mirror_step: latest?.mirrorStep ?? null,
      critic_steps: latest?.criticSteps ?? null,
      step_size: latest?.stepSize ?? null,
      learning_clients: this.streams.size,
      backlog: this.learning.backlog,
    };
  }

  /** From here on the new vectors act. It happens between two requests, so no answer is made of both. */
  private take(progress: Progress): void {
    const { agent } = this;
    agent.policy.w.set(progress.w);
    agent.critic.theta.set(progress.theta);
    progress.features.forEach((values, i) => {
      agent.model.features.state.parameters![i]!.set(values);
    });
    agent.updates = progress.updates;
    agent.time = progress.time;
    this.actor.tau = progress.tau;
    this.latest = progress;
  }
}

/** @throws BridgeError BadConfiguration where the configuration does not fit the client's spaces */
function newAgent(config: Config, observation: Space, action: Space): ServedAgent {
  try {
    return new ServedAgent(config, observation, action, null);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof RangeError)) throw error;
    throw new BridgeError(
      'BadConfiguration',
      `the configuration of ${config.env.id} does not fit the spaces: ${error.message}`,
      {
        remedy: 'serve the preset of this environment, or a configuration for it (docs/configuration.md)',
      },
    );
  }
}

function spaceOf(description: unknown): Space {
  try {
    return fromDescription(description);
  } catch (error) {
    throw bad(`hello: ${(error as Error).message}`);
  }
}

function compare(kind: string, given: Space | null, own: Space): void {
  if (given === null || given.equals(own)) return;
  throw new BridgeError('SpaceMismatch', `the client's ${kind} space is ${given}; the agent's is ${own}`, {
    expected: `${own}`,
    remedy: 'connect to an agent of this environment, or serve a new one',
  });
}
