import { type CertificateEntry, show, verdict } from './entry.js';
import { discountedIntegral } from './integrals.js';
import type { PathDiagnosis } from './pathDiagnosis.js';
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
export function judgeWithSchedule(path: PathDiagnosis, bound: Float64Array, name: string): CertificateEntry {
  const key = 'withoutA3';
  if (!path.actionValueError.every(Number.isFinite)) {
    return { key, name, verdict: 'does not apply', figure: '⟨θ,φ⟩ − Q^π is not bounded' };
  }
  const ratio = path.leastGap.reduce((most, gap, i) => (i === 0 ? most : Math.max(most, gap / bound[i])), 0);
  return { key, name, verdict: verdict(ratio <= 1), figure: `for τ_t: the gap is at most ${show(ratio)} of it` };
}
