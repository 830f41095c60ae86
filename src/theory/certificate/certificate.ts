import { scheduleAt } from '../../critic/schedule.js';
import type { Eta } from '../flow/flow.js';
import type { ExactProblem } from '../problem.js';
import type { PathDiagnosis } from './pathDiagnosis.js';
import {
  contraction,
  derivedConstants,
  fittedConstants,
  type StabilityConstants,
  stabilityRatio,
} from './theoremOne.js';
import { derivedK2, leastK2, theoremTwoBound } from './theoremTwo.js';
import { boundWithoutA3, errorFloor } from './withoutA3.js';

/** Whether an assumption or a theorem's bound was found to hold along a path. */
export type Verdict = 'holds' | 'fails' | 'undecided' | 'does not apply';

/** What an entry of a certificate is about. */
export type CertificateKey = 'A1' | 'A2' | 'A3' | 'eta0' | 'theorem1' | 'theorem2' | 'withoutA3' | 'gap' | 'rate';

/** One line of a certificate. */
export interface CertificateEntry {
  readonly key: CertificateKey;
  readonly name: string;
  readonly verdict: Verdict;
  /** What was found, in words and figures. */
  readonly figure: string;
}

/** What the assumptions and theorems give for one path, and the constants that they are made of. */
export interface Certificate {
  readonly entries: readonly CertificateEntry[];
  readonly supPhi: number;
  readonly lambdaBeta: number;
  readonly Gamma: number;
  /** τ/Γ, the bound that η₀ has to exceed. */
  readonly threshold: number;
  readonly derived: StabilityConstants | null;
  readonly fitted: StabilityConstants;
  readonly k2Derived: number;
  readonly k2Least: number;
  readonly rate: number;
  readonly initialDivergence: number;
  /** What the gap's least value is compared with, at the path's times. */
  readonly bounds: {
    /** Theorem 2 with the path's own k₂; infinite at t = 0 and for τ = 0. */
    readonly theoremTwo: number[];
    /** The bound that needs no A3; infinite at t = 0, for τ = 0 and where Ω is. */
    readonly withoutA3: number[];
    /** e²/(2τ(1−γ)), which the gap may keep where A3 fails; null where it holds, and for τ = 0. */
    readonly floor: number | null;
  };
}

/** λ_β below this is rounding of a matrix with entries of order one. */
const RANK = 1e-12;
/** A3's residual below this, relative to the size of the costs, is rounding. */
const REALISABLE = 1e-8;

/** Checks the assumptions and theorems of the slides along a path. */
export function certify(problem: ExactProblem, path: PathDiagnosis, eta: Eta): Certificate {
  const { tau, gamma, supPhi, lambdaBeta } = problem;
  const Gamma = contraction(problem);
  const threshold = Gamma > 0 ? tau / Gamma : Number.POSITIVE_INFINITY;
  const eta0 = eta === 'infinite' ? Number.POSITIVE_INFINITY : scheduleAt(eta, 0);
  const a1Holds = supPhi <= 1 + 1e-12;
  const a2Holds = lambdaBeta > RANK;
  const fastEnough = a2Holds && eta0 > threshold;
  const scale = Math.max(1, Number.isFinite(problem.costBound) ? problem.costBound / (1 - gamma) : 1);
  const residual = path.residual.reduce((most, r) => Math.max(most, r), 0);
  const a3Holds = residual <= REALISABLE * scale;
  const bounded = path.K.every(Number.isFinite);
  const derived = derivedConstants(problem, eta0, path.theta0Norm, path.w0Norm);
  const fitted = bounded && tau > 0 ? fittedConstants(path, tau) : { a1: Number.NaN, a2: Number.NaN };
  const k2 = derivedK2(path, tau);
  const k2Derived = k2.at(-1)!;
  const k2Least = tau > 0 ? leastK2(path, tau, gamma) : Number.NaN;
  const entries: CertificateEntry[] = [
    { key: 'A1', name: 'A1: sup ‖φ‖₂ ≤ 1', verdict: verdict(a1Holds), figure: `sup ‖φ‖₂ = ${show(supPhi)}` },
    {
      key: 'A2',
      name: 'A2: λ_β > 0',
      verdict: verdict(a2Holds),
      figure: `λ_β = ${show(lambdaBeta)}, Γ = ${show(Gamma)}; ∫φφᵀdβ has rank ${problem.rank.found} of ${problem.rank.full}`,
    },
    {
      key: 'eta0',
      name: 'Theorem 1: η₀ > τ/Γ',
      verdict: tau > 0 && a2Holds ? verdict(fastEnough) : 'does not apply',
      figure: `η₀ = ${show(eta0)}, τ/Γ = ${show(threshold)}`,
    },
    theoremOneEntry(path, tau, { bounded, premise: a1Holds && fastEnough, derived, fitted }),
    {
      key: 'A3',
      name: 'A3: Q^{π_t} = ⟨θ_{π_t}, φ⟩',
      verdict: verdict(a3Holds),
      figure: `largest residual on the path ${show(residual)}`,
    },
    theoremTwoEntry(path, problem, { premise: a1Holds && a2Holds && a3Holds && tau > 0, k2, k2Least }),
    {
      key: 'rate',
      name: 'Rate of the gap ≥ τ/2',
      // Without a gap at the beginning there is no rate.
      verdict: tau === 0 || path.gap[0] === 0 ? 'does not apply' : verdict(path.rate.rate >= tau / 2),
      figure: `measured ${show(path.rate.rate)} on t = ${show(path.rate.from)} … ${show(path.rate.to)}, τ/2 = ${show(tau / 2)}`,
    },
  ];
  const { rate, initialDivergence } = { rate: path.rate.rate, initialDivergence: path.initialDivergence };
  return {
    entries,
    supPhi,
    lambdaBeta,
    Gamma,
    threshold,
    derived,
    fitted,
    k2Derived,
    k2Least,
    rate,
    initialDivergence,
    bounds: {
      theoremTwo: Array.from(path.times, (t) =>
        tau > 0 ? theoremTwoBound(t, { tau, gamma, initialDivergence, k2: k2Derived }) : Number.POSITIVE_INFINITY,
      ),
      withoutA3: [...boundWithoutA3(path, problem)],
      floor: a3Holds || tau === 0 ? null : errorFloor(path, problem).bySupremum,
    },
  };
}

function theoremOneEntry(
  path: PathDiagnosis,
  tau: number,
  found: { bounded: boolean; premise: boolean; derived: StabilityConstants | null; fitted: StabilityConstants },
): CertificateEntry {
  const key = 'theorem1';
  const name = 'Theorem 1: K_t² ≤ a₁ + a₂∫e^{−τ(t−r)}K_r² dr';
  if (!found.bounded) return { key, name, verdict: 'does not apply', figure: 'K_t is not bounded in s' };
  const sup = show(path.K.reduce((most, k) => Math.max(most, k), 0));
  const fitted = tau > 0 ? `; fitted a₁ = ${show(found.fitted.a1)}, a₂ = τ/2 = ${show(found.fitted.a2)}` : '';
  if (!found.premise || found.derived === null) {
    return { key, name, verdict: 'does not apply', figure: `its premise fails; sup K_t = ${sup}${fitted}` };
  }
  const ratio = stabilityRatio(path, tau, found.derived);
  return {
    key,
    name,
    verdict: verdict(ratio <= 1),
    figure:
      `derived a₁ = ${show(found.derived.a1)}, a₂ = ${show(found.derived.a2)}: left side at most ${show(ratio)} of the right; ` +
      `sup K_t = ${sup}${fitted}`,
  };
}

function theoremTwoEntry(
  path: PathDiagnosis,
  { tau, gamma }: ExactProblem,
  { premise, k2, k2Least }: { premise: boolean; k2: Float64Array; k2Least: number },
): CertificateEntry {
  const key = 'theorem2';
  const name = 'Theorem 2: the bound on the gap';
  const growth = k2.at(-1)! - k2[Math.floor(k2.length / 2)];
  const settled = growth <= 0.01 * k2.at(-1)!;
  const tail = settled ? '' : ' and still growing: η_t rises too slowly for the horizon';
  const figure = `least k₂ ${show(k2Least)}; the path's own k₂ = 2∫e^{τr/2}‖θ−θ_π‖² dr = ${show(k2.at(-1)!)}${tail}`;
  if (!premise)
    return { key, name, verdict: 'does not apply', figure: tau > 0 ? `A1–A3 do not all hold; ${figure}` : 'τ = 0' };
  const constants = { tau, gamma, initialDivergence: path.initialDivergence, k2: k2.at(-1)! };
  const within = path.leastGap.every((gap, i) => i === 0 || gap <= theoremTwoBound(path.times[i], constants));
  return { key, name, verdict: verdict(within), figure };
}

function verdict(holds: boolean): Verdict {
  return holds ? 'holds' : 'fails';
}

function show(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'not measurable' : '∞';
  if (x === 0) return '0';
  return Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5 ? String(Number(x.toPrecision(4))) : x.toExponential(2);
}
