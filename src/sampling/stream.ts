import type { AutoresetMode } from '../envs/environment.js';
import type { Acting, Chosen } from './acting.js';
import type { Recorded } from './batch.js';

/** What a step of all environments gave. */
export interface Outcome {
  /** The observations that the step led to, as numbers, the last ones of episodes included; shape [n, inputs]. */
  readonly next: Float64Array;
  readonly rewards: ArrayLike<number>;
  readonly terminated: ArrayLike<number | boolean>;
  readonly truncated: ArrayLike<number | boolean>;
}

export interface StreamOptions {
  readonly numEnvs: number;
  readonly autoreset: AutoresetMode;
  /** Scaled cost of a reward. */
  readonly cost: (reward: number) => number;
  readonly truncation: 'bootstrap' | 'terminate';
  /** Steps of the batch that begins. */
  readonly steps: () => number;
  /** An episode ended with this return. */
  readonly onEpisode: (total: number) => void;
}

/**
 * Puts the transitions of environments that somebody else steps into batches, in the order in which they happen.
 *
 * With `next_step` environment e is column e, as in training: the step after an end is no transition. Otherwise the observation after an end
 * is already the next episode's while the batch has the last one in its place, so that each environment has two columns and changes between
 * them with every episode; rows of the idle column are not valid.
 *
 * An act on another observation than the outcome before led to begins an episode, too: the one before was cut without a word. Its last
 * observation stays in its place, so that the value of no other is taken for that of the next state.
 */
export class Stream {
  /** Transitions so far. */
  transitions = 0;
  /** Whether an act waits for its outcome. */
  isPending = false;
  private t = 0;
  /** null: the next act begins one. */
  private batch: Recorded | null = null;
  /** Columns of its batches. */
  readonly columns: number;
  private readonly inputs: number;
  private readonly width: number;
  private readonly options: StreamOptions;
  /** The column that each environment writes to. */
  private readonly column: Int32Array;
  /** 1: the next act of this environment begins an episode, or with `next_step` the step that only resets. */
  private readonly ended: Uint8Array;
  /** 1: the pending act begins an episode in the other column, where no transition leads to its row. */
  private readonly begun: Uint8Array;
  private readonly returns: Float64Array;
  /** What the latest outcome led to, shape [n, inputs]; null before the first. */
  private latest: Float64Array | null = null;

  constructor({ inputs, width }: Pick<Acting, 'inputs' | 'width'>, options: StreamOptions) {
    const n = options.numEnvs;
    this.options = options;
    this.inputs = inputs;
    this.width = width;
    this.columns = options.autoreset === 'next_step' ? n : 2 * n;
    this.column = Int32Array.from({ length: n }, (_, e) => e);
    this.ended = new Uint8Array(n);
    this.begun = new Uint8Array(n);
    this.returns = new Float64Array(n);
  }

  /** Whether a batch is under way. */
  get hasBegun(): boolean {
    return this.batch !== null;
  }

  /** Whether the outcome of the pending act makes the batch full. */
  get isLast(): boolean {
    return this.t + 1 === this.batch?.steps;
  }

  /** An act of all environments. One whose outcome never came is forgotten. */
  act(observations: Float64Array, { codes, densities }: Chosen): void {
    const { inputs, width, t, columns, ended } = this;
    const { numEnvs: n, autoreset } = this.options;
    this.batch ??= this.begin(observations);
    const { batch } = this;
    for (let e = 0; e < n; e++) {
      if (this.isCut(e, observations)) {
        ended[e] = 1;
        this.returns[e] = 0;
      }
      if (ended[e] && autoreset !== 'next_step') {
        this.column[e] = this.column[e] === e ? n + e : e;
        ended[e] = 0;
        this.begun[e] = 1;
      }
      const at = t * columns + this.column[e];
      // In the step that only resets, the row keeps the last observation of the episode.
      if (!ended[e]) batch.observations.set(observations.subarray(e * inputs, (e + 1) * inputs), at * inputs);
      batch.actions.set(codes.subarray(e * width, (e + 1) * width), at * width);
      batch.behaviour[at] = densities[e];
    }
    this.isPending = true;
  }

  /** What the pending act led to. @returns a full batch, or null */
  observe({ next, rewards, terminated, truncated }: Outcome): Recorded | null {
    const { t, columns, ended, returns } = this;
    const { numEnvs: n, cost, truncation, onEpisode } = this.options;
    const batch = this.batch!;
    this.isPending = false;
    this.begun.fill(0);
    this.latest = next;
    this.write(next, batch, t + 1);
    for (let e = 0; e < n; e++) {
      const at = t * columns + this.column[e];
      if (ended[e]) {
        // The step that only resets, in the mode `next_step`.
        ended[e] = 0;
        continue;
      }
      batch.valid[at] = 1;
      batch.costs[at] = cost(rewards[e]);
      batch.terminated[at] = terminated[e] || (truncation === 'terminate' && truncated[e]) ? 1 : 0;
      batch.truncated[at] = truncated[e] ? 1 : 0;
      this.transitions++;
      returns[e] = returns[e] + rewards[e];
      if (!(terminated[e] || truncated[e])) continue;
      onEpisode(returns[e]);
      returns[e] = 0;
      ended[e] = 1;
    }
    this.t++;
    if (this.t < batch.steps) return null;
    this.t = 0;
    this.batch = null;
    return batch;
  }

  /** Whether an environment acts on another observation than the latest outcome led to, though its episode did not end. */
  private isCut(e: number, observations: Float64Array): boolean {
    const { latest, inputs } = this;
    if (latest === null || this.ended[e] || this.begun[e]) return false;
    for (let i = e * inputs; i < (e + 1) * inputs; i++) if (observations[i] !== latest[i]) return true;
    return false;
  }

  /** Writes time t of every column: a row that is not valid must be an observation, too, since ψ of it is computed. */
  private write(rows: Float64Array, batch: Recorded, t: number): void {
    const from = t * this.columns * this.inputs;
    for (let at = 0; at < this.columns * this.inputs; at += rows.length) batch.observations.set(rows, from + at);
  }

  private begin(observations: Float64Array): Recorded {
    const steps = this.options.steps();
    const size = steps * this.columns;
    const batch: Recorded = {
      steps,
      numEnvs: this.columns,
      observations: new Float64Array((size + this.columns) * this.inputs),
      actions: new Float64Array(size * this.width),
      behaviour: new Float64Array(size).fill(1),
      costs: new Float64Array(size),
      terminated: new Uint8Array(size),
      truncated: new Uint8Array(size),
      valid: new Uint8Array(size),
    };
    this.write(observations, batch, 0);
    return batch;
  }
}
