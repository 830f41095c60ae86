/** What a checkpoint keeps of the episodes. */
export interface EpisodeState {
  finished: number;
  recent: number[];
  /** Returns and lengths of the episodes under way; shape [E]. */
  returns: Float64Array;
  lengths: Int32Array;
}

/** Returns and lengths of the episodes of E environments, and of the latest hundred that ended. */
export class EpisodeStatistics {
  /** Episodes that ended so far (cut ones are not counted). */
  finished = 0;
  /** Returns of the latest hundred episodes, oldest first. */
  recent: number[] = [];
  private readonly returns: Float64Array;
  private readonly lengths: Int32Array;

  constructor(numEnvs: number) {
    this.returns = new Float64Array(numEnvs);
    this.lengths = new Int32Array(numEnvs);
  }

  /** All environments start an episode. */
  begin(): void {
    this.returns.fill(0);
    this.lengths.fill(0);
  }

  step(e: number, reward: number, done: boolean): void {
    this.returns[e] = this.returns[e] + reward;
    this.lengths[e] = this.lengths[e] + 1;
    if (!done) return;
    this.finished++;
    this.recent.push(this.returns[e]);
    if (this.recent.length > 100) this.recent.shift();
    this.cut(e);
  }

  /** Steps of the episode of environment e so far. */
  stepsOf(e: number): number {
    return this.lengths[e];
  }

  /** The episode of environment e ends without counting. */
  cut(e: number): void {
    this.returns[e] = 0;
    this.lengths[e] = 0;
  }

  /** Mean return of the latest hundred episodes; NaN before the first has ended. */
  get meanReturn(): number {
    if (this.recent.length === 0) return Number.NaN;
    return this.recent.reduce((a, b) => a + b, 0) / this.recent.length;
  }

  snapshot(): EpisodeState {
    return { finished: this.finished, recent: [...this.recent], returns: this.returns, lengths: this.lengths };
  }

  restore(state: EpisodeState): void {
    this.finished = state.finished;
    this.recent = [...state.recent];
    this.returns.set(state.returns);
    this.lengths.set(state.lengths);
  }
}
