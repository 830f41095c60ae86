import { mirrorSteps } from '../../actor/mirrorDescent.js';
import type { Rng } from '../../numeric/rng.js';
import { estimateSemiGradient, transitionSampler } from '../finite/sampler.js';
import type { FiniteProblem } from '../finite/setting.js';
import type { Path } from './flow.js';

/** Step sizes, number of updates and samples of `sampledFlow`. */
export interface SampledOptions {
  updates: number;
  /** h. The flow that the path follows has η = h/λ. */
  criticStep: number;
  /** λ. */
  mirrorStep: number;
  /** Pairs drawn from d_β^π for one semi-gradient. */
  samples: number;
}

/**
 * The slides' updates with g estimated from samples of d_β^π and P, one TD step a mirror step. As h, λ → 0 with h/λ = η kept, its path tends to
 * the flow's.
 */
export function sampledFlow(problem: FiniteProblem, options: SampledOptions, rng: Rng): Path {
  const { mdp, tau, size: N, start } = problem;
  const { updates, criticStep, mirrorStep, samples } = options;
  const next = transitionSampler(mdp);
  const theta = [start?.theta0 ?? new Float64Array(N)];
  const w = [start?.w0 ?? new Float64Array(N)];
  for (let n = 0; n < updates; n++) {
    const policy = problem.policy(w[n]);
    const { mean } = estimateSemiGradient(problem, { policy, next, rng }, theta[n], samples);
    const nextTheta = theta[n].slice();
    for (let i = 0; i < mean.length; i++) nextTheta[i] -= criticStep * mean[i];
    theta.push(nextTheta);
    const nextW = w[n].slice();
    mirrorSteps.proximal(nextW, theta[n + 1], mirrorStep, tau);
    w.push(nextW);
  }
  const times = Float64Array.from({ length: updates + 1 }, (_, n) => n * mirrorStep);
  return { times, theta, w, steps: updates, evaluations: updates };
}
