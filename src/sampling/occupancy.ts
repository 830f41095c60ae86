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
 * @param rollout one with the geometric sampler, just reset
 * @param numEnvs its environments
 * @param perEnv trajectories of each environment
 * @param size length of f
 * @param f writes its value at transition `at` of the batch to `out`, shape [size]
 */
export async function estimateOccupancy(
  rollout: Rollout,
  numEnvs: number,
  gamma: number,
  perEnv: number,
  size: number,
  f: (batch: Batch, at: number, out: Float64Array) => void,
): Promise<Estimate> {
  const sums = Array.from({ length: numEnvs }, () => new Float64Array(size));
  const done = new Int32Array(numEnvs);
  const total = new Float64Array(size);
  const squares = new Float64Array(size);
  const value = new Float64Array(size);

  function add(batch: Batch, e: number): void {
    if (!batch.valid[e] || done[e]! >= perEnv) return;
    f(batch, e, value);
    const sum = sums[e]!;
    for (let i = 0; i < size; i++) sum[i] = sum[i]! + (1 - gamma) * value[i]!;
    if (!(batch.terminated[e] || batch.truncated[e])) return;
    done[e] = done[e]! + 1;
    for (let i = 0; i < size; i++) {
      total[i] = total[i]! + sum[i]!;
      squares[i] = squares[i]! + sum[i]! ** 2;
    }
    sum.fill(0);
  }

  while (done.some((n) => n < perEnv)) {
    await rollout.collect(1, (batch) => {
      for (let e = 0; e < numEnvs; e++) add(batch, e);
    });
  }
  const n = numEnvs * perEnv;
  const mean = total.map((x) => x / n);
  const standardError = squares.map((x, i) => Math.sqrt(Math.max(0, x / n - mean[i]! ** 2) / (n - 1)));
  return { mean, standardError, trajectories: n };
}
