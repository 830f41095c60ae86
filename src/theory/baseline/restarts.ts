import { proximalStep } from '../../actor/mirrorDescent.js';
import { combine } from '../finite/finiteFeatures.js';
import type { FiniteProblem } from '../finite/setting.js';
import { type Baseline, BaselineRecord, isRecorded } from './baseline.js';
import type { Limits } from './exactMethods.js';

/** Steps of `restartedActorCritic`. */
export interface RestartOptions {
  /** λ. */
  readonly mirrorStep: number;
  /** h. */
  readonly criticStep: number;
  /** M critic steps an update. */
  readonly criticSteps: number;
  /** sup|⟨θ,φ⟩| at which the critic is set back; infinite for never. In units of cost. */
  readonly radius: number;
}

/**
 * The actor-critic without regularisation (τ = 0), with restarts of its critic: where sup|⟨θ−θ⁰,φ⟩| comes above the radius, θ is set back to
 * θ⁰ = 0, and the policy is kept. So read for a linear critic, this is the restarting mechanism of Zhang et al. (2021), which keeps a
 * network's critic near its initial value (docs/theory.md). The gap is that of τ = 0.
 */
export function restartedActorCritic(problem: FiniteProblem, options: RestartOptions, limits: Limits): Baseline {
  const { mirrorStep, criticStep, criticSteps, radius } = options;
  const { mdp, features } = problem;
  const free = problem.withTau(0);
  const restarts = Number.isFinite(radius);
  const record = new BaselineRecord(
    {
      key: restarts ? 'restarts' : 'noRestarts',
      name: restarts ? `τ = 0, restarts at sup|⟨θ,φ⟩| = ${Number(radius.toPrecision(3))}` : 'τ = 0, no restarts',
      unit: 'evaluations',
    },
    free,
  );
  const theta = new Float64Array(free.size);
  const w = new Float64Array(free.size);
  const g = new Float64Array(free.size);
  const Q = new Float64Array(mdp.cost.length);
  for (let n = 0; n * criticSteps <= limits.most; n++) {
    if (isRecorded(n) && record.add(free.policy(w), n, n * criticSteps) <= limits.gap) break;
    for (let i = 0; i < criticSteps; i++) {
      free.semiGradient(theta, w, g);
      for (let j = 0; j < theta.length; j++) theta[j] -= criticStep * g[j];
    }
    proximalStep(w, theta, mirrorStep, 0);
    if (combine(features, theta.subarray(0, features.size), Q).some((q) => Math.abs(q) > radius)) theta.fill(0);
  }
  return record.finish();
}
