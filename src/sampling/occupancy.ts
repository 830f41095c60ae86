import type { Rng } from '../numeric/rng.js';
import type { Batch } from './batch.js';
import type { Rollout } from './rollout.js';

export interface Estimate {
  /** Estimates of the integrals; shape [size]. */
  mean: Float64Array;
  /** Their standard errors, from the spread between trajectories; shape [size]. */
  standardError: Float64Array;
  /** Trajectories used. */
  trajectories: number;
  /**
   * γ^L where the environment truncated trajectories, after L steps at least; 0 where it truncated none. The draws then follow another law than
   * d_β^π, at most so far from it in total variation; the standard errors do not contain this.
   */
  bias: number;
}

/** What an estimate is made of. */
export interface EstimateOptions {
  /** The environments of the rollout. */
  numEnvs: number;
  gamma: number;
  /** Trajectories of each environment: every one contributes as many, so short ones are not favoured. At least 2 in all. */
  perEnv: number;
  /** Length of f. */
  size: number;
  /** Draws how long trajectories that terminated would have gone on. */
  rng: Rng;
}

/**
 * Estimates ∫ f dd_β^π for a vector-valued f of transitions, from trajectories that start in β, follow π and stop after each step with
 * probability 1−γ. With S the sum of f over a trajectory and T the steps after which the sampler stops it, (1−γ)E S is the integral and (1−γ)E T
 * is 1. Where no trajectory terminates, the estimate is mean S/mean T: all pairs, their weights normalised. Otherwise what would come after a
 * terminated step counts as zero, T is drawn on past it, and (1−γ)T − 1 is a control variate whose coefficient is that of the regression of S on T.
 * Both are (1−γ)·mean(S − cT) + c, with standard errors by the delta method.
 * @param rollout one with the geometric sampler, just reset
 * @param f writes its value at transition `at` of the batch to `out`, shape [size]
 */
export async function estimateOccupancy(
  rollout: Rollout,
  { numEnvs, gamma, perEnv, size, rng }: EstimateOptions,
  f: (batch: Batch, at: number, out: Float64Array) => void,
): Promise<Estimate> {
  const running = Array.from({ length: numEnvs }, () => ({ sum: new Float64Array(size), steps: 0, done: 0 }));
  const trajectories: Trajectory[] = [];
  const value = new Float64Array(size);
  let terminates = false;

  function add(batch: Batch, e: number): void {
    const own = running[e];
    if (!batch.valid[e] || own.done >= perEnv) return;
    f(batch, e, value);
    for (let i = 0; i < size; i++) own.sum[i] = own.sum[i] + value[i];
    own.steps++;
    if (!(batch.terminated[e] || batch.truncated[e])) return;
    const isTerminated = batch.terminated[e] === 1;
    terminates ||= isTerminated;
    trajectories.push({ sum: own.sum, steps: own.steps + (isTerminated ? restOf(gamma, rng) : 0) });
    running[e] = { sum: new Float64Array(size), steps: 0, done: own.done + 1 };
  }

  while (running.some(({ done }) => done < perEnv)) {
    const batch = await rollout.collect(1);
    for (let e = 0; e < numEnvs; e++) add(batch, e);
  }
  const bias = rollout.cutAfter === null ? 0 : gamma ** rollout.cutAfter;
  return { ...combine(trajectories, { gamma, size, terminates }), trajectories: trajectories.length, bias };
}

/** A trajectory: the sum S of f, shape [size], and T. */
interface Trajectory {
  readonly sum: Float64Array;
  readonly steps: number;
}

/** The steps that the sampler would have gone on with, each with probability γ. */
function restOf(gamma: number, rng: Rng): number {
  return Math.floor(Math.log(1 - rng.next()) / Math.log(gamma));
}

function combine(
  trajectories: readonly Trajectory[],
  { gamma, size, terminates }: { gamma: number; size: number; terminates: boolean },
): Pick<Estimate, 'mean' | 'standardError'> {
  const n = trajectories.length;
  const average = (of: (trajectory: Trajectory) => number) => trajectories.reduce((sum, x) => sum + of(x), 0) / n;
  const steps = average((x) => x.steps);
  const spread = average((x) => (x.steps - steps) ** 2);
  const mean = new Float64Array(size);
  const standardError = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const sum = average((x) => x.sum[i]);
    const regression = spread > 0 ? average((x) => (x.steps - steps) * (x.sum[i] - sum)) / spread : 0;
    const c = terminates ? regression : sum / steps;
    mean[i] = (1 - gamma) * (sum - c * steps) + c;
    const square = average((x) => (x.sum[i] - sum - c * (x.steps - steps)) ** 2);
    standardError[i] = (1 - gamma) * Math.sqrt(square / (n - (terminates ? 2 : 1)));
  }
  return { mean, standardError };
}

/** What is wrong with the draws of a geometric sampler whose trajectories the environment truncates after n steps, and what to do. */
export function cutMessage(n: number, gamma: number): string {
  return (
    `the environment truncated a trajectory of the geometric sampler after ${n} steps: what it draws is not d_β^π, but up to ` +
    `γ^${n} = ${(gamma ** n).toPrecision(3)} away from it in total variation. For exact draws make the environment without a time limit of its own; ` +
    'a later one makes the bias smaller.'
  );
}
