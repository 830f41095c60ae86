import { seedOf } from '../agent/environments.js';
import { type Checkpoint, type Config, ConfigError } from '../agent/index.js';
import { BridgeError, type Header } from '../bridge/index.js';
import { fromDescription, fromJSON, type Space } from '../spaces/index.js';
import { version } from '../version.js';
import { bad } from './arguments.js';
import { AGENT_LIMITS, checkSpaceSize } from './limits.js';
import { ServedAgent } from './servedAgent.js';

/** Settings for the spaces of the first client, and the reason of each. */
export type Chooser = (observation: Space, action: Space) => { config: Config; reasons: string[] };

/** What is served: an agent, or a configuration that becomes one when the first client says what the spaces are. */
export class Served {
  readonly lease: number | null;
  private readonly given: Config | Chooser;
  private current: ServedAgent | null = null;
  /** Why the settings are as they are, where they were chosen. */
  private reasons: string[] = [];
  private greetings = 0;

  /** @throws ConfigError where the configuration cannot learn from clients; RangeError, ConfigError where it does not fit a checkpoint's spaces */
  constructor(given: Config | Chooser, checkpoint: Checkpoint | null, lease: number | null) {
    if (typeof given !== 'function') checkServable(given);
    this.given = given;
    this.lease = lease;
    if (checkpoint !== null) {
      const [observation, action] = [fromJSON(checkpoint.observationSpace), fromJSON(checkpoint.actionSpace)];
      this.current = new ServedAgent(checkpoint.config, observation, action, checkpoint);
    }
  }

  /** @throws BridgeError BadArgument before the first client said what the spaces are */
  get agent(): ServedAgent {
    if (this.current === null) throw bad('the agent is new', 'a hello with observation_space and action_space first');
    return this.current;
  }

  /** Whether anything was learned, or can have been. */
  get isBorn(): boolean {
    return this.current !== null && !this.current.isScaling;
  }

  /** Ends the learner's thread. */
  async close(): Promise<void> {
    await this.current?.learning.close();
  }

  hello(fields: Header): Header {
    const observation = spaceOf('observation_space', fields);
    const action = spaceOf('action_space', fields);
    if (this.current === null) {
      if (observation === null || action === null) {
        throw bad('hello: the agent is new and has no spaces yet', 'observation_space and action_space');
      }
      this.current = this.begin(observation, action);
    }
    const { agent, reasons } = this;
    const { config } = agent;
    compare('observation', observation, agent.observationSpace);
    compare('action', action, agent.actionSpace);
    return {
      server: { name: 'mirrorflow', version, pid: process.pid },
      versions: { node: process.versions.node },
      limits: AGENT_LIMITS,
      lease: this.lease,
      agent: {
        env: config.env.id,
        num_envs: config.env.numEnvs,
        seed: config.seed,
        // Clients that teach one agent must not meet the same episodes; the first has those of `train`.
        reset_seed: seedOf(config.seed, 'training', this.greetings++ % 256),
        ...agent.counts(),
        config,
        reasons,
      },
      observation_space: agent.observationSpace.describe(),
      action_space: agent.actionSpace.describe(),
    };
  }

  /** A new agent. @throws BridgeError BadConfiguration where the configuration does not fit the client's spaces */
  private begin(observation: Space, action: Space): ServedAgent {
    const { given } = this;
    try {
      const chosen = typeof given === 'function' ? given(observation, action) : { config: given, reasons: [] };
      checkServable(chosen.config);
      const agent = new ServedAgent(chosen.config, observation, action, null);
      this.reasons = chosen.reasons;
      return agent;
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof RangeError)) throw error;
      const whose =
        typeof given === 'function' ? 'no settings fit' : `the configuration of ${given.env.id} does not fit`;
      throw new BridgeError('BadConfiguration', `${whose} the spaces: ${error.message}`, {
        remedy: 'serve the preset of this environment, or a configuration for it (docs/configuration.md)',
      });
    }
  }
}

function checkServable({ sampler }: Config): void {
  if (sampler.type === 'onPolicy') return;
  throw new ConfigError(
    `sampler.type is "${sampler.type}", which resets environments by itself; expected "onPolicy" for an agent whose ` +
      'environments belong to its clients',
  );
}

function spaceOf(name: string, { [name]: description }: Header): Space | null {
  if (description == null) return null;
  checkSpaceSize(name, description);
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
