import type { Path } from '../flow/flow.js';
import type { Diagnosis, ExactProblem } from '../problem.js';
import { fitRate, type Rate, runningMinimum } from './decayRate.js';

/** What a path of the flow did, at its times: a column for each entry of `Diagnosis`, and more. */
export interface PathDiagnosis extends Readonly<Record<keyof Diagnosis, Float64Array>> {
  readonly times: Float64Array;
  /** min_{r≤t} of the gap. */
  readonly leastGap: Float64Array;
  /** ∫ KL(π*|π₀) d_ρ^{π*}. */
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
  const all = path.theta.map((theta, i) => problem.diagnose(theta, path.w[i]));
  const columns = Object.fromEntries(
    diagnosisKeys.map((key) => [key, Float64Array.from(all, (d) => d[key])]),
  ) as Record<keyof Diagnosis, Float64Array>;
  const leastGap = runningMinimum(columns.gap);
  return {
    times: path.times,
    ...columns,
    leastGap,
    initialDivergence: problem.divergenceFromOptimal(path.w[0]),
    theta0Norm: norm(path.theta[0]),
    thetaNorm: path.theta.reduce((most, theta) => Math.max(most, norm(theta)), 0),
    w0Norm: norm(path.w[0]),
    rate: fitRate(path.times, leastGap),
  };
}

function norm(x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}
