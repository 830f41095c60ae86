import { scheduleAt } from '../../critic/schedule.js';
import type { Eta } from '../flow/flow.js';
import type { ExactProblem } from '../problem.js';
import { type CertificateEntry, show, verdict, withoutTemperature } from './entry.js';
import { judgeGapBounds, judgeWithoutA3 } from './judgeBounds.js';
import { judgeTheoremOne } from './judgeTheoremOne.js';
import { growthOfPath, judgeTheoremTwo } from './judgeTheoremTwo.js';
import type { PathDiagnosis } from './pathDiagnosis.js';
import { gapRounding, isResolved } from './rounding.js';
import { contraction, derivedConstants, fittedConstants, type StabilityConstants } from './theoremOne.js';
import { leastK2, theoremTwoBound } from './theoremTwo.js';
import { boundWithoutA3, errorFloor } from './withoutA3.js';
import { boundWithSchedule } from './withSchedule.js';

/** What the assumptions and theorems give for one path, and the constants that they are made of. Read back from JSON, ∞ and NaN are null. */
export interface Certificate {
  readonly entries: readonly CertificateEntry[];
  readonly supPhi: number;
  readonly lambdaBeta: number;
  readonly Gamma: number;
  /** τ/Γ, the bound that η₀ has to exceed. */
  readonly threshold: number;
  /** α* = min Re spec A_{π*}; null where it is not computed. */
  readonly criticRate: number | null;
  readonly derived: StabilityConstants | null;
  readonly fitted: StabilityConstants;
  /** The path's own k₂ at its end, of critic errors above rounding. */
  readonly k2Derived: number;
  readonly k2Least: number;
  readonly rate: number;
  readonly initialDivergence: number;
  /** What the gap's least value is compared with, at the path's times. */
  readonly bounds: {
    /** Theorem 2 with the path's own k₂; infinite at t = 0 and where τ_t is 0 or not constant. */
    readonly theoremTwo: number[];
    /** The bound that needs no A3; infinite at t = 0, for τ = 0, and where Ω (e where τ_t is not constant) is. */
    readonly withoutA3: number[];
    /** e²/(2τ(1−γ)), which the gap may keep where A3 fails; null where it holds, and where τ_t is 0 or not constant. */
    readonly floor: number | null;
  };
}

/** A3's residual below this, relative to the size of Q, is rounding. */
const REALISABLE = 1e-8;

/** Checks the assumptions and theorems of the slides along a path. */
export function certify(problem: ExactProblem, path: PathDiagnosis, eta: Eta): Certificate {
  const { tau, gamma, supPhi, lambdaBeta, costBound } = problem;
  const Gamma = contraction(problem);
  const threshold = Gamma > 0 ? tau / Gamma : Number.POSITIVE_INFINITY;
  const eta0 = eta === 'infinite' ? Number.POSITIVE_INFINITY : scheduleAt(eta, 0);
  const a1 = supPhi <= 1 + 1e-12;
  // The rank is counted relative to the largest eigenvalue: small features may be independent, too.
  const a2 = lambdaBeta > 0 && problem.rank.found === problem.rank.full;
  const fastEnough = a2 && eta0 > threshold;
  const supK = path.K.reduce((most, k) => Math.max(most, k), 0);
  // Of Q^{π_t}: it is at most (|c| + γτK_t)/(1−γ).
  const scale = Number.isFinite(costBound)
    ? (costBound + gamma * tau * supK) / (1 - gamma)
    : Math.max(Math.abs(problem.optimalValue), path.thetaNorm);
  const residual = path.residual.reduce((most, r) => Math.max(most, r), 0);
  const a3 = residual <= REALISABLE * scale;
  const derived = derivedConstants(problem, eta0, path.theta0Norm, path.w0Norm);
  const isBounded = path.K.every(Number.isFinite);
  // The theorems are about a flow with one temperature.
  const irregular = withoutTemperature(path, tau);
  const regular = irregular === null;
  const fitted = isBounded && regular ? fittedConstants(path, tau) : { a1: Number.NaN, a2: Number.NaN };
  const criticRate = problem.criticRate();
  const logK2 = regular ? growthOfPath(path, tau, criticRate ?? Gamma).logK2.at(-1)! : Number.NaN;
  const k2Least = regular ? leastK2(path, problem, gapRounding(problem)) : Number.NaN;
  const withoutA3 = regular ? boundWithoutA3(path, problem) : boundWithSchedule(path, gamma);
  const { rate, initialDivergence } = { rate: path.rate.rate, initialDivergence: path.initialDivergence };
  const k2Derived = Math.exp(logK2);
  const theoremTwo = judgeTheoremTwo(path, problem, eta, { premises: a1 && a2 && a3, k2Least });
  const entries: CertificateEntry[] = [
    { key: 'A1', name: 'A1: sup ‖φ‖₂ ≤ 1', verdict: verdict(a1), figure: `sup ‖φ‖₂ = ${show(supPhi)}` },
    {
      key: 'A2',
      name: 'A2: λ_β > 0',
      verdict: verdict(a2),
      figure: `λ_β = ${show(lambdaBeta)}, Γ = ${show(Gamma)}; ∫φφᵀdβ has rank ${problem.rank.found} of ${problem.rank.full}`,
    },
    {
      key: 'eta0',
      name: 'Theorem 1: η₀ > τ/Γ',
      verdict: regular && a2 ? verdict(fastEnough) : 'does not apply',
      figure: `${irregular === null || tau === 0 ? '' : `${irregular}; at t = 0: `}η₀ = ${show(eta0)}, τ/Γ = ${show(threshold)}`,
    },
    judgeTheoremOne(path, tau, { isBounded, premises: a1 && fastEnough, derived: regular ? derived : null, fitted }),
    {
      key: 'A3',
      name: 'A3: Q^{π_t} = ⟨θ_{π_t}, φ⟩',
      verdict: verdict(a3),
      figure: `largest residual on the path ${show(residual)}`,
    },
    theoremTwo,
    judgeWithoutA3(path, problem, { bound: withoutA3, a3 }),
    judgeGapBounds(path, problem),
    rateEntry(path, problem, { a3, hasSettled: theoremTwo.verdict !== 'undecided' }),
  ];
  return {
    entries,
    supPhi,
    lambdaBeta,
    Gamma,
    threshold,
    criticRate,
    derived,
    fitted,
    k2Derived,
    k2Least,
    rate,
    initialDivergence,
    bounds: {
      theoremTwo: Array.from(path.times, (t) =>
        regular ? theoremTwoBound(t, { tau, gamma, initialDivergence, k2: k2Derived }) : Number.POSITIVE_INFINITY,
      ),
      withoutA3: [...withoutA3],
      floor: a3 || !regular ? null : errorFloor(path, problem).bySupremum,
    },
  };
}

/** Judges the rate. @param hasSettled k₂, as far as Theorem 2 tells */
function rateEntry(
  path: PathDiagnosis,
  problem: ExactProblem,
  { a3, hasSettled }: { a3: boolean; hasSettled: boolean },
): CertificateEntry {
  const { tau } = problem;
  const { rate, from, to } = path.rate;
  const entry = (verdict: CertificateEntry['verdict'], figure: string): CertificateEntry => ({
    key: 'rate',
    name: 'Rate of the gap ≥ τ/2',
    verdict,
    figure,
  });
  const irregular = withoutTemperature(path, tau);
  if (irregular !== null) return entry('does not apply', `${irregular}; measured ${show(rate)}`);
  if (!isResolved(path.gap[0], gapRounding(problem)))
    return entry('does not apply', 'there is no gap at the beginning, but for rounding');
  const measured = Number.isNaN(rate)
    ? 'fewer than three times at which the gap is small and above rounding: give more --samples'
    : `measured ${show(rate)} on t = ${show(from)} … ${show(to)}, τ/2 = ${show(tau / 2)}`;
  if (!a3) return entry('does not apply', `A3 fails, and the gap may come to rest; ${measured}`);
  if (Number.isNaN(rate)) return entry('undecided', measured);
  if (rate >= tau / 2) return entry('holds', measured);
  if (!hasSettled) return entry('undecided', `${measured}; Theorem 2 is undecided up to this horizon`);
  if ((tau / 2) * path.times.at(-1)! < Math.LN10)
    return entry('undecided', `${measured}; up to the horizon e^{−τt/2} does not even fall to a tenth`);
  return entry('fails', measured);
}
