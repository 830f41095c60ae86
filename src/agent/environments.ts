import type { VectorEnv } from '../bridge/index.js';
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

/** Makes the configuration's environments, or those of `envs`. @throws ConfigError where `envs` gives what cannot be trained on */
export async function makeEnv(
  config: Config,
  numEnvs: number,
  options: EnvironmentOptions,
): Promise<VectorEnvironment> {
  if (options.envs !== undefined) return checked(await options.envs(numEnvs), numEnvs);
  // Loaded when it is needed: who brings environments of his own needs no ZeroMQ.
  const { VectorEnv } = await import('../bridge/index.js');
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
