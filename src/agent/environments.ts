import type { VectorEnv, VectorEnvOptions } from '../bridge/index.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import type { Awaitable, VectorEnvironment } from '../envs/environment.js';

/** A time limit that no trajectory reaches. */
const NO_LIMIT = 2 ** 31 - 1;

/** What environments are made with. */
export interface EnvironmentOptions {
  /**
   * Makes n environments, in the autoreset mode `next_step`: for training, and again for evaluations. Default: the configuration's Gymnasium
   * environment, behind the bridge.
   */
  envs?: ((numEnvs: number) => Awaitable<VectorEnvironment>) | undefined;
  /** Called for what the user should know: a server was started again, an environment did not replay. */
  onWarning?: ((message: string) => void) | undefined;
  /** The Python to run environments with (default: docs/bridge.md). */
  python?: string | undefined;
  /** Milliseconds without an answer after which an environment server counts as hung and is replaced. Default 60 000. */
  timeout?: number | undefined;
}

/** Makes the configuration's environments on one server, or those of `envs`. @throws ConfigError where `envs` gives what cannot be trained on */
export async function makeEnv(
  config: Config,
  numEnvs: number,
  options: EnvironmentOptions,
): Promise<VectorEnvironment> {
  if (options.envs !== undefined) return checked(await options.envs(numEnvs), numEnvs);
  return makeVector(config.env, { numEnvs, servers: 1, groups: 1 }, options);
}

/**
 * Makes the environments of training, on as many servers and in as many groups as the configuration says, or as pay by what a step costs. The
 * geometric sampler has one group: it draws after each step whether a trajectory ends, and with groups it would draw in another order.
 * @param onSpread called with a line that says how they are spread, where the bridge makes them
 * @throws as `makeEnv`
 */
export async function makeTrainingEnv(
  config: Config,
  options: EnvironmentOptions,
  onSpread?: (line: string) => void,
): Promise<VectorEnvironment> {
  const { numEnvs, servers = 'auto', groups = 'auto' } = config.env;
  if (options.envs !== undefined) return checked(await options.envs(numEnvs), numEnvs);
  const groupsOf = config.sampler.type === 'geometric' ? 1 : groups;
  const env = await makeVector(trainingEnv(config), { numEnvs, servers, groups: groupsOf }, options);
  onSpread?.(spreadLine(env.spread));
  return env;
}

async function makeVector(
  { id, ...rest }: Config['env'],
  spread: Pick<VectorEnvOptions, 'numEnvs' | 'servers' | 'groups'>,
  options: EnvironmentOptions,
): Promise<VectorEnv> {
  // Loaded when it is needed: who brings environments of his own needs no ZeroMQ.
  const { VectorEnv } = await import('../bridge/index.js');
  return VectorEnv.make(id, {
    ...rest,
    ...spread,
    info: false,
    restart: true,
    python: options.python,
    timeout: options.timeout,
    onRestart: ({ error }) => options.onWarning?.(`the environment server was started again: ${error.message}`),
  });
}

/** How environments are spread, in words. */
function spreadLine({ numEnvs, servers, groups, cost, cores }: VectorEnv['spread']): string {
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const measured = cost === null ? '' : `: a step of one takes ${duration(cost)}, ${count(cores, 'core')}`;
  return `${count(numEnvs, 'environment')} on ${count(servers, 'server')} in ${count(groups, 'group')}${measured}`;
}

function duration(ms: number): string {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toPrecision(2)} ms`;
}

function checked(env: VectorEnvironment, numEnvs: number): VectorEnvironment {
  const missing = (['reset', 'step', 'close'] as const).find((name) => typeof env?.[name] !== 'function');
  if (missing !== undefined) {
    throw new ConfigError(
      `envs(${numEnvs}) gave an object without the method ${missing}; expected a VectorEnvironment. ` +
        'Put environments in a vector: new SyncVectorEnv(() => new MyEnv(), n)',
    );
  }
  if (env.singleObservationSpace === undefined || env.singleActionSpace === undefined) {
    throw new ConfigError(
      `envs(${numEnvs}) gave an object without singleObservationSpace or singleActionSpace; expected a VectorEnvironment. ` +
        'Put environments in a vector: new SyncVectorEnv(() => new MyEnv(), n)',
    );
  }
  if (env.numEnvs !== numEnvs) {
    throw new ConfigError(
      `envs(${numEnvs}) gave ${env.numEnvs} environments; expected ${numEnvs}. Use the number that it is called with.`,
    );
  }
  const grouped = (env.groups ?? [env]).reduce((sum, group) => sum + group.numEnvs, 0);
  if (grouped !== numEnvs) {
    throw new ConfigError(
      `envs(${numEnvs}) gave groups of ${grouped} environments; expected contiguous parts of all ${numEnvs}, or none`,
    );
  }
  if (env.autoreset !== 'next_step') {
    throw new ConfigError(
      `envs(${numEnvs}) gave environments in the autoreset mode ${env.autoreset}; expected next_step, in which the last observation of an episode is seen`,
    );
  }
  return env;
}

/** Makes the environment that a policy is evaluated in: the configuration's, with the time limit of evaluations. */
export function makeEvaluationEnv(
  config: Config,
  numEnvs: number,
  options: EnvironmentOptions,
): Promise<VectorEnvironment> {
  return makeEnv({ ...config, env: evaluationEnv(config) }, numEnvs, options);
}

/** Makes one environment of the configuration with `render_mode` "rgb_array". @throws ConfigError where it has no such mode; BridgeError */
export async function makePictureEnv(
  config: Config,
  options: { python?: string | undefined } = {},
): Promise<VectorEnv> {
  const { BridgeError, VectorEnv } = await import('../bridge/index.js');
  const { id, numEnvs: _, ...rest } = evaluationEnv(config);
  const { python } = options;
  try {
    return await VectorEnv.make(id, { ...rest, numEnvs: 1, info: false, renderMode: 'rgb_array', python });
  } catch (error) {
    if (!(error instanceof BridgeError && /has no render_mode|TypeError: .*render_mode/.test(error.message)))
      throw error;
    throw new ConfigError(
      `${id} has no render mode "rgb_array", so there are no pictures of it; ` +
        'add the mode to its metadata["render_modes"] and let its render() give an array of shape [height, width, 3]',
      { cause: error },
    );
  }
}

/**
 * What the environment of training is made of. The geometric sampler ends its trajectories itself, and d_β^π knows no time limit: the
 * registered one is lifted, unless the configuration gives one or the time is in the state.
 */
export function trainingEnv({ env, sampler, truncation }: Config): Config['env'] {
  const timed = truncation === 'terminate' || JSON.stringify(env.wrappers ?? []).includes('TimeAwareObservation');
  return sampler.type === 'geometric' && !timed ? { ...env, maxEpisodeSteps: env.maxEpisodeSteps ?? NO_LIMIT } : env;
}

/** What the environment of evaluations is made of, on one server. */
export function evaluationEnv({ env: { servers: _s, groups: _g, ...env }, evaluation }: Config): Config['env'] {
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
