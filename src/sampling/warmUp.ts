import type { VectorEnvironment } from '../envs/environment.js';
import type { Bounds } from '../features/index.js';
import type { ActionFamily } from '../policy/family.js';
import type { Rng } from '../spaces/index.js';
import type { Actions } from './actions.js';
import { Breath } from './breath.js';
import type { Observations } from './observations.js';

/** Standard deviations on either side of the mean that are scaled to [0,1]. */
const SPREAD = 3;

export interface WarmUp {
  /** Mean ± 3 standard deviations of each number; ± 1 where it never changed. */
  bounds: Bounds;
  /** Transitions made. */
  transitions: number;
}

/** How μ is followed. */
export interface WarmUpOptions {
  readonly family: ActionFamily;
  readonly actions: Actions;
  readonly observations: Observations;
  /** Transitions at least. */
  readonly count: number;
  readonly rng: Rng;
  /** The seeds of whole reset number `segment`. */
  readonly seed: (segment: number) => number;
}

/**
 * Follows π = μ, the policy that every run starts from, for `count` transitions or a few more, and keeps the running mean and deviation
 * of the observations (Welford, Technometrics 4, 1962). What they give is frozen: features are made with it once.
 */
export async function warmUp(
  env: VectorEnvironment,
  { family, actions, observations, count, rng, seed }: WarmUpOptions,
): Promise<WarmUp> {
  const E = env.numEnvs;
  const { inputs } = observations;
  const rows = new Float64Array(E * inputs);
  const statistics = new RunningStatistics(inputs);
  const resetting = new Uint8Array(E);
  const codes = new Float64Array(E * family.features.width);
  const taken = actions.buffer(E);
  const breath = new Breath();
  let segment = 0;
  let transitions = 0;
  const see = (seen: unknown) => {
    observations.write(seen, rows, 0, transitions);
    for (let e = 0; e < E; e++) statistics.add(rows, e * inputs);
  };

  see((await env.reset({ seed: seed(segment) }))[0]);
  while (transitions < count) {
    for (let e = 0; e < E; e++) {
      family.drawReference(rng, codes, e);
      actions.write(codes, e, taken, e);
    }
    const [next, , terminated, truncated, info] = await breath.step(env, taken);
    if (info.restarted !== undefined) {
      resetting.fill(0);
      see((await env.reset({ seed: seed(++segment) }))[0]);
      continue;
    }
    see(next);
    for (let e = 0; e < E; e++) {
      if (!resetting[e]) transitions++;
      resetting[e] = !resetting[e] && (terminated[e] || truncated[e]) ? 1 : 0;
    }
  }
  return { bounds: statistics.bounds(), transitions };
}

/** Running mean and deviation of rows of numbers. */
export class RunningStatistics {
  private count = 0;
  private readonly mean: Float64Array;
  private readonly squares: Float64Array;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  /** Adds the row that starts at `at`. */
  add(rows: ArrayLike<number>, at: number): void {
    const { mean, squares } = this;
    this.count++;
    for (let i = 0; i < mean.length; i++) {
      const difference = rows[at + i] - mean[i];
      mean[i] = mean[i] + difference / this.count;
      squares[i] = squares[i] + difference * (rows[at + i] - mean[i]);
    }
  }

  /** Mean ± 3 standard deviations of each number; ± 1 where it never changed. */
  bounds(): Bounds {
    const half = this.squares.map((s) => SPREAD * Math.sqrt(s / this.count) || 1);
    return { low: this.mean.map((m, i) => m - half[i]), high: this.mean.map((m, i) => m + half[i]) };
  }
}
