import type { Batch } from './batch.js';
import type { Rollout } from './rollout.js';

export interface Estimate {
  /** Estimates of the integrals; shape [size]. */
  mean: Float64Array;
  /** Their standard errors, from the spread between trajectories; shape [size]. */
  standardError: Float64Array;
  /** Trajectories used. */
  trajectories: number;
}

/**
 * Estimates ∫ f dd_β^π for a vector-valued f of transitions, from trajectories that start in β, follow π and stop after each step with
 * probability 1−γ. Step n is reached with probability γⁿ, so (1−γ) Σ_n f(s_n,a_n) over a trajectory is unbiased; what would
 * come after a terminated step counts as zero. Every environment contributes as many trajectories, so short ones are not favoured.
 * What would come after a truncation is not zero and cannot be had: make the environment without a time limit.
 * @param rollout one with the geometric sampler, just reset
 * @param numEnvs its environments
 * @param perEnv trajectories of each environment
 * @param size length of f
 * @param f writes its value at transition `at` of the batch to `out`, shape [size]
 * @throws Error naming the mass that is lost where the environment truncates a trajectory
 */
export async function estimateOccupancy(
  rollout: Rollout,
  { numEnvs, gamma, perEnv, size }: { numEnvs: number; gamma: number; perEnv: number; size: number },
  f: (batch: Batch, at: number, out: Float64Array) => void,
): Promise<Estimate> {
  const sums = Array.from({ length: numEnvs }, () => new Float64Array(size));
  const done = new Int32Array(numEnvs);
  const total = new Float64Array(size);
  const squares = new Float64Array(size);
  const value = new Float64Array(size);

  function add(batch: Batch, e: number): void {
    if (!batch.valid[e] || done[e] >= perEnv) return;
    f(batch, e, value);
    const sum = sums[e];
    for (let i = 0; i < size; i++) sum[i] = sum[i] + (1 - gamma) * value[i];
    if (!(batch.terminated[e] || batch.truncated[e])) return;
    done[e] = done[e] + 1;
    for (let i = 0; i < size; i++) {
      total[i] = total[i] + sum[i];
      squares[i] = squares[i] + sum[i] ** 2;
    }
    sum.fill(0);
  }

  while (done.some((n) => n < perEnv)) {
    const batch = await rollout.collect(1);
    for (let e = 0; e < numEnvs; e++) add(batch, e);
    if (rollout.cutAfter !== null) throw new Error(cutMessage(rollout.cutAfter, gamma));
  }
  const n = numEnvs * perEnv;
  const mean = total.map((x) => x / n);
  const standardError = squares.map((x, i) => Math.sqrt(Math.max(0, x / n - mean[i] ** 2) / (n - 1)));
  return { mean, standardError, trajectories: n };
}

/** What is wrong with the draws of a geometric sampler whose trajectories the environment truncates after n steps, and what to do. */
export function cutMessage(n: number, gamma: number): string {
  return (
    `the environment truncated a trajectory of the geometric sampler after ${n} steps: the share γ^${n} = ${(gamma ** n).toPrecision(3)} ` +
    'of d_β^π beyond is not sampled. Make the environment without a time limit of its own, or with a later one.'
  );
}
