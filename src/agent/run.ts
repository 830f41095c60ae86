import { VectorEnv } from '../bridge/index.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import type { Bounds } from '../features/index.js';
import { makeActions } from '../model/model.js';
import { makeViews, rowsOf } from '../model/views.js';
import { cutMessage } from '../sampling/occupancy.js';
import { Rollout } from '../sampling/rollout.js';
import { warmUp } from '../sampling/warmUp.js';
import { createRng, type Rng } from '../spaces/index.js';
import { version } from '../version.js';
import { Agent, type AgentState } from './agent.js';
import { type Checkpoint, CheckpointError, SAVE_REST, writeCheckpoint } from './checkpoint.js';
import { evaluatePolicy } from './evaluate.js';
import type { Evaluation } from './metrics.js';
import { replayNotes } from './replayNotes.js';

/** Environments that an evaluation steps at a time. */
const EVALUATION_ENVS = 64;
/** A time limit that no trajectory reaches. */
const NO_LIMIT = 2 ** 31 - 1;
/** Seconds between checkpoints while no evaluation writes one, at least. */
const SAVE_SECONDS = 10;

/** What a run may be given besides its configuration. */
export interface RunOptions {
  /** Where the checkpoint goes. Default: nowhere. */
  checkpoint?: string | undefined;
  /** A checkpoint to go on from. */
  resume?: Checkpoint | undefined;
  /** Goes on from the checkpoint with new environments, rather than with those that a replay of all their actions brings to where it left them. */
  freshEnvs?: boolean | undefined;
  /** Called before a checkpoint is written: what is logged until then must not be lost, since a resumed run does not log it again. */
  onSave?: (() => void) | undefined;
  /** Called for what the user should know: a server was started again, an environment did not replay. */
  onWarning?: ((message: string) => void) | undefined;
  /** The Python to run environments with (default: docs/bridge.md). */
  python?: string | undefined;
  /** Milliseconds without an answer after which an environment server counts as hung and is replaced. Default 60 000. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** A training run's parts and what is kept of it: the environments, the agent, the random numbers, the clock, the checkpoint. */
export class Run {
  readonly config: Config;
  readonly agent: Agent;
  readonly rollout: Rollout;
  evaluation: Evaluation | null = null;
  private readonly env: VectorEnv;
  private evaluationEnv: VectorEnv | null = null;
  private readonly rng: Rng;
  private readonly options: RunOptions;
  private started = performance.now();
  private savedAt = 0;
  private warnedOfCuts = false;
  /** Why the last checkpoint could not be written; null where it was. */
  private unsaved: CheckpointError | null = null;
  /** Seconds that the last checkpoint took. */
  private saving = 0;

  private constructor(config: Config, env: VectorEnv, rng: Rng, scaling: Bounds | null, options: RunOptions) {
    this.config = config;
    this.env = env;
    this.options = options;
    this.agent = new Agent(config, env.singleObservationSpace, env.singleActionSpace, scaling);
    this.rng = rng;
    this.rollout = new Rollout(env, this.agent.policy, this.rng, {
      gamma: config.gamma,
      cost: this.agent.cost,
      sampler: config.sampler,
      truncation: config.truncation,
      seed: (segment) => seedOf(config.seed, 'training', segment),
      actions: this.agent.model.actions,
      observations: this.agent.model.observations,
    });
  }

  /** Starts the environments and resets them, or brings them to where the checkpoint left them. */
  static async start(config: Config, options: RunOptions): Promise<Run> {
    if (options.resume) checkResumable(config, options.resume.config);
    const env = await makeEnv({ ...config, env: trainingEnv(config) }, config.env.numEnvs, options);
    try {
      const run = await (options.resume
        ? Run.resumed(config, env, options.resume, options)
        : Run.fresh(config, env, options));
      run.started = performance.now() - run.savedAt * 1000;
      return run;
    } catch (error) {
      await env.close();
      throw error;
    }
  }

  /** A run at its first step. With running scaling π = μ is followed first, until the features can be made. */
  private static async fresh(config: Config, env: VectorEnv, options: RunOptions): Promise<Run> {
    const rng = createRng(config.seed);
    const { scaling, freezeAt } = config.observations;
    const observations = rowsOf(makeViews(config, env.singleObservationSpace), env.singleObservationSpace);
    const seed = (segment: number) => seedOf(config.seed, 'warmUp', segment);
    const actions = makeActions(config, env.singleActionSpace);
    const warm = scaling === 'running' ? await warmUp(env, actions, observations, freezeAt, rng, seed) : null;
    const run = new Run(config, env, rng, warm?.bounds ?? null, options);
    run.rollout.transitions = warm?.transitions ?? 0;
    await run.rollout.reset(0);
    return run;
  }

  /** The run of a checkpoint, where it stood. */
  private static async resumed(config: Config, env: VectorEnv, saved: Checkpoint, options: RunOptions): Promise<Run> {
    const { scaling } = saved.state.agent as AgentState;
    const run = new Run(config, env, createRng(saved.state.rng as number[]), scaling, options);
    await run.restore(saved);
    return run;
  }

  /** Transitions so far. */
  get steps(): number {
    return this.rollout.transitions;
  }

  /** Seconds so far, those before a resumption included. */
  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Transitions that the next batch makes at most. */
  get nextSteps(): number {
    return this.agent.batchSteps * this.env.numEnvs;
  }

  /** Evaluates the policy. @returns null where the signal was aborted: the evaluation is due again then */
  async evaluate(): Promise<Evaluation | null> {
    const { episodes, deterministic } = this.config.evaluation;
    const { signal } = this.options;
    this.evaluationEnv ??= await makeEvaluationEnv(this.config, Math.min(episodes, EVALUATION_ENVS), this.options);
    try {
      const { mean, std } = await evaluatePolicy(this.evaluationEnv, this.agent.policy, {
        episodes,
        deterministic,
        seed: seedOf(this.config.seed, 'evaluation', 0),
        actions: this.agent.model.actions,
        observations: this.agent.model.observations,
        signal,
      });
      this.evaluation = { steps: this.steps, seconds: this.seconds, episodes, mean, std };
    } catch (error) {
      if (signal?.aborted) return null;
      throw error;
    }
    return this.evaluation;
  }

  /** Warns once where the environment truncates trajectories of the geometric sampler, whose draws are then not those of d_β^π. */
  warnOfCuts(): void {
    const { cutAfter } = this.rollout;
    if (cutAfter === null || this.warnedOfCuts) return;
    this.warnedOfCuts = true;
    this.options.onWarning?.(cutMessage(cutAfter, this.config.gamma));
  }

  /** Saves. Where the system does not let it (the disk is full), that is told, and it is tried again the next time. */
  save(): void {
    this.savedAt = this.seconds;
    const { checkpoint, onSave, onWarning } = this.options;
    if (!checkpoint) return;
    onSave?.();
    try {
      this.write(checkpoint);
      if (this.unsaved !== null) onWarning?.(`${checkpoint} is written again.`);
      this.unsaved = null;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      if (this.unsaved === null) {
        onWarning?.(`no checkpoint was saved: ${error.message} It is tried again; the run goes on.`);
      }
      this.unsaved = error;
    }
    this.saving = this.seconds - this.savedAt;
  }

  /** Saves for the last time. @throws CheckpointError where that cannot be */
  saveLast(): void {
    this.save();
    if (this.unsaved === null) return;
    const { message, cause } = this.unsaved;
    throw new CheckpointError(`no checkpoint was saved at the end of the run: ${message}`, { cause });
  }

  private write(path: string): void {
    writeCheckpoint(path, {
      config: this.config,
      observationSpace: this.env.singleObservationSpace.toJSON(),
      actionSpace: this.env.singleActionSpace.toJSON(),
      version,
      steps: this.steps,
      state: {
        agent: this.agent.snapshot(),
        rollout: this.rollout.snapshot(),
        rng: this.rng.state(),
        evaluation: this.evaluation,
        seconds: this.savedAt,
      },
    });
  }

  /** Saves where the last time is long ago: a large checkpoint, of a window of images, say, less often than a small one. */
  saveInTime(): void {
    if (this.seconds - this.savedAt > Math.max(SAVE_SECONDS, SAVE_REST * this.saving)) this.save();
  }

  async close(): Promise<void> {
    await Promise.all([this.env.close(), this.evaluationEnv?.close()]);
  }

  private async restore({ state, steps }: Checkpoint): Promise<void> {
    this.agent.restore(state.agent as AgentState);
    this.rollout.transitions = steps;
    const same = await this.restoreEnvs(state.rollout as Record<string, unknown> | undefined);
    this.evaluation = state.evaluation as Evaluation | null;
    this.savedAt = state.seconds as number;
    if (!same) {
      this.options.onWarning?.(
        `${this.config.env.id} did not replay to the observations of the checkpoint, so it is not deterministic: ` +
          'its episodes were cut and it was reset. What was learned is kept.',
      );
    }
  }

  /** @returns whether the environments stand where the checkpoint left them, or new ones were asked for */
  private async restoreEnvs(rollout: Record<string, unknown> | undefined): Promise<boolean> {
    const note = (message: string) => this.options.onWarning?.(message);
    // An agent that was served had the environments of its clients; here it begins with new ones.
    if (rollout === undefined) await this.rollout.reset(0);
    else if (this.options.freshEnvs) {
      await this.rollout.restoreFresh(rollout);
      note('the run goes on with new environments: the episodes that were under way are cut');
    } else return this.rollout.restore(rollout, (length) => replayNotes(length, note));
    return true;
  }
}

/** Makes the configuration's environment. */
export function makeEnv(config: Config, numEnvs: number, options: RunOptions): Promise<VectorEnv> {
  const { id, numEnvs: _, ...rest } = config.env;
  return VectorEnv.make(id, {
    ...rest,
    numEnvs,
    info: false,
    restart: true,
    python: options.python,
    timeout: options.timeout,
    onRestart: ({ error }) => options.onWarning?.(`the environment server was started again: ${error.message}`),
  });
}

/** Makes the environment that a policy is evaluated in: the configuration's, with the time limit of evaluations. */
export function makeEvaluationEnv(config: Config, numEnvs: number, options: RunOptions): Promise<VectorEnv> {
  return makeEnv({ ...config, env: evaluationEnv(config) }, numEnvs, options);
}

/**
 * What the environment of training is made of. The geometric sampler ends its trajectories itself, and d_β^π knows no time limit: the
 * registered one is lifted, unless the configuration gives one or the time is in the state.
 */
export function trainingEnv({ env, sampler, truncation }: Config): Config['env'] {
  const timed = truncation === 'terminate' || JSON.stringify(env.wrappers ?? []).includes('TimeAwareObservation');
  return sampler.type === 'geometric' && !timed ? { ...env, maxEpisodeSteps: env.maxEpisodeSteps ?? NO_LIMIT } : env;
}

/** What the environment of evaluations is made of. */
export function evaluationEnv({ env, evaluation }: Config): Config['env'] {
  return { ...env, maxEpisodeSteps: evaluation.maxEpisodeSteps ?? env.maxEpisodeSteps };
}

/**
 * The seed of a whole reset: environment e gets it plus e. Training and evaluation never share one, nor do two runs with seeds
 * below 2³² (environments number at most 2¹⁶, whole resets 2⁸).
 */
export function seedOf(seed: number, purpose: 'training' | 'evaluation' | 'report' | 'warmUp', n: number): number {
  const kind = { training: 0, evaluation: 1, report: 2, warmUp: 3 }[purpose];
  return ((seed % 2 ** 21) * 4 + kind) * 2 ** 24 + n * 2 ** 16;
}

function checkResumable(config: Config, saved: Config): void {
  const essential = ({ totalSteps: _t, evaluation: _e, description: _d, ...rest }: Config) => JSON.stringify(rest);
  if (essential(config) !== essential(saved)) {
    throw new ConfigError(
      'the configuration is not the one of the checkpoint; expected the same but for totalSteps and evaluation. ' +
        'Start a new run for other settings.',
    );
  }
}
