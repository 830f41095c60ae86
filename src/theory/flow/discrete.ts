import { type MirrorStep, mirrorSteps } from '../../actor/mirrorDescent.js';
import { type Schedule, type StepCount, scheduleAt, stepCountAt } from '../../critic/schedule.js';
import { MdpError } from '../errors.js';
import type { FiniteProblem } from '../finite/setting.js';
import type { FlowProblem } from '../problem.js';
import type { Path } from './flow.js';

/** Step sizes and number of updates of `discreteFlow`. */
export interface DiscreteOptions {
  /** Policy updates. */
  updates: number;
  /** h_n: step of the critic, θ ← θ − h g(θ, πⁿ); a schedule is read at the number n of the update. */
  criticStep: number | Schedule;
  /** λ_n: step of the mirror step; a schedule is read at the number n of the update. */
  mirrorStep: number | Schedule;
  mirror: keyof typeof mirrorSteps;
  /** M_n critic steps for update n; constant 1 is the single loop, 'infinite' their limit θ^{n+1} = θ_{πⁿ}. */
  criticSteps: StepCount | 'infinite';
  /** θ⁰, shape [N]; zero if left out. */
  theta0?: Float64Array;
  /** w⁰, shape [N]; zero, that is π⁰ = μ, if left out. */
  w0?: Float64Array;
}

/** A path of the updates, and which steps made it: what its certificate is computed from. */
export interface DiscretePath extends Path {
  readonly mirror: keyof typeof mirrorSteps;
  /** Step sizes and numbers of steps of update n, which leads from point n to point n + 1; shape [updates] each. */
  readonly updates: {
    /** λ_n. */
    readonly mirrorStep: Float64Array;
    /** h_n. */
    readonly criticStep: Float64Array;
    /** M_n; infinite where θ^{n+1} = θ_{πⁿ}. */
    readonly criticSteps: Float64Array;
  };
}

/**
 * The updates of slide 4 with exact integrals: M_n semi-gradient steps, then a mirror step with θ^{n+1}. θ⁰ and π⁰ are the problem's, zero and μ
 * unless it or the options have others.
 * @param step the mirror step that is made; the one that `options.mirror` names if left out. A self-test plants wrong ones here.
 * @returns the path at every update; its time is Σλ, the flow's. A solve for θ_{πⁿ} counts as one evaluation
 * @throws MdpError where an option is wrong, or the critic's steps are too large and θ overflows
 */
export function discreteFlow(
  problem: FlowProblem,
  options: DiscreteOptions,
  step: MirrorStep = mirrorSteps[options.mirror],
): DiscretePath {
  checkOptions(options, problem.size);
  const { updates, mirror, criticSteps } = options;
  const { size: N, tau, name } = problem;
  const theta = [(options.theta0 ?? problem.start?.theta0)?.slice() ?? new Float64Array(N)];
  const w = [(options.w0 ?? problem.start?.w0)?.slice() ?? new Float64Array(N)];
  const column = (of: (n: number) => number) => Float64Array.from({ length: updates }, (_, n) => of(n));
  const lambda = column((n) => at(options.mirrorStep, n));
  const h = column((n) => at(options.criticStep, n));
  const counts = column((n) => (criticSteps === 'infinite' ? Number.POSITIVE_INFINITY : stepCountAt(criticSteps, n)));
  const times = new Float64Array(updates + 1);
  const g = new Float64Array(N);
  let evaluations = 0;
  for (let n = 0; n < updates; n++) {
    const nextTheta = theta[n].slice();
    if (criticSteps === 'infinite') {
      problem.implicitCritic(theta[n], w[n], 0, nextTheta);
      evaluations++;
    }
    for (let i = criticSteps === 'infinite' ? 0 : counts[n]; i > 0; i--) {
      problem.semiGradient(nextTheta, w[n], g);
      for (let j = 0; j < N; j++) nextTheta[j] -= h[n] * g[j];
      evaluations++;
    }
    const nextW = w[n].slice();
    step(nextW, nextTheta, lambda[n], tau);
    if (!nextTheta.every(Number.isFinite) || !nextW.every(Number.isFinite)) {
      throw new MdpError(
        `${name}: update ${n}: θ is no longer finite after ${counts[n]} critic steps of ${h[n]}; ` +
          'expected steps that are stable. Lower the critic step: (1−√γ)/(1+√γ)² is small enough where ‖φ‖ ≤ 1',
      );
    }
    theta.push(nextTheta);
    w.push(nextW);
    times[n + 1] = times[n] + lambda[n];
  }
  const taken = { mirrorStep: lambda, criticStep: h, criticSteps: counts };
  return { times, theta, w, steps: updates, evaluations, mirror, updates: taken };
}

/** (1−√γ)/(1+√γ)²: up to it a critic step takes θ nearer to θ_π wherever A1–A3 hold (docs/theory.md). */
export function provedCriticStep(gamma: number): number {
  return (1 - Math.sqrt(gamma)) / (1 + Math.sqrt(gamma)) ** 2;
}

/** A critic step that is stable: 1 for tabular features, since then it contracts the supremum of δ, and `provedCriticStep` for others. */
export function defaultCriticStep({ features, gamma }: FiniteProblem): number {
  return features.table === null ? 1 : provedCriticStep(gamma);
}

function at(size: number | Schedule, n: number): number {
  return typeof size === 'number' ? size : scheduleAt(size, n);
}

function checkOptions(options: DiscreteOptions, N: number): void {
  const { updates, criticStep, mirrorStep, theta0, w0, criticSteps } = options;
  if (!(Number.isInteger(updates) && updates >= 1)) {
    throw new MdpError(`updates: is ${updates}; expected an integer from 1 on`);
  }
  for (const [name, size] of Object.entries({ criticStep, mirrorStep })) {
    const wrong = [at(size, 0), at(size, updates - 1)].find((x) => !(x > 0 && Number.isFinite(x)));
    if (wrong !== undefined) throw new MdpError(`${name}: is ${wrong}; expected a positive number`);
  }
  const wrong =
    criticSteps === 'infinite' ? -1 : [0, updates - 1].findIndex((n) => !isCount(stepCountAt(criticSteps, n)));
  if (wrong >= 0) {
    throw new MdpError(
      `criticSteps: ${JSON.stringify(criticSteps)} is no number of steps; expected 'infinite', {type: 'constant', value}, ` +
        "{type: 'linear', value, slope} or {type: 'logarithmic', value, scale}",
    );
  }
  for (const [name, vector] of Object.entries({ theta0, w0 })) {
    if (vector && vector.length !== N) throw new MdpError(`${name}: has ${vector.length} entries; expected ${N}`);
  }
}

function isCount(x: number): boolean {
  return x >= 1 && Number.isFinite(x);
}
