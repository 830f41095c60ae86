import { type Path, problemAt } from '../flow/flow.js';
import type { ExactProblem } from '../problem.js';
import { fitRate, type Rate, runningMinimum } from './decayRate.js';

/** What a path of the flow did, at its times. */
export interface PathDiagnosis {
  readonly times: Float64Array;
  /** τ_t. */
  readonly tau: Float64Array;
  /** V^{π_t}(ρ) − V*(ρ) at the temperature τ_t. */
  readonly gap: Float64Array;
  /** min_{r≤t} of it. */
  readonly leastGap: Float64Array;
  /** V_0^{π_t}(ρ) − V_0^*(ρ), the gap to the optimum without regularisation, where τ_t is not constant. */
  readonly unregularisedGap?: Float64Array;
  /** K_t. */
  readonly K: Float64Array;
  /** ‖θ_t − θ_{π_t}‖₂. */
  readonly criticError: Float64Array;
  /** A3's residual. */
  readonly residual: Float64Array;
  /** ∫ KL(π*|π₀) d_ρ^{π*}, π* the optimum of the last τ_t. */
  readonly initialDivergence: number;
  readonly theta0Norm: number;
  readonly w0Norm: number;
  /** Rate of leastGap. */
  readonly rate: Rate;
}

/** Diagnoses each point of a path. */
export function diagnosePath(problem: ExactProblem, path: Path): PathDiagnosis {
  const at = [...path.times].map((t) => problemAt(problem, path.tau, t));
  const all = path.theta.map((theta, i) => at[i].diagnose(theta, path.w[i]));
  const column = (key: keyof (typeof all)[number]) => Float64Array.from(all, (d) => d[key]);
  const leastGap = runningMinimum(column('gap'));
  return {
    times: path.times,
    tau: Float64Array.from(at, (now) => now.tau),
    gap: column('gap'),
    leastGap,
    ...(path.tau && { unregularisedGap: Float64Array.from(path.w, (w) => problem.unregularisedGap(w)) }),
    K: column('K'),
    criticError: column('criticError'),
    residual: column('residual'),
    initialDivergence: at.at(-1)!.divergenceFromOptimal(path.w[0]),
    theta0Norm: Math.hypot(...path.theta[0]),
    w0Norm: Math.hypot(...path.w[0]),
    rate: fitRate(path.times, leastGap),
  };
}
