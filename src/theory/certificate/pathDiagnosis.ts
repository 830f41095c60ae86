import type { Path } from '../flow/flow.js';
import type { ExactProblem } from '../problem.js';
import { fitRate, type Rate, runningMinimum } from './decayRate.js';

/** What a path of the flow did, at its times. */
export interface PathDiagnosis {
  readonly times: Float64Array;
  /** V^{π_t}(ρ) − V*(ρ). */
  readonly gap: Float64Array;
  /** min_{r≤t} of it. */
  readonly leastGap: Float64Array;
  /** K_t. */
  readonly K: Float64Array;
  /** ‖θ_t − θ_{π_t}‖₂. */
  readonly criticError: Float64Array;
  /** A3's residual. */
  readonly residual: Float64Array;
  /** ∫ KL(π*|π₀) d_ρ^{π*}. */
  readonly initialDivergence: number;
  readonly theta0Norm: number;
  readonly w0Norm: number;
  /** Rate of leastGap. */
  readonly rate: Rate;
}

/** Diagnoses each point of a path. */
export function diagnosePath(problem: ExactProblem, path: Path): PathDiagnosis {
  const all = path.theta.map((theta, i) => problem.diagnose(theta, path.w[i]));
  const column = (key: keyof (typeof all)[number]) => Float64Array.from(all, (d) => d[key]);
  const leastGap = runningMinimum(column('gap'));
  return {
    times: path.times,
    gap: column('gap'),
    leastGap,
    K: column('K'),
    criticError: column('criticError'),
    residual: column('residual'),
    initialDivergence: problem.divergenceFromOptimal(path.w[0]),
    theta0Norm: Math.hypot(...path.theta[0]),
    w0Norm: Math.hypot(...path.w[0]),
    rate: fitRate(path.times, leastGap),
  };
}
