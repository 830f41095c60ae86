import { ConfigError } from '../config/configError.js';
import type { VectorEnvironment } from '../envs/environment.js';
import type { Chosen } from '../sampling/acting.js';
import { createRng, NDArray, type Rng } from '../spaces/index.js';
import type { ActorCritic } from './actorCritic.js';

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

/** Plays episodes in one environment by an agent's policy, as it is at each step, to be looked at. Closes the environment. */
export class Player {
  /** The numbers of the observation acted on last, shape [inputs]. */
  readonly observation: Float64Array;
  /** Undiscounted return and steps of the episode so far. */
  episodeReturn = 0;
  episodeSteps = 0;
  private readonly env: VectorEnvironment;
  private readonly agent: ActorCritic;
  private readonly options: PlayerOptions;
  private readonly rng: Rng;
  private readonly chosen: Chosen;
  private seen: unknown = null;
  private ended = true;

  constructor(env: VectorEnvironment, agent: ActorCritic, options: PlayerOptions) {
    this.env = env;
    this.agent = agent;
    this.options = options;
    this.rng = createRng(options.seed);
    this.chosen = agent.acting.room(1);
    this.observation = new Float64Array(agent.acting.inputs);
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
  async close(): Promise<void> {
    await this.env.close();
  }

  private see(seen: unknown): void {
    this.seen = seen;
    this.agent.model.observations.write(seen, this.observation, 0, this.episodeSteps);
  }

  /** One step of the environment; after an episode's end it is the reset (autoreset next_step), whatever the action. */
  private act() {
    this.agent.acting.act(this.observation, this.options.stochastic ? this.rng : null, this.chosen);
    return this.env.step(this.chosen.actions);
  }
}
