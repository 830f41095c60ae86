import { scheduleAt } from '../../critic/schedule.js';
import type { Eta } from '../flow/flow.js';
import type { ExactProblem } from '../problem.js';
import { type CertificateEntry, entryMaker, show, showExp, withoutTemperature } from './entry.js';
import { type Growth, growthOf, indexAt } from './growth.js';
import type { PathDiagnosis } from './pathDiagnosis.js';
import { criticRounding, gapRounding, isWithin } from './rounding.js';
import { contraction } from './theoremOne.js';
import { logTheoremTwoBound } from './theoremTwo.js';

/** The tail of k₂ may be this part of it for k₂ to have settled. */
const SETTLED = 0.05;
/** By so much k₂ may exceed what the first half of the path predicts. */
const PREDICTED = 1.01;

/** What the theorem says about the speed that a critic needs. */
interface Speed {
  /** α*, or a lower bound of it. */
  readonly rate: number;
  readonly isBound: boolean;
  readonly eta0: number;
  readonly k1: number;
  /** Where f = e^{τr/2}‖θ_r − θ_{π_r}‖² has its peak according to α*. */
  readonly peak: number;
}

/**
 * Judges Theorem 2 along a path (docs/theory.md, "Theorem 2: the verdict"): the first half of the path predicts k₂, and the second one
 * can contradict it.
 * @param premises A1–A3
 */
export function judgeTheoremTwo(
  path: PathDiagnosis,
  problem: ExactProblem,
  eta: Eta,
  { premises, k2Least }: { premises: boolean; k2Least: number },
): CertificateEntry {
  const entry = entryMaker('theorem2', 'Theorem 2: the bound on the gap');
  const { tau } = problem;
  const irregular = withoutTemperature(path, tau);
  if (irregular !== null) return entry('does not apply', irregular);
  if (!premises) return entry('does not apply', `A1–A3 do not all hold; least k₂ ${show(k2Least)}`);
  const speed = speedOf(problem, eta);
  const growth = growthOfPath(path, tau, speed.rate);
  const { times } = path;
  const end = times.length - 1;
  if (!(speed.k1 > 0)) return entry('does not apply', slopeText(growth, tau, speed));
  const peak = `log f peaks at t* = ln(τ/(4α*η₀))/k₁ ${speed.isBound ? '≤' : '='} ${show(speed.peak)}`;
  const seen = `k₂ = 2∫f dr = ${showExp(growth.logK2[end])} at the horizon, f = e^{τr/2}‖θ−θ_π‖²`;
  const model = modelGrowth(times, tau, speed);
  const half = indexAt(times, times[end] / 2);
  if (!(growth.share(end) <= SETTLED)) return unsettled(growth, model);
  const share = growth.share(half);
  const predicted = growth.logK2[half] + Math.log1p(share);
  const ratio = ratioOf(growth.logK2[end], predicted);
  const holds = boundHolds(Math.max(predicted + Math.log(PREDICTED), growth.logK2[end]));
  const least = `least k₂ ${show(k2Least)}`;
  if (!holds) {
    // What counts as rounding may be more than the theorem can do without.
    const raw = growthOf(times, growth.logF, end).logK2[end];
    if (boundHolds(raw)) return entry('undecided', `‖θ−θ_π‖ is not resolved, and the gap needs it; ${seen}; ${least}`);
    return entry('fails', `the gap exceeds the bound on the second half of the path; ${seen}; ${least}`);
  }
  if (!(share <= 1))
    return entry('undecided', `${seen} has settled, but the first half does not predict it; ${peak}; ${least}`);
  if (!(ratio <= PREDICTED)) {
    const figure = `${seen}, ${show(ratio)} times what the first half predicts; ${peak}; ${least}`;
    return entry(model.share(half) <= SETTLED ? 'fails' : 'undecided', figure);
  }
  return entry(
    'holds',
    `${seen}, ${show(ratio)} times what the first half predicts, and it bounds the gap on the second half; ${peak}; ${least}`,
  );

  function unsettled(path: Growth, expected: Growth): CertificateEntry {
    const resolved = times[Math.max(0, path.last)];
    if (Number.isNaN(path.slope(end)))
      return entry('undecided', `the times are too few for the slope of log f; ${seen}`);
    const slope = `log f has the slope ${show(path.slope(end))}`;
    if (expected.share(indexAt(times, resolved / 2)) <= SETTLED) {
      return entry('fails', `${seen} grows on although α* says that it has settled: ${slope} at the end; ${peak}`);
    }
    const where =
      path.last < end
        ? `‖θ−θ_π‖ is at rounding from t = ${show(resolved)} on, before f has fallen`
        : `the horizon ${show(times[end])} ends ${speed.peak > times[end] ? 'before t*' : 'too early after t*'}`;
    return entry('undecided', `${where}; ${peak}; ${slope}; ${seen}`);
  }

  function boundHolds(logK2: number): boolean {
    const rounding = gapRounding(problem);
    return times.every((t, i) => {
      const bound = () =>
        Math.exp(logTheoremTwoBound(t, { ...problem, initialDivergence: path.initialDivergence, logK2 }));
      return i <= half || isWithin(path.leastGap[i], bound(), rounding);
    });
  }
}

function speedOf(problem: ExactProblem, eta: Eta): Speed {
  const known = problem.criticRate();
  const rate = known ?? contraction(problem);
  if (eta === 'infinite') {
    return { rate, isBound: known === null, eta0: Number.POSITIVE_INFINITY, k1: Number.POSITIVE_INFINITY, peak: 0 };
  }
  const grows = eta.type === 'exponential' && (eta.max === undefined || eta.max === Number.POSITIVE_INFINITY);
  const k1 = grows ? eta.rate : 0;
  const eta0 = scheduleAt(eta, 0);
  const peak = k1 > 0 ? Math.max(0, Math.log(problem.tau / (4 * rate * eta0)) / k1) : Number.NaN;
  return { rate, isBound: known === null, eta0, k1, peak };
}

/** How the path's own k₂ grows. @param rate α* or a lower bound of it, for what counts as rounding */
export function growthOfPath({ times, criticError, thetaNorm }: PathDiagnosis, tau: number, rate: number): Growth {
  const rounding = criticRounding(thetaNorm, rate);
  let last = times.length - 1;
  while (last >= 0 && !(criticError[last] > rounding)) last--;
  const logF = times.map((t, i) => (tau * t) / 2 + 2 * Math.log(criticError[i]));
  return growthOf(times, logF, last);
}

/**
 * What α* says of f: log f has the slope τ/2 − 2α*η_t, until the critic is as fast as the policy, which it follows with an error that falls at
 * τ or faster: the slope is then −3τ/2 or less.
 */
function modelGrowth(times: Float64Array, tau: number, { rate, eta0, k1 }: Speed): Growth {
  const speed = (t: number) => (eta0 === Number.POSITIVE_INFINITY ? eta0 : rate * eta0 * Math.exp(k1 * t));
  const slope = (t: number) => Math.max(tau / 2 - 2 * speed(t), (-3 * tau) / 2);
  const logF = new Float64Array(times.length);
  for (let i = 1; i < times.length; i++) {
    logF[i] = logF[i - 1] + ((times[i] - times[i - 1]) * (slope(times[i - 1]) + slope(times[i]))) / 2;
  }
  return growthOf(times, logF, times.length - 1);
}

function slopeText(growth: Growth, tau: number, { rate, isBound, eta0 }: Speed): string {
  const end = growth.times.length - 1;
  const least = tau / (4 * rate);
  return (
    `η_t is not η₀e^{k₁t} with k₁ > 0; log(e^{τr/2}‖θ−θ_π‖²) has the slope ${show(growth.slope(end))} at the end, ` +
    `τ/2 − 2η₀α* ${isBound ? '≤' : '='} ${show(tau / 2 - 2 * eta0 * rate)} for a constant η: ` +
    `k₂ is finite there if η₀ > τ/(4α*) ${isBound ? '≤' : '='} ${show(least)}, and η₀ = ${show(eta0)}`
  );
}

/** e^{a−b}; 1 where both are zero. */
function ratioOf(a: number, b: number): number {
  return a === b ? 1 : Math.exp(a - b);
}
