import type { VectorEnvironment } from '../envs/environment.js';
import { Breath } from '../sampling/breath.js';
import { checkRewards } from '../sampling/observations.js';
import { createRng } from '../spaces/index.js';
import type { ActorCritic } from './actorCritic.js';

/** How a policy is evaluated. */
export interface EvaluationOptions {
  episodes: number;
  /** Environment e's first reset gets seed + e; also seeds the draws of a stochastic policy. */
  seed: number;
  /** The mode of the policy instead of a draw from it. */
  deterministic: boolean;
  signal?: AbortSignal | undefined;
}

/** The episodes of an evaluation and what they returned. */
export interface EvaluationResult {
  /** Undiscounted returns, in the order in which the episodes ended. */
  returns: number[];
  lengths: number[];
  mean: number;
  /** Standard deviation of the returns (of the sample: n − 1). */
  std: number;
}

/**
 * Runs whole episodes and sums their rewards. As in Stable-Baselines3, each environment contributes a fixed share of the episodes, so that
 * short episodes are not counted more often than long ones.
 * @param env in the autoreset mode `next_step`
 * @throws NonFiniteError naming the environment whose reward or observation is not finite; DOMException (AbortError) where the signal is aborted
 */
export async function evaluatePolicy(
  env: VectorEnvironment,
  { acting, model }: Pick<ActorCritic, 'acting' | 'model'>,
  options: EvaluationOptions,
): Promise<EvaluationResult> {
  const E = env.numEnvs;
  const { episodes, deterministic, signal } = options;
  const quota = Int32Array.from({ length: E }, (_, e) => Math.floor((episodes + e) / E));
  const chosen = acting.room(E);
  const observations = new Float64Array(E * acting.inputs);
  const running = new Float64Array(E);
  const lengths = new Int32Array(E);
  const resetting = new Uint8Array(E);
  const rng = createRng(options.seed);
  const breath = new Breath();
  const result = { returns: [] as number[], lengths: [] as number[] };

  let [seen] = await env.reset({ seed: options.seed });
  for (let step = 0; result.returns.length < episodes; step++) {
    signal?.throwIfAborted();
    model.observations.write(seen, observations, 0, step);
    acting.act(observations, deterministic ? null : rng, chosen);
    const [next, rewards, terminated, truncated, info] = await breath.step(env, chosen.actions);
    checkRewards(rewards, step);
    const restarted = info.restarted as Uint8Array | undefined;
    seen = next;
    for (let e = 0; e < E; e++) {
      if (resetting[e]) {
        resetting[e] = 0;
        continue;
      }
      if (restarted?.[e]) {
        // The server died in the middle of this episode: it is not counted, another takes its place.
        running[e] = 0;
        lengths[e] = 0;
        resetting[e] = 1;
        continue;
      }
      running[e] += rewards[e];
      lengths[e]++;
      if (!(terminated[e] || truncated[e])) continue;
      if (quota[e] > 0) {
        quota[e]--;
        result.returns.push(running[e]);
        result.lengths.push(lengths[e]);
      }
      running[e] = 0;
      lengths[e] = 0;
      resetting[e] = 1;
    }
  }
  return { ...result, ...moments(result.returns) };
}

function moments(x: number[]): { mean: number; std: number } {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const squares = x.reduce((a, b) => a + (b - mean) ** 2, 0);
  return { mean, std: x.length > 1 ? Math.sqrt(squares / (x.length - 1)) : 0 };
}
