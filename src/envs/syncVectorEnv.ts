import type { Space } from '../spaces/index.js';
import { checkMode, makers, maskOf, seedsOf } from './arguments.js';
import { actionBatch, copyingBatch } from './batches.js';
import { checkAlike, checkEnvironment, checkNew, checkReset, checkStep } from './checks.js';
import type {
  AutoresetMode,
  Awaitable,
  Environment,
  Info,
  StepResult,
  VectorEnvironment,
  VectorResetOptions,
} from './environment.js';
import { EnvironmentError } from './environmentError.js';
import { detached, vectorInfo, withoutFinal } from './infos.js';
import { attempt, type Outcome, orThrow, takeAll, whenSettled } from './settle.js';
import { TimeLimit } from './timeLimit.js';

/** When the episodes of a `SyncVectorEnv` end and begin. */
export interface SyncVectorEnvOptions {
  /** When an environment whose episode ended is reset. Default: `next_step`. */
  readonly autoreset?: AutoresetMode | undefined;
  /** Every environment's episodes are truncated after so many steps. Default: no limit but the environment's own. */
  readonly maxEpisodeSteps?: number | undefined;
}

/** Where an environment stands: it has no episode (never reset, or its reset failed), is in one, or has ended one. */
const NO_EPISODE = 0;
const RUNNING = 1;
const ENDED = 2;

/**
 * A vector of environments of this process, stepped one after another: Gymnasium's `SyncVectorEnv`. It answers at once where its
 * environments do; where some return promises, these are waited for together.
 * @typeParam O batched observations; each step's are copies of their own
 */
export class SyncVectorEnv<O = unknown> implements VectorEnvironment<O> {
  readonly numEnvs: number;
  readonly autoreset: AutoresetMode;
  /** The environments, within their time limits. */
  readonly envs: readonly Environment[];
  readonly singleObservationSpace: Space;
  readonly singleActionSpace: Space;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The latest observation of each environment, as it gave it. */
  private readonly observations: unknown[];
  private readonly phases: Uint8Array;
  private readonly indices: readonly number[];
  private readonly batchOf: (observations: readonly unknown[]) => unknown;
  /** The call that is waiting for promises. */
  private waiting: string | undefined;
  private closing: Awaitable<void> | undefined;
  private isClosed = false;

  /**
   * @param make makes one environment; called n times. Or a list of such functions, one an environment
   * @param n the number of environments; may be left out for a list
   * @throws EnvironmentError for arguments out of their range, for what is no environment (naming the member that is missing), and for
   *   environments whose spaces differ. What `make` throws is thrown as it is
   */
  constructor(
    make: (() => Environment) | readonly (() => Environment)[],
    n?: number,
    { autoreset = 'next_step', maxEpisodeSteps }: SyncVectorEnvOptions = {},
  ) {
    const functions = makers(make, n);
    this.autoreset = checkMode(autoreset);
    this.numEnvs = functions.length;
    const envs: Environment[] = [];
    const made: Environment[] = [];
    this.envs = envs;
    try {
      for (const [i, makeOne] of functions.entries()) {
        const env = checkEnvironment(makeOne(), i);
        checkNew(env, made, i);
        made.push(env);
        envs.push(maxEpisodeSteps === undefined ? env : new TimeLimit(env, maxEpisodeSteps));
      }
      checkAlike(envs);
    } catch (error) {
      // The error of the constructor is the one to be told.
      void whenSettled(
        envs.map((env) => attempt(() => env.close?.())),
        () => {},
      );
      throw error;
    }
    this.singleObservationSpace = envs[0].observationSpace;
    this.singleActionSpace = envs[0].actionSpace;
    this.metadata = envs[0].metadata ?? {};
    this.observations = new Array(this.numEnvs).fill(undefined);
    this.phases = new Uint8Array(this.numEnvs);
    this.indices = [...envs.keys()];
    this.batchOf = copyingBatch(this.singleObservationSpace);
  }

  /** The space of batched observations. */
  get observationSpace(): Space<O> {
    return this.singleObservationSpace.batch(this.numEnvs);
  }

  /** The space of batched actions. */
  get actionSpace(): Space {
    return this.singleActionSpace.batch(this.numEnvs);
  }

  /**
   * Begins episodes. @returns [batched observations, info]
   * @throws EnvironmentError for a seed or a mask of another form, an environment that fails, or that has no observation yet and is
   *   left out by the mask
   */
  reset({ seed, options, mask }: VectorResetOptions = {}): Awaitable<[obs: O, info: Info]> {
    this.checkFree('reset');
    const seedOf = seedsOf(seed, this.numEnvs);
    const isMeant = maskOf(mask, this.numEnvs);
    const meant = this.indices.filter(isMeant);
    this.checkPhases((phase, i) => phase !== NO_EPISODE || isMeant(i), 'is not reset, and has no observation yet');
    const outcomes = meant.map((i) => attempt(() => this.envs[i].reset({ seed: seedOf(i), options })));
    return this.whenSettled('reset', outcomes, (resets) => {
      const infos = new Array<Info | undefined>(this.numEnvs).fill(undefined);
      const throwFault = takeAll(resets, meant, (reset, i) => {
        infos[i] = this.takeReset(reset, i);
      });
      throwFault();
      return [this.batch(), vectorInfo(infos)];
    });
  }

  /**
   * One step of every environment.
   * @param actions a batch of the action space: an array, a typed array or a list with one entry an environment. An environment gets a
   *   view on it where an action is an array
   * @returns [batched observations, rewards, terminated, truncated (0 or 1), info], one entry an environment
   * @throws SpaceValueError naming the environment whose action is not in the space, before any has made a step; EnvironmentError for an
   *   environment that fails, or has no episode under way. The others have made the step then
   */
  step(actions: unknown): Awaitable<StepResult<O>> {
    this.checkFree('step');
    const isNextStep = this.autoreset === 'next_step';
    this.checkPhases((phase) => phase === RUNNING || (phase === ENDED && isNextStep), 'has no episode under way');
    const space = this.singleActionSpace;
    const batch = actionBatch(space, actions, this.numEnvs);
    const outcomes = this.envs.map((env, i) =>
      attempt<unknown>(() => (this.phases[i] === ENDED ? env.reset({}) : env.step(space.batchItem(batch, i)))),
    );
    return this.whenSettled('step', outcomes, (results) => this.stepped(results));
  }

  /** The pictures or texts, one an environment; null where it has none. @throws EnvironmentError */
  render(): Awaitable<unknown[]> {
    this.checkFree('render');
    const outcomes = this.envs.map((env) => attempt(() => env.render?.() ?? null));
    return this.whenSettled('render', outcomes, (frames) => {
      takeAll(frames, this.indices, (frame, i) => orThrow(frame, 'render', i))();
      return [...frames];
    });
  }

  /** Closes the environments. May be called more than once. @throws EnvironmentError for the first that fails; all are closed */
  close(): Awaitable<void> {
    if (this.isClosed) return this.closing;
    this.isClosed = true;
    const outcomes = this.envs.map((env) => attempt(() => env.close?.()));
    this.closing = whenSettled(outcomes, (results) => {
      takeAll(results, this.indices, (result, i) => orThrow(result, 'close', i))();
    });
    return this.closing;
  }

  /** `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private stepped(results: readonly Outcome<unknown>[]): Awaitable<StepResult<O>> {
    const n = this.numEnvs;
    const reward = new Float64Array(n);
    const terminated = new Uint8Array(n);
    const truncated = new Uint8Array(n);
    const infos = new Array<Info | undefined>(n).fill(undefined);
    const ended: number[] = [];
    const throwFault = takeAll(results, this.indices, (result, i) => {
      if (this.phases[i] === ENDED) {
        infos[i] = this.takeReset(result, i);
        return;
      }
      const step = checkStep(orThrow(result, 'step', i), this.singleObservationSpace, i);
      this.observations[i] = step[0];
      reward[i] = step[1];
      terminated[i] = step[2] ? 1 : 0;
      truncated[i] = step[3] ? 1 : 0;
      infos[i] = this.autoreset === 'same_step' ? withoutFinal(step[4]) : step[4];
      if (!step[2] && !step[3]) return;
      this.phases[i] = ENDED;
      ended.push(i);
    });
    const result = (): StepResult<O> => {
      throwFault();
      return [this.batch(), reward, terminated, truncated, vectorInfo(infos)];
    };
    if (this.autoreset !== 'same_step' || ended.length === 0) return result();
    return this.resetEnded(ended, infos, result);
  }

  /** The resets within a step of the mode `same_step`. What the episode ended with is copied before. */
  private resetEnded<R>(ended: readonly number[], infos: (Info | undefined)[], result: () => R): Awaitable<R> {
    const finals = ended.map((i) => ({ final_obs: detached(this.observations[i]), final_info: detached(infos[i]) }));
    const outcomes = ended.map((i) => attempt(() => this.envs[i].reset({})));
    return this.whenSettled('step', outcomes, (resets) => {
      const throwFault = takeAll(resets, ended, (reset, i, at) => {
        infos[i] = { ...this.takeReset(reset, i), ...finals[at] };
      });
      throwFault();
      return result();
    });
  }

  private takeReset(outcome: Outcome<unknown>, i: number): Info {
    // Until the reset has succeeded there is no episode, unless one that ended waits to be reset again.
    if (this.phases[i] !== ENDED) this.phases[i] = NO_EPISODE;
    const [obs, info] = checkReset(orThrow(outcome, 'reset', i), this.singleObservationSpace, i);
    this.observations[i] = obs;
    this.phases[i] = RUNNING;
    return info;
  }

  private whenSettled<T, R>(
    call: string,
    outcomes: readonly Awaitable<T>[],
    use: (outcomes: readonly Outcome<T>[]) => Awaitable<R>,
  ): Awaitable<R> {
    this.waiting = call;
    return whenSettled<T, R>(outcomes, (settled) => {
      this.waiting = undefined;
      return use(settled);
    });
  }

  private batch(): O {
    return this.batchOf(this.observations) as O;
  }

  private checkFree(call: string): void {
    if (this.isClosed) {
      throw new EnvironmentError(`${call} of environments that are closed`, { member: call, remedy: 'make new ones' });
    }
    if (this.waiting === undefined) return;
    throw new EnvironmentError(`${call} was called before ${this.waiting} was done`, {
      member: call,
      remedy: `await what ${this.waiting} returns`,
    });
  }

  private checkPhases(isFine: (phase: number, i: number) => boolean, reason: string): void {
    for (let index = 0; index < this.numEnvs; index++) {
      if (isFine(this.phases[index], index)) continue;
      const remedy = this.phases[index] === ENDED ? 'reset it: reset({ mask })' : 'call reset() first';
      throw new EnvironmentError(reason, { index, member: 'reset', remedy });
    }
  }
}
