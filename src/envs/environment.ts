import type { Space } from '../spaces/index.js';

/** What the environment tells besides the observation. */
export type Info = Record<string, unknown>;

/** When an environment whose episode ended is reset (docs/bridge.md, "Autoreset"); Gymnasium's words. */
export type AutoresetMode = 'next_step' | 'same_step' | 'disabled';

/** A value, or a promise of it: environments in this process answer at once, those behind the bridge later. */
export type Awaitable<T> = T | Promise<T>;

/** Gymnasium's five-tuple. */
export type Step<O = unknown> = [obs: O, reward: number, terminated: boolean, truncated: boolean, info: Info];

/** What a step of a vector of environments gives: one entry an environment in each. */
export type StepResult<O = unknown> = [
  obs: O,
  reward: Float64Array,
  terminated: Uint8Array,
  truncated: Uint8Array,
  info: Info,
];

/** What `reset` takes. */
export interface ResetOptions {
  /** Seeds the environment's random numbers. Default: they go on. */
  readonly seed?: number | null | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * One environment: Gymnasium's `Env`, in TypeScript. `Env` of the bridge is one. `SyncVectorEnv` makes a vector of them.
 * @typeParam O observations
 * @typeParam A actions
 */
export interface Environment<O = unknown, A = unknown> {
  readonly observationSpace: Space<O>;
  readonly actionSpace: Space<A>;
  /** Gymnasium's metadata: render modes, frames a second. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Begins an episode. @returns [observation, info] */
  reset(options?: ResetOptions): Awaitable<[obs: O, info: Info]>;
  /** One step. @returns [observation, reward, terminated, truncated, info] */
  step(action: A): Awaitable<Step<O>>;
  /** The picture (uint8 array [height, width, 3]) or the text. */
  render?(): Awaitable<unknown>;
  /** Frees what the environment holds. */
  close?(): Awaitable<void>;
}

/** What `reset` of a vector takes. */
export interface VectorResetOptions {
  /** A number: environment i gets seed + i. Or a list with one seed (or null) an environment. */
  readonly seed?: number | readonly (number | null)[] | null | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** One entry an environment: which are reset (the others keep their state and their last observation). */
  readonly mask?: Uint8Array | readonly boolean[] | undefined;
}

/**
 * A vector of environments that are stepped together: Gymnasium's `VectorEnv`. The bridge's `VectorEnv` is one, `SyncVectorEnv` another. `train`,
 * `Agent.evaluate` and everything else that steps environments takes any.
 * @typeParam O batched observations, as `singleObservationSpace.batchOf` has them
 * @typeParam A batched actions
 */
export interface VectorEnvironment<O = unknown, A = unknown> {
  readonly numEnvs: number;
  readonly autoreset: AutoresetMode;
  /** The spaces of one environment. */
  readonly singleObservationSpace: Space;
  readonly singleActionSpace: Space;
  /** Gymnasium's metadata: render modes, frames a second. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * Contiguous parts that can be stepped independently, in order, all environments in them. Training lets some step while it chooses the actions of
   * others. `close` is called of the whole alone
   */
  readonly groups?: readonly VectorEnvironment<O, A>[] | undefined;
  /** Begins episodes. @returns [batched observations, info] */
  reset(options?: VectorResetOptions): Awaitable<[obs: O, info: Info]>;
  /**
   * One step of every environment.
   * @param actions a batch of the action space: an array, a typed array or a list with one entry an environment
   * @returns [batched observations, rewards, terminated, truncated, info]. `info.restarted` (Uint8Array), where there is one, marks environments
   *   that had to be made anew: what this step gives for them is no transition
   */
  step(actions: A): Awaitable<StepResult<O>>;
  /** The pictures or texts, one an environment. */
  render(): Awaitable<unknown[]>;
  /** Frees what the environments hold. May be called more than once. */
  close(): Awaitable<void>;
}
