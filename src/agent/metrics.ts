import type { Update } from './actorCritic.js';

/** What is known after a policy update. */
export interface Metrics extends Update {
  /** Transitions so far. */
  steps: number;
  /** Seconds so far, evaluations included. */
  seconds: number;
  /** Policy updates so far. */
  updates: number;
  /** Episodes that ended so far. */
  episodes: number;
  /** Mean return of the latest hundred episodes; NaN before the first. */
  meanReturn: number;
  /** Mean KL(π(·|s)|μ) over the states acted in since the update before. */
  kl: number;
  /** The greatest of these: an estimate of K_t = sup_s KL(π_t(·|s)|μ) from below. */
  klMax: number;
  /** Mean entropy of π(·|s), in nats: log m − kl for m discrete actions, relative to μ (−kl) for a Box. */
  entropy: number;
  /** Standard deviation of log Z between random shifts of a lattice of actions (docs/method.md, "Actions"); 0 for other rules. */
  integrationError: number;
  /**
   * γ^L where the environment truncated trajectories of the geometric sampler, after L steps at least: a bound of the total variation distance
   * between what is sampled and d_β^π. 0 where it truncated none, and for the sampler that stays on the path.
   */
  samplerBias: number;
}

/** An evaluation during training. */
export interface Evaluation {
  /** Transitions learned from when it was made. */
  steps: number;
  seconds: number;
  episodes: number;
  /** Mean and standard deviation of the undiscounted returns. */
  mean: number;
  std: number;
}
