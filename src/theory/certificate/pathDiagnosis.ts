import { norm } from '../../numeric/vectors.js';
import { type Path, problemAt } from '../flow/flow.js';
import type { Diagnosis, ExactProblem } from '../problem.js';
import { fitRate, type Rate, runningMinimum } from './decayRate.js';
import { gapRounding, leastResolved } from './rounding.js';

/** What a path of the flow did, at its times: a column for each entry of `Diagnosis`, and more. */
export interface PathDiagnosis extends Readonly<Record<keyof Diagnosis, Float64Array>> {
  readonly times: Float64Array;
  /** τ_t, the temperature of each entry. */
  readonly tau: Float64Array;
  /** min_{r≤t} of the gap. */
  readonly leastGap: Float64Array;
  /** V_0^{π_t}(ρ) − V_0^*(ρ), the gap to the optimum without regularisation, where τ_t is not constant. */
  readonly unregularisedGap?: Float64Array;
  /** V_{τ_t}^{π̂}(ρ) − V_{τ_t}^*(ρ), π̂ the optimum of the last τ_t, where τ_t is not constant. */
  readonly lag?: Float64Array;
  /** ∫ KL(π*|π₀) d_ρ^{π*}, π* the optimum of the last τ_t. */
  readonly initialDivergence: number;
  readonly theta0Norm: number;
  /** sup_t ‖θ_t‖. */
  readonly thetaNorm: number;
  readonly w0Norm: number;
  /** Rate of leastGap. */
  readonly rate: Rate;
}

/** The entries of `Diagnosis`: the columns of a path. */
export const diagnosisKeys = [
  'gap',
  'gapLower',
  'gapUpper',
  'K',
  'criticError',
  'criticErrorL2',
  'residual',
  'actionValueError',
  'oscillation',
  'excess',
] as const satisfies readonly (keyof Diagnosis)[];

/** Diagnoses each point of a path. */
export function diagnosePath(problem: ExactProblem, path: Path): PathDiagnosis {
  const at = [...path.times].map((t) => problemAt(problem, path.tau, t));
  const all = path.theta.map((theta, i) => at[i].diagnose(theta, path.w[i]));
  const columns = Object.fromEntries(
    diagnosisKeys.map((key) => [key, Float64Array.from(all, (d) => d[key])]),
  ) as Record<keyof Diagnosis, Float64Array>;
  const leastGap = runningMinimum(columns.gap);
  return {
    times: path.times,
    tau: Float64Array.from(at, (now) => now.tau),
    ...columns,
    leastGap,
    ...(path.tau && {
      unregularisedGap: Float64Array.from(path.w, (w) => problem.unregularisedGap(w)),
      lag: lagBehind(at),
    }),
    initialDivergence: at.at(-1)!.divergenceFromOptimal(path.w[0]),
    theta0Norm: norm(path.theta[0]),
    thetaNorm: path.theta.reduce((most, theta) => Math.max(most, norm(theta)), 0),
    w0Norm: norm(path.w[0]),
    rate: fitRate(path.times, leastGap, problem.tau > 0 ? leastResolved(gapRounding(problem)) : 0),
  };
}

/** V_τ^{π̂}(ρ) is affine in τ: the tangent of V_τ^*(ρ) at the last temperature. */
function lagBehind(at: readonly ExactProblem[]): Float64Array {
  const last = at.at(-1)!;
  const slope = last.optimalInformation;
  return Float64Array.from(at, (now) =>
    Math.max(0, last.optimalValue + (now.tau - last.tau) * slope - now.optimalValue),
  );
}
