import { type ActorCritic, type Frame, makePictureEnv, Player, seedOf } from '../agent/index.js';
import { Pace } from './pace.js';

/** A frame with where the episode stands. */
export interface Picture extends Frame {
  readonly observation: readonly number[];
  readonly episodeReturn: number;
  readonly episodeSteps: number;
}

/** Steps between two frames at most. */
const MAX_STEPS = 10;

/**
 * The agent at play in an environment of its own, on a server of its own: made when somebody looks for the first time, and moved only when
 * a frame is asked for, in real time as far as a few frames a second allow.
 */
export class PictureShow {
  /** The least and the greatest observations seen. */
  readonly seen: { low: number[]; high: number[] };
  private readonly agent: ActorCritic;
  private readonly python: string | undefined;
  private readonly pace = new Pace(0.2, 150);
  private player: Promise<Player> | null = null;
  private closed = false;
  private framedAt = 0;

  constructor(agent: ActorCritic, python: string | undefined) {
    this.agent = agent;
    this.python = python;
    const { inputs } = agent.policy.features.state;
    this.seen = {
      low: new Array(inputs).fill(Number.POSITIVE_INFINITY),
      high: new Array(inputs).fill(Number.NEGATIVE_INFINITY),
    };
  }

  /** The next frame. @throws BridgeError or ConfigError where the environment gives no pictures */
  next(): Promise<Picture> {
    return this.pace.run(async () => {
      if (this.closed) throw new Error('training has ended');
      this.player ??= this.start();
      const player = await this.player;
      const now = performance.now();
      const due = Math.round(((now - this.framedAt) / 1000) * player.fps);
      this.framedAt = now;
      for (let steps = Math.max(1, Math.min(MAX_STEPS, due)); steps > 0; steps--) {
        const ended = await player.step();
        this.see(player.observation);
        if (ended) break;
      }
      const frame = await player.frame();
      const { episodeReturn, episodeSteps, observation } = player;
      return { ...frame, episodeReturn, episodeSteps, observation: [...observation] };
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    // An environment that could not be made has nothing to close.
    const player = await this.player?.catch(() => null);
    await player?.close();
  }

  private async start(): Promise<Player> {
    const { config } = this.agent;
    const env = await makePictureEnv(config, { python: this.python });
    return new Player(env, this.agent, { seed: seedOf(config.seed, 'report', 1) });
  }

  private see(observation: Float64Array): void {
    const { low, high } = this.seen;
    observation.forEach((x, i) => {
      low[i] = Math.min(low[i], x);
      high[i] = Math.max(high[i], x);
    });
  }
}
