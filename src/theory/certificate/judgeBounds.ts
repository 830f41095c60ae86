import type { ExactProblem } from '../problem.js';
import { type CertificateEntry, entryMaker, show, verdict, withoutTemperature } from './entry.js';
import { changeFrom } from './integrals.js';
import type { PathDiagnosis } from './pathDiagnosis.js';
import { gapRounding, isResolved, isWithin } from './rounding.js';
import { boundWithoutA3, errorFloor } from './withoutA3.js';
import { judgeWithSchedule } from './withSchedule.js';

const NAME = 'The bound on the gap without A3';

/** Judges the bound that needs no A3: the least gap so far against it, at every time. */
export function judgeWithoutA3(
  path: PathDiagnosis,
  problem: ExactProblem,
  { bound, a3 }: { bound: Float64Array; a3: boolean },
): CertificateEntry {
  const entry = entryMaker('withoutA3', NAME);
  const irregular = withoutTemperature(path, problem.tau);
  if (path.lag !== undefined) return judgeWithSchedule(path, problem, { bound, name: NAME });
  if (irregular !== null) return entry('does not apply', irregular);
  if (!path.oscillation.every(Number.isFinite)) return entry('does not apply', '⟨θ,φ⟩ − Q^π is not bounded in a');
  const floor = errorFloor(path, problem);
  const rest = a3
    ? ''
    : `; while the critic's error stays as it is, the gap's bound falls to Ω²/(8τ(1−γ)) = ${show(floor.byOscillation)}, ` +
      `at most e²/(2τ(1−γ)) = ${show(floor.bySupremum)}; last gap ${show(path.gap.at(-1)!)}`;
  const rounding = gapRounding(problem);
  // Where the gap is rounding its ratios say nothing.
  const ratio = path.leastGap.reduce(
    (most, x, i) => (isResolved(x, rounding) ? Math.max(most, x / bound[i]) : most),
    0,
  );
  const figure = `the gap is at most ${show(ratio)} of it${rest}`;
  const exceeds = (limit: (i: number) => number) => path.leastGap.some((gap, i) => !isWithin(gap, limit(i), rounding));
  if (!exceeds((i) => bound[i])) return entry('holds', figure);
  const error = quadratureError(path, problem, bound);
  if (!exceeds((i) => bound[i] + error[i])) {
    return entry('undecided', `${figure}; the times are too far apart to integrate Ω² more exactly`);
  }
  return entry('fails', figure);
}

/** How far the bound changes where every other time is left out: more than its error from the trapezoidal rule. */
function quadratureError(path: PathDiagnosis, problem: ExactProblem, bound: Float64Array): Float64Array {
  const even = (x: Float64Array) => x.filter((_, i) => i % 2 === 0);
  const coarse = boundWithoutA3({ ...path, times: even(path.times), oscillation: even(path.oscillation) }, problem);
  return changeFrom(coarse, bound);
}

/** Judges the two bounds of the gap that need no π*, at every point of the path. */
export function judgeGapBounds(path: PathDiagnosis, problem: ExactProblem): CertificateEntry {
  const entry = entryMaker('gap', 'The gap between its bounds without π*');
  const { gamma, costBound, optimalValue } = problem;
  const { gap, gapLower, gapUpper, excess, tau } = path;
  // There are none where τ_t is 0.
  const regular = [...gap.keys()].filter((i) => tau[i] > 0);
  if (regular.length === 0) return entry('does not apply', 'τ = 0');
  const rounding = tau.map((now) => gapRounding({ gamma, costBound, optimalValue, tau: now }));
  const within = regular.every(
    (i) =>
      isWithin(gapLower[i], gap[i], rounding[i]) &&
      isWithin(gap[i], gapUpper[i], rounding[i]) &&
      isWithin(gap[i], excess[i] / (1 - gamma), rounding[i]),
  );
  const seen = regular.filter((i) => isResolved(gap[i], rounding[i]));
  const least = Math.min(1, ...seen.map((i) => gapLower[i] / gap[i]));
  const most = Math.max(1, ...seen.map((i) => gapUpper[i] / gap[i]));
  return entry(
    verdict(within),
    `the lower one is at least ${show(least)} of the gap, the upper one at most ${show(most)}`,
  );
}
