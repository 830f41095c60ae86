import type { ExactProblem } from '../problem.js';
import { type CertificateEntry, entryMaker, show } from './entry.js';
import { changeFrom, discountedIntegral } from './integrals.js';
import type { PathDiagnosis } from './pathDiagnosis.js';
import { gapRounding, isResolved, isWithin } from './rounding.js';
import { SPLITS } from './withoutA3.js';

/**
 * The bound on min_{r≤t} gap_r that needs no A3, for a temperature τ_t that is not constant (docs/theory.md), π̂ the optimum of the last τ_t:
 * (ŷ₀ + ∫₀ᵗ E_r (e_r²/(2κτ_r) + (1−γ) lag_r) dr) / ((1−γ) ∫₀ᵗ E_r dr), E_t = exp((1−κ) ∫₀ᵗ τ), the least over some κ.
 * @returns at the path's times; infinite at t = 0, and where e is
 */
export function boundWithSchedule(path: PathDiagnosis, gamma: number): Float64Array {
  const { times, tau, lag, actionValueError: e, initialDivergence } = path;
  const least = new Float64Array(times.length).fill(Number.POSITIVE_INFINITY);
  if (lag === undefined) return least;
  for (const kappa of SPLITS) {
    const rate = (i: number) => ((1 - kappa) * (tau[i - 1] + tau[i])) / 2;
    const source = (i: number) => e[i] ** 2 / (2 * kappa * tau[i]) + (1 - gamma) * lag[i];
    // All divided by E_t, which may be large.
    const above = discountedIntegral(times, rate, source);
    const below = discountedIntegral(times, rate, () => 1);
    let start = initialDivergence;
    for (let i = 1; i < times.length; i++) {
      start *= Math.exp(-rate(i) * (times[i] - times[i - 1]));
      const bound = (start + above[i]) / ((1 - gamma) * below[i]);
      if (bound < least[i]) least[i] = bound;
    }
  }
  return least;
}

/** Judges that bound: the least gap so far, each at its own temperature, against it. */
export function judgeWithSchedule(
  path: PathDiagnosis,
  problem: ExactProblem,
  { bound, name }: { bound: Float64Array; name: string },
): CertificateEntry {
  const entry = entryMaker('withoutA3', name);
  const { leastGap, tau } = path;
  if (!path.actionValueError.every(Number.isFinite)) return entry('does not apply', '⟨θ,φ⟩ − Q^π is not bounded');
  if (!tau.every((now) => now > 0)) return entry('does not apply', 'τ_t reaches 0');
  const { gamma, costBound, optimalValue } = problem;
  const roundings = tau.map((now) => gapRounding({ gamma, costBound, optimalValue, tau: now }));
  // The least gap may be that of an earlier temperature.
  const rounding = roundings.map((_, i) => roundings.subarray(0, i + 1).reduce((most, x) => Math.max(most, x)));
  const ratio = leastGap.reduce(
    (most, gap, i) => (isResolved(gap, rounding[i]) ? Math.max(most, gap / bound[i]) : most),
    0,
  );
  const figure = `for τ_t: the gap is at most ${show(ratio)} of it`;
  const exceeds = (limit: Float64Array) => leastGap.some((gap, i) => !isWithin(gap, limit[i], rounding[i]));
  if (!exceeds(bound)) return entry('holds', figure);
  const coarse = boundWithSchedule(everyOther(path), gamma);
  const error = changeFrom(coarse, bound);
  return exceeds(bound.map((x, i) => x + error[i]))
    ? entry('fails', figure)
    : entry('undecided', `${figure}; the times are too far apart to integrate τ_t and e² more exactly`);
}

/** The path at every other time, for what the bound needs. */
function everyOther(path: PathDiagnosis): PathDiagnosis {
  const even = (x: Float64Array) => x.filter((_, i) => i % 2 === 0);
  const { times, tau, lag, actionValueError } = path;
  return {
    ...path,
    times: even(times),
    tau: even(tau),
    actionValueError: even(actionValueError),
    ...(lag && { lag: even(lag) }),
  };
}
