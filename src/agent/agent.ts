import { type Config, parseConfig } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import type { Environment, VectorEnvironment } from '../envs/environment.js';
import { encodeRows, makeRows, type Rows } from '../features/index.js';
import type { ActionDensity } from '../policy/family.js';
import { createRng, fromJSON, type Infer, type NDArray, type Rng, type Space } from '../spaces/index.js';
import { ActorCritic, type Update } from './actorCritic.js';
import {
  type ActOptions,
  type AgentOptions,
  type EvaluateOptions,
  type FormOptions,
  settingsOf,
} from './agentOptions.js';
import { CheckpointError } from './checkpointError.js';
import { checkpointOf, decodeCheckpoint, readCheckpoint, writeCheckpoint } from './checkpointFile.js';
import { Distribution } from './distribution.js';
import { seedOf } from './environments.js';
import { type EvaluationResult, evaluatePolicy } from './evaluate.js';
import { type Numbers, ObservationError, readNumbers } from './readObservations.js';
import { Recorder } from './recorder.js';
import { type Acted, batchSize, readTransition, type Transition, TransitionError } from './transition.js';
import { checkSpaces, vectorOf } from './vectorOf.js';

/**
 * An agent: a policy to act by and a critic that values states; both learn.
 *
 * ```ts
 * const agent = await Agent.load('runs/CartPole-v1');
 * const action = agent.act(obs, { deterministic: true });
 * ```
 * @typeParam O observations
 * @typeParam A actions
 */
export class Agent<O = unknown, A = unknown> {
  readonly observationSpace: Space<O>;
  readonly actionSpace: Space<A>;
  /** Transitions learned from. */
  steps = 0;
  private readonly recorder: Recorder;
  private readonly rng: Rng;
  private rows: Rows;
  /** What `act` chose last, for an `observe` that does not tell. */
  private acted: Acted | null = null;

  /** @internal */
  constructor(recorder: Recorder, observationSpace: Space<O>, actionSpace: Space<A>, rng?: Rng) {
    const { model, config } = recorder.core;
    this.recorder = recorder;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.rng = rng ?? createRng(config.seed);
    this.rows = makeRows(model.features.state, 1);
  }

  /** A new agent; its policy is μ. @throws ConfigError where the settings do not fit the spaces */
  static create<OS extends Space, AS extends Space>(options: AgentOptions<OS, AS>): Agent<Infer<OS>, Infer<AS>> {
    const { observationSpace, actionSpace } = options;
    const config = parseConfig(settingsOf(options), 'the configuration of the agent');
    return new Agent<Infer<OS>, Infer<AS>>(
      new Recorder(config, observationSpace, actionSpace),
      observationSpace,
      actionSpace,
    );
  }

  /**
   * The agent of a checkpoint: it acts as the one that was saved, and learns on from there.
   * @param from the file, the folder of a run, or the bytes of the file
   * @param spaces those that it must have, from which the types of observations and actions follow. Default: any
   * @throws CheckpointError where it is no checkpoint, is damaged or of a newer version; ConfigError where it has other spaces
   */
  static async load<OS extends Space = Space<unknown>, AS extends Space = Space<unknown>>(
    from: string | URL | Uint8Array,
    spaces: { readonly observationSpace?: OS; readonly actionSpace?: AS } = {},
  ): Promise<Agent<Infer<OS>, Infer<AS>>> {
    const saved = from instanceof Uint8Array ? decodeCheckpoint(from) : readCheckpoint(from);
    const { config, state, steps } = saved;
    const [observationSpace, actionSpace] = [fromJSON(saved.observationSpace), fromJSON(saved.actionSpace)];
    checkSpaces('load: the agent of the checkpoint', { observationSpace, actionSpace }, spaces);
    const core = new ActorCritic(config, observationSpace, actionSpace, state.agent.scaling);
    core.restore(state.agent);
    const recorder = new Recorder(config, observationSpace, actionSpace, core);
    const agent = new Agent<Infer<OS>, Infer<AS>>(recorder, observationSpace, actionSpace, createRng(state.rng));
    agent.steps = steps;
    return agent;
  }

  /** @internal The mathematics: features, w, θ and their updates. */
  get core(): ActorCritic {
    return this.recorder.core;
  }

  /** The settings, with every default. */
  get config(): Config {
    return this.core.config;
  }

  /** The policy's vector w, dπ/dμ(s,a) ∝ e^{−⟨w,φ(s,a)⟩}; shape [N]. The agent's own: copy it to keep it. */
  get w(): Float64Array {
    return this.core.policy.w;
  }

  /** The critic's vector θ, Q(s,a) = ⟨θ,φ(s,a)⟩; shape [N]. The agent's own: copy it to keep it. */
  get theta(): Float64Array {
    return this.core.critic.theta;
  }

  /** τ, the temperature of the next update, in units of the scaled cost. */
  get tau(): number {
    return this.core.tau;
  }

  /** Policy updates so far. */
  get updates(): number {
    return this.core.updates;
  }

  /**
   * Chooses an action.
   * @param obs an observation, as the environment gives it (numbers, lists and typed arrays are taken, too), or a batch of them
   * @returns an action of the action space; for a batch the array of them that a vector of environments takes (say `batch: true` for its type)
   * @throws ObservationError where the observation is of another form, or has numbers that are not finite
   */
  act(obs: unknown, options: ActOptions & { batch: true }): NDArray;
  act(obs: unknown, options?: ActOptions & { batch?: false }): A;
  act(obs: unknown, options?: ActOptions): A | NDArray;
  act(obs: unknown, { deterministic = false, batch }: ActOptions = {}): A | NDArray {
    const { rows, n } = this.read(obs, 'act: obs', batch);
    const chosen = this.core.acting.act(rows, deterministic ? null : this.rng);
    this.acted = { rows, n, chosen };
    const actions = this.actionSpace.coerceBatch(chosen.actions, n ?? 1);
    return n === null ? this.actionSpace.batchItem(actions, 0) : (actions as NDArray);
  }

  /**
   * V(s), by the critic: the expected discounted return from there on, less the regularisation.
   * @param obs as `act` takes it
   * @returns in units of reward; for a batch (`batch: true`) shape [n]
   * @throws ObservationError
   */
  value(obs: unknown, options: FormOptions & { batch: true }): Float64Array;
  value(obs: unknown, options?: FormOptions & { batch?: false }): number;
  value(obs: unknown, options?: FormOptions): number | Float64Array;
  value(obs: unknown, { batch }: FormOptions = {}): number | Float64Array {
    const values = this.each(obs, 'value: obs', batch, (density, e) => this.core.valueOf(density, this.rows, e));
    return Array.isArray(values) ? Float64Array.from(values) : values;
  }

  /**
   * π(·|s): `sample`, `mode`, `logProb`, `entropy`, `kl`.
   * @param obs as `act` takes it
   * @returns for a batch (`batch: true`) a list
   * @throws ObservationError
   */
  distribution(obs: unknown, options: FormOptions & { batch: true }): Distribution<A>[];
  distribution(obs: unknown, options?: FormOptions & { batch?: false }): Distribution<A>;
  distribution(obs: unknown, options?: FormOptions): Distribution<A> | Distribution<A>[];
  distribution(obs: unknown, { batch }: FormOptions = {}): Distribution<A> | Distribution<A>[] {
    const { core, actionSpace, rng } = this;
    return this.each(
      obs,
      'distribution: obs',
      batch,
      () => new Distribution(core.model, actionSpace, core.policy.energy, rng),
    );
  }

  /**
   * Records a transition, for loops of one's own, and learns when there are as many as a batch of training has.
   *
   * ```ts
   * const action = agent.act(obs);
   * const [nextObs, reward, terminated, truncated] = await env.step(action);
   * agent.observe({ reward, nextObs, terminated, truncated });
   * ```
   * @param transition of one environment, or arrays of n environments in the order of time
   * @returns what the policy update was made with; null where there was none yet
   * @throws ObservationError, ActionError or TransitionError where a part is of another form; nothing was recorded
   */
  observe(transition: Transition): Update | null {
    const recording = readTransition(this, transition, {
      acted: this.acted,
      numEnvs: this.recorder.numEnvs,
      where: 'observe',
    });
    this.steps += recording.outcome.rewards.length;
    this.acted = null;
    return this.recorder.record(recording);
  }

  /**
   * One policy update from transitions that are at hand, in the order of time. Their actions count as drawn from the present policy.
   * @returns what it was made with; null where the range of the observations is still measured (`observations.scaling` "running")
   * @throws as `observe`; nothing was learned
   */
  learn(batch: readonly Transition[]): Update | null {
    if (!Array.isArray(batch) || batch.length === 0) {
      throw new TransitionError('learn: the batch is no list, or empty; expected one transition or more');
    }
    const recordings = batch.map((transition, t) => {
      if (transition?.obs === undefined || transition.action === undefined) {
        throw new TransitionError(`learn: transition ${t} has no ${transition?.obs === undefined ? 'obs' : 'action'}`);
      }
      return readTransition(this, transition, {
        acted: null,
        numEnvs: batchSize(batch[0]) ?? 1,
        where: `learn: transition ${t}`,
      });
    });
    this.steps += recordings.length * recordings[0].outcome.rewards.length;
    this.acted = null;
    return this.recorder.learn(recordings);
  }

  /**
   * Runs whole episodes by the policy and sums their rewards.
   * @param env a vector of environments in the autoreset mode `next_step`, or one environment
   * @throws ConfigError where its spaces are not the agent's
   */
  async evaluate(env: Environment | VectorEnvironment, options: EvaluateOptions = {}): Promise<EvaluationResult> {
    const { episodes = 10, deterministic = true, signal } = options;
    const { seed = seedOf(this.config.seed, 'report', 0) } = options;
    if (!(Number.isSafeInteger(episodes) && episodes >= 1)) {
      throw new ConfigError(`evaluate: episodes is ${episodes}; expected an integer of 1 or more`);
    }
    if (!(Number.isSafeInteger(seed) && seed >= 0)) {
      throw new ConfigError(`evaluate: seed is ${seed}; expected an integer of 0 or more`);
    }
    return evaluatePolicy(vectorOf(env, this), this.core, { episodes, deterministic, seed, signal });
  }

  /** Writes a checkpoint, which `Agent.load`, `mirrorflow eval`, `serve` and `train --resume` read. @throws CheckpointError */
  async save(path: string): Promise<void> {
    if (this.recorder.isScaling) {
      throw new CheckpointError(
        `save: the range of the observations is measured for ${this.config.observations.freezeAt} transitions first; there are ${this.steps}. Save later.`,
      );
    }
    const rest = { steps: this.steps, seconds: 0, rng: this.rng.state() };
    writeCheckpoint(path, checkpointOf(this.core, this.observationSpace, this.actionSpace, rest));
  }

  private read(obs: unknown, where: string, batch: boolean | undefined): Numbers {
    const numbers = readNumbers(this.observationSpace, this.core.model.observations, obs, where);
    if (batch !== undefined && batch !== (numbers.n !== null)) {
      const [got, expected] = batch ? ['one observation', 'a batch'] : ['a batch', 'one observation'];
      throw new ObservationError(`${where} is ${got}; expected ${expected}, since batch is ${batch}`);
    }
    return numbers;
  }

  /** What `of` gives for each observation, with π(·|s) at hand. */
  private each<T>(
    obs: unknown,
    where: string,
    batch: boolean | undefined,
    of: (density: ActionDensity, e: number) => T,
  ): T | T[] {
    const { policy, model } = this.core;
    const { rows, n } = this.read(obs, where, batch);
    const { state } = model.features;
    const count = n ?? 1;
    if (this.rows.values.length < count * state.active) this.rows = makeRows(state, count);
    encodeRows(state, rows, this.rows, 0, count);
    const values = Array.from({ length: count }, (_, e) => of(policy.at(this.rows, e), e));
    return n === null ? values[0] : values;
  }
}
