import { mirrorSteps } from '../../actor/mirrorDescent.js';
import { type StepCount, stepCountAt } from '../../critic/schedule.js';
import type { FlowProblem } from '../problem.js';
import type { Path } from './flow.js';

/** Step sizes and number of updates of `discreteFlow`. */
export interface DiscreteOptions {
  /** Policy updates. */
  updates: number;
  /** h: step of the critic, θ ← θ − h g(θ, πⁿ). */
  criticStep: number;
  /** λ: step of the mirror step. */
  mirrorStep: number;
  mirror: keyof typeof mirrorSteps;
  /** M_n critic steps for update n; constant 1 is the single loop. */
  criticSteps: StepCount;
}

/**
 * The updates of slide 4 with exact integrals: M_n semi-gradient steps, then a mirror step with θ^{n+1}. θ⁰ and π⁰ are the problem's, zero and μ unless it has others.
 * @returns the path at every update; its time is nλ, the flow's
 */
export function discreteFlow(problem: FlowProblem, options: DiscreteOptions): Path {
  const { updates, criticStep, mirrorStep, mirror, criticSteps } = options;
  const { size: N, tau } = problem;
  const theta = [problem.start?.theta0 ?? new Float64Array(N)];
  const w = [problem.start?.w0 ?? new Float64Array(N)];
  const g = new Float64Array(N);
  let evaluations = 0;
  for (let n = 0; n < updates; n++) {
    const nextTheta = theta[n].slice();
    for (let i = stepCountAt(criticSteps, n); i > 0; i--) {
      problem.semiGradient(nextTheta, w[n], g);
      for (let j = 0; j < N; j++) nextTheta[j] -= criticStep * g[j];
      evaluations++;
    }
    const nextW = w[n].slice();
    mirrorSteps[mirror](nextW, nextTheta, mirrorStep, tau);
    theta.push(nextTheta);
    w.push(nextW);
  }
  const times = Float64Array.from({ length: updates + 1 }, (_, n) => n * mirrorStep);
  return { times, theta, w, steps: updates, evaluations };
}
