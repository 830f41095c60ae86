import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import type { VectorEnvironment } from '../envs/environment.js';
import { makeActions } from '../model/model.js';
import { makeViews, rowsOf } from '../model/views.js';
import type { Batch } from '../sampling/batch.js';
import { cutMessage } from '../sampling/occupancy.js';
import { Rollout, type RolloutState } from '../sampling/rollout.js';
import { type WarmUp, warmUp } from '../sampling/warmUp.js';
import { createRng, type Rng } from '../spaces/index.js';
import { ActorCritic } from './actorCritic.js';
import { Agent } from './agent.js';
import { checkResumable, checkUnused } from './checkConfig.js';
import type { Checkpoint } from './checkpoint.js';
import { checkpointOf } from './checkpointFile.js';
import { type EnvironmentOptions, makeEvaluationEnv, makeTrainingEnv, seedOf } from './environments.js';
import { evaluatePolicy } from './evaluate.js';
import type { Evaluation } from './metrics.js';
import { Recorder } from './recorder.js';
import { replayNotes } from './replayNotes.js';
import { Saver, type SaverOptions } from './saver.js';
import { checkSpaces } from './vectorOf.js';

/** Environments that an evaluation steps at a time. */
const EVALUATION_ENVS = 64;

/** What a run may be given besides its configuration. */
export interface RunOptions extends EnvironmentOptions, SaverOptions {
  /** A checkpoint to go on from. */
  resume?: Checkpoint | undefined;
  /** Goes on from the checkpoint with new environments, rather than with those that a replay of all their actions brings to where it left them. */
  freshEnvs?: boolean | undefined;
  /** Called for what the user should know: a server was started again, an environment did not replay. */
  onWarning?: ((message: string) => void) | undefined;
  /** Called with a line that says on how many servers the environments are and in how many groups, where the bridge makes them. */
  onSpread?: ((line: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A training run's parts and what is kept of it: the environments, the agent, the random numbers, the clock, the checkpoint. */
export class Run {
  readonly config: Config;
  readonly agent: Agent;
  readonly actorCritic: ActorCritic;
  readonly rollout: Rollout;
  readonly saver: Saver;
  evaluation: Evaluation | null = null;
  private readonly env: VectorEnvironment;
  private evaluationEnv: VectorEnvironment | null = null;
  private readonly rng: Rng;
  private readonly options: RunOptions;
  private started: number;
  private warnedOfCuts = false;

  /** @param begin what the agent begins with: the range of its observations, the random numbers, the seconds before */
  private constructor(
    config: Config,
    env: VectorEnvironment,
    begin: { scaling: WarmUp['bounds'] | null; rng: Rng; seconds: number },
    options: RunOptions,
  ) {
    const { singleObservationSpace, singleActionSpace } = env;
    this.config = config;
    this.env = env;
    this.options = options;
    this.rng = begin.rng;
    this.started = performance.now() - begin.seconds * 1000;
    this.actorCritic = new ActorCritic(config, singleObservationSpace, singleActionSpace, begin.scaling);
    this.agent = new Agent(
      new Recorder(config, singleObservationSpace, singleActionSpace, this.actorCritic),
      singleObservationSpace,
      singleActionSpace,
    );
    const { policy, cost, model } = this.actorCritic;
    this.rollout = new Rollout(env, policy, this.rng, {
      gamma: config.gamma,
      cost,
      sampler: config.sampler,
      truncation: config.truncation,
      seed: (segment) => seedOf(config.seed, 'training', segment),
      actions: model.actions,
      observations: model.observations,
    });
    this.saver = new Saver(
      options,
      () => this.seconds,
      (seconds) => this.checkpoint(seconds),
    );
  }

  /** Starts the environments and resets them, or brings them to where the checkpoint left them. */
  static async start(config: Config, options: RunOptions): Promise<Run> {
    if (options.resume) checkResumable(config, options.resume.config);
    if (options.envs) checkUnused(config);
    const env = await makeTrainingEnv(config, options, options.onSpread);
    try {
      const run = await (options.resume
        ? Run.resumed(config, env, options.resume, options)
        : Run.fresh(config, env, options));
      // Making the environments, and replaying, is no training.
      run.started = performance.now() - (options.resume?.state.seconds ?? 0) * 1000;
      return run;
    } catch (error) {
      await env.close();
      throw error;
    }
  }

  /** A run at its first step. With running scaling π = μ is followed first, until the features can be made. */
  private static async fresh(config: Config, env: VectorEnvironment, options: RunOptions): Promise<Run> {
    const rng = createRng(config.seed);
    const { scaling, freezeAt } = config.observations;
    const observations = rowsOf(makeViews(config, env.singleObservationSpace), env.singleObservationSpace);
    const seed = (segment: number) => seedOf(config.seed, 'warmUp', segment);
    const { family, actions } = makeActions(config, env.singleActionSpace);
    const how = { family, actions, observations, count: freezeAt, rng, seed };
    const warm = scaling === 'running' ? await warmUp(env, how) : null;
    const run = new Run(config, env, { scaling: warm?.bounds ?? null, rng, seconds: 0 }, options);
    run.rollout.transitions = warm?.transitions ?? 0;
    await run.rollout.reset(0);
    return run;
  }

  /** The run of a checkpoint, where it stood. */
  private static async resumed(
    config: Config,
    env: VectorEnvironment,
    { state, steps }: Checkpoint,
    options: RunOptions,
  ): Promise<Run> {
    const { scaling } = state.agent;
    const run = new Run(config, env, { scaling, rng: createRng(state.rng), seconds: state.seconds }, options);
    run.actorCritic.restore(state.agent);
    run.rollout.transitions = steps;
    run.evaluation = state.evaluation;
    const same = await run.restoreEnvs(state.rollout);
    if (!same) {
      options.onWarning?.(
        `${config.env.id} did not replay to the observations of the checkpoint, so it is not deterministic: ` +
          'its episodes were cut and it was reset. What was learned is kept.',
      );
    }
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
    return this.actorCritic.batchSteps * this.env.numEnvs;
  }

  /** The policy acts in the environments for a batch. */
  async collect(): Promise<Batch> {
    const batch = await this.rollout.collect(this.actorCritic.batchSteps);
    this.agent.steps = this.steps;
    return batch;
  }

  /** Evaluates the policy. @returns null where the signal was aborted: the evaluation is due again then */
  async evaluate(): Promise<Evaluation | null> {
    const { episodes, deterministic } = this.config.evaluation;
    const { signal } = this.options;
    this.evaluationEnv ??= await this.makeEvaluationEnv(Math.min(episodes, EVALUATION_ENVS));
    const seed = seedOf(this.config.seed, 'evaluation', 0);
    try {
      const how = { episodes, deterministic, seed, signal };
      const { mean, std } = await evaluatePolicy(this.evaluationEnv, this.actorCritic, how);
      this.evaluation = { steps: this.steps, seconds: this.seconds, episodes, mean, std };
    } catch (error) {
      if (signal?.aborted) return null;
      throw error;
    }
    return this.evaluation;
  }

  /** @throws ConfigError where they are the environments of training, or have other spaces */
  private async makeEvaluationEnv(numEnvs: number): Promise<VectorEnvironment> {
    const env = await makeEvaluationEnv(this.config, numEnvs, this.options);
    if (env === this.env) {
      throw new ConfigError(
        'envs gave the environments of training again for the evaluation, which would reset them; expected new ones at each call',
      );
    }
    const { singleObservationSpace: observationSpace, singleActionSpace: actionSpace } = env;
    checkSpaces('the environment of the evaluation', { observationSpace, actionSpace }, this.agent);
    return env;
  }

  /** `Metrics.samplerBias`. */
  get samplerBias(): number {
    const { cutAfter } = this.rollout;
    return cutAfter === null ? 0 : this.config.gamma ** cutAfter;
  }

  /** Warns once where the environment truncates trajectories of the geometric sampler, whose draws are then not those of d_β^π. */
  warnOfCuts(): void {
    const { cutAfter } = this.rollout;
    if (cutAfter === null || this.warnedOfCuts) return;
    this.warnedOfCuts = true;
    this.options.onWarning?.(cutMessage(cutAfter, this.config.gamma));
  }

  async close(): Promise<void> {
    await Promise.all([this.env.close(), this.evaluationEnv?.close()]);
  }

  private checkpoint(seconds: number): Checkpoint {
    const { singleObservationSpace, singleActionSpace } = this.env;
    return checkpointOf(this.actorCritic, singleObservationSpace, singleActionSpace, {
      steps: this.steps,
      seconds,
      rng: this.rng.state(),
      evaluation: this.evaluation,
      rollout: this.rollout.snapshot(),
    });
  }

  /** @returns whether the environments stand where the checkpoint left them, or new ones were asked for */
  private async restoreEnvs(rollout: RolloutState | undefined): Promise<boolean> {
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
