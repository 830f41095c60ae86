import { BridgeError, VectorEnv } from '../bridge/index.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import { encodeRows, makeRows, type Rows } from '../features/index.js';
import { Policy } from '../policy/policy.js';
import type { ActionArray } from '../sampling/actions.js';
import { createRng, NDArray, type Rng } from '../spaces/index.js';
import type { Agent } from './agent.js';
import { evaluationEnv } from './run.js';

/** A picture of an environment: rows of pixels of three bytes. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Shape [height·width·3]. */
  readonly rgb: Uint8Array;
}

/** How episodes are played. */
export interface PlayerOptions {
  /** Seed of the first episode and of the draws. */
  seed: number;
  /** Draws actions instead of taking the policy's mode. */
  stochastic?: boolean | undefined;
}

/** Makes one environment of the configuration with `render_mode` "rgb_array". @throws ConfigError where it has no such mode; BridgeError */
export async function makePictureEnv(
  config: Config,
  options: { python?: string | undefined } = {},
): Promise<VectorEnv> {
  const { id, numEnvs: _, ...rest } = evaluationEnv(config);
  try {
    return await VectorEnv.make(id, {
      ...rest,
      numEnvs: 1,
      info: false,
      renderMode: 'rgb_array',
      python: options.python,
    });
  } catch (error) {
    if (!(error instanceof BridgeError && /has no render_mode|TypeError: .*render_mode/.test(error.message)))
      throw error;
    throw new ConfigError(
      `${id} has no render mode "rgb_array", so there are no pictures of it; ` +
        'add the mode to its metadata["render_modes"] and let its render() give an array of shape [height, width, 3]',
      { cause: error },
    );
  }
}

/** Plays episodes in one environment by an agent's policy, as it is at each step, to be looked at. Closes the environment. */
export class Player {
  /** The numbers of the observation acted on last, shape [inputs]. */
  readonly observation: Float64Array;
  /** Undiscounted return and steps of the episode so far. */
  episodeReturn = 0;
  episodeSteps = 0;
  private readonly env: VectorEnv;
  private readonly agent: Agent;
  private readonly policy: Policy;
  private readonly options: PlayerOptions;
  private readonly rng: Rng;
  private readonly rows: Rows;
  private readonly codes: Float64Array;
  private readonly actions: ActionArray;
  private seen: unknown = null;
  private ended = true;

  constructor(env: VectorEnv, agent: Agent, options: PlayerOptions) {
    const { features, family, w } = agent.policy;
    this.env = env;
    this.agent = agent;
    // A policy of its own on the same w: training goes on between steps and uses the buffers of the agent's.
    this.policy = new Policy(features, family, w as Float64Array<ArrayBuffer>);
    this.options = options;
    this.rng = createRng(options.seed);
    this.rows = makeRows(features.state, 1);
    this.codes = new Float64Array(features.action.width);
    this.actions = agent.model.actions.buffer(1);
    this.observation = new Float64Array(features.state.inputs);
  }

  /** Frames a second that the environment asks for; 30 where it says nothing. */
  get fps(): number {
    const { render_fps: fps } = this.env.metadata;
    return typeof fps === 'number' && fps > 0 ? fps : 30;
  }

  /** Takes a step, or begins an episode where there is none under way. @returns whether the episode ended with it */
  async step(): Promise<boolean> {
    if (this.ended) {
      const [seen] = this.seen === null ? await this.env.reset({ seed: this.options.seed }) : await this.act();
      this.see(seen);
      this.episodeReturn = 0;
      this.episodeSteps = 0;
      this.ended = false;
      return false;
    }
    const [seen, rewards, terminated, truncated] = await this.act();
    this.see(seen);
    this.episodeReturn += rewards[0];
    this.episodeSteps++;
    this.ended = Boolean(terminated[0] || truncated[0]);
    return this.ended;
  }

  /** The picture of the state. @throws ConfigError where the environment gives none */
  async frame(): Promise<Frame> {
    const [picture] = await this.env.render();
    if (!(picture instanceof NDArray) || picture.dtype !== 'uint8' || picture.shape[2] !== 3) {
      throw new ConfigError(
        `${this.agent.config.env.id} rendered ${picture === null ? 'nothing' : 'no picture'}; expected an array of uint8, ` +
          'shape [height, width, 3], from render_mode "rgb_array"',
      );
    }
    const [height, width] = picture.shape as [number, number];
    return { width, height, rgb: picture.data as Uint8Array };
  }

  /** Closes the environment and ends its server. */
  close(): Promise<void> {
    return this.env.close();
  }

  private see(seen: unknown): void {
    this.seen = seen;
    this.agent.model.observations.write(seen, this.observation, 0, this.episodeSteps);
  }

  /** One step of the environment; after an episode's end it is the reset (autoreset next_step), whatever the action. */
  private act() {
    encodeRows(this.policy.features.state, this.observation, this.rows, 0, 1);
    this.policy.choose(this.rows, 0, this.options.stochastic ? this.rng : null, this.codes);
    this.agent.model.actions.write(this.codes, 0, this.actions, 0);
    return this.env.step(this.actions);
  }
}
