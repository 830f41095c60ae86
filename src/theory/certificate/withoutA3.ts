import type { ExactProblem } from '../problem.js';
import { discountedIntegral } from './integrals.js';
import type { PathDiagnosis } from './pathDiagnosis.js';

/** The part of τ that Young's inequality spends on the critic's error. Each one gives a bound, so the least of them is one. */
export const SPLITS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/**
 * The bound on min_{r≤t} gap_r that needs no A3 (docs/theory.md), with one split κ in (0,1) and α = (1−κ)τ:
 * α/((1−γ)(1−e^{−αt})) · (e^{−αt} y₀ + (8κτ)⁻¹ ∫₀ᵗ e^{−α(t−r)} Ω_r² dr).
 * @returns shape of the path's times; infinite at t = 0
 */
export function boundWithSplit(
  path: PathDiagnosis,
  { tau, gamma }: Pick<ExactProblem, 'tau' | 'gamma'>,
  kappa: number,
): Float64Array {
  const { times, oscillation, initialDivergence } = path;
  const alpha = (1 - kappa) * tau;
  const error = discountedIntegral(times, alpha, (i) => oscillation[i] ** 2);
  return times.map((t, i) => {
    if (t === 0) return Number.POSITIVE_INFINITY;
    const start = Math.exp(-alpha * t) * initialDivergence;
    return (alpha / ((1 - gamma) * -Math.expm1(-alpha * t))) * (start + error[i] / (8 * kappa * tau));
  });
}

/** The least of the bounds without A3 over a grid of splits, at every time. @returns infinite for τ = 0 and where Ω is */
export function boundWithoutA3(path: PathDiagnosis, scale: Pick<ExactProblem, 'tau' | 'gamma'>): Float64Array {
  const least = new Float64Array(path.times.length).fill(Number.POSITIVE_INFINITY);
  if (!(scale.tau > 0)) return least;
  for (const kappa of SPLITS) {
    const bound = boundWithSplit(path, scale, kappa);
    for (let i = 0; i < least.length; i++) if (bound[i] < least[i]) least[i] = bound[i];
  }
  return least;
}

/** What the bound tends to if the critic's error stays as it was on the second half of the path. */
export interface ErrorFloor {
  /** e²/(2τ(1−γ)), e the greatest `actionValueError`. */
  readonly bySupremum: number;
  /** Ω²/(8τ(1−γ)), Ω the greatest `oscillation`: what the proof needs, and never more than the other. */
  readonly byOscillation: number;
}

/** The floor of the gap that the critic's error causes. */
export function errorFloor(path: PathDiagnosis, { tau, gamma }: Pick<ExactProblem, 'tau' | 'gamma'>): ErrorFloor {
  const half = path.times.at(-1)! / 2;
  const greatest = (x: Float64Array) => x.reduce((most, v, i) => (path.times[i] >= half ? Math.max(most, v) : most), 0);
  const unit = 2 * tau * (1 - gamma);
  return {
    bySupremum: greatest(path.actionValueError) ** 2 / unit,
    byOscillation: greatest(path.oscillation) ** 2 / (4 * unit),
  };
}
