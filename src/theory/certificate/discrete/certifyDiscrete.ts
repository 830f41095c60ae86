import { largest } from '../../../numeric/vectors.js';
import type { FiniteProblem } from '../../finite/setting.js';
import { type DiscretePath, provedCriticStep } from '../../flow/discrete.js';
import { fitRate, runningMinimum } from '../decayRate.js';
import { type CertificateEntry, show, verdict } from '../entry.js';
import { valueRounding } from '../rounding.js';
import { contraction } from '../theoremOne.js';
import { greedyBound, relaxationBound, supNormBound } from './lastIterate.js';
import { type LyapunovChoice, largestFactor, lyapunovBounds } from './lyapunov.js';
import { type SelfTest, type SelfTestOptions, selfTest } from './selfTest.js';
import { criticQuotient, type DiscreteSteps, disturbance, stepsOf } from './steps.js';
import { afterOptimalStep } from './update.js';

/** One line of the certificate in discrete time. */
export interface DiscreteEntry extends Omit<CertificateEntry, 'key'> {
  readonly key: 'identity' | 'pointwise' | 'leastGap' | 'lastIterate' | 'relaxation' | 'criticSteps';
}

/** What the theory in discrete time says about a path of `discreteFlow`. */
export interface DiscreteCertificate {
  readonly entries: readonly DiscreteEntry[];
  readonly selfTest: SelfTest;
  /** V^{π^n}(ρ) − V*(ρ) at each point. */
  readonly gap: Float64Array;
  /** Bounds at each point, to draw: infinite where one says nothing yet, null where it does not apply. */
  readonly bounds: {
    /** Of min_{m<n} gap_m. */
    readonly leastGap: Float64Array | null;
    /** Of gap_n, by Φ_n. */
    readonly eachGap: Float64Array | null;
    /** Of gap_n, in the sup norm. */
    readonly supNorm: Float64Array | null;
    /** Of gap_n, by X_n of the path itself. */
    readonly greedy: Float64Array | null;
  };
  /** Largest measured/bound of each inequality; NaN where it does not apply. */
  readonly tightness: Record<'pointwise' | 'leastGap' | 'eachGap' | 'supNorm' | 'greedy' | 'relaxation', number>;
  /** κ and a of the bound of the least gap. */
  readonly choice: LyapunovChoice | null;
  /** The gap falls like e^{−rate·n}, n the number of updates; NaN where it cannot be measured. */
  readonly rate: number;
  /** −2 log(1−σ) of the last update, the rate at which a gap that is quadratic in X falls where the critic is fast. */
  readonly relaxationRate: number;
}

/** Gaps below this part of V are rounding of w, and not compared. */
const FLOOR = 1e-20;
/** How far above one a quotient of two rounded numbers may be. */
const SLACK = 1 + 1e-7;

/**
 * Checks a path of `discreteFlow` against the identity and the inequalities of docs/theory.md, "Discrete time and samples".
 * @throws MdpError from the path's own construction only; a path of another problem gives 'fails'
 */
export function certifyDiscrete(
  problem: FiniteProblem,
  path: DiscretePath,
  options: SelfTestOptions = {},
): DiscreteCertificate {
  const { tau } = problem;
  const steps = stepsOf(problem, path);
  const test = selfTest(problem, path, options);
  const regular = tau > 0 && steps.iota.every((x) => x >= 0);
  const lyapunov = regular ? lyapunovBounds(problem, steps) : null;
  const xi = problem.energy(path.w[0]).map((x) => tau * x);
  const supNorm = regular ? supNormBound(problem, steps, xi) : null;
  const relaxation = regular ? relaxationBound(steps) : null;
  const greedy = tau > 0 ? greedyBound(steps) : null;
  const least = runningMinimum(steps.gap);
  // The bound of point n is about the gaps before it.
  const before = least.map((_, n) => (n === 0 ? 0 : least[n - 1]));
  const floor = FLOOR * (1 + largest(steps.points[0].V.map(Math.abs)));
  const tightness = {
    pointwise: regular ? pointwiseQuotient(problem, steps, floor) : Number.NaN,
    leastGap: quotient(before, lyapunov?.leastGap, floor),
    eachGap: quotient(steps.gap, lyapunov?.eachGap, floor),
    supNorm: quotient(steps.gap, supNorm, floor),
    greedy: quotient(steps.gap, greedy, floor),
    // ξ and Q are rounded, each by so much.
    relaxation: quotient(
      steps.X.subarray(1).map((x) => x - 4 * valueRounding(problem)),
      relaxation,
      Math.sqrt(floor) * 100,
    ),
  };
  const sigma = steps.sigma.at(-1)!;
  const { rate } = fitRate(
    steps.gap.map((_, n) => n),
    least,
  );
  const relaxationRate = tau > 0 ? -2 * Math.log1p(-sigma) : Number.NaN;
  const why = tau > 0 ? 'an explicit step has λτ > 1' : 'τ = 0';
  const bound = (q: number, of: string): Pick<DiscreteEntry, 'verdict' | 'figure'> =>
    regular && !Number.isNaN(q)
      ? { verdict: verdict(q <= SLACK), figure: `${of} at most ${show(q)} of the bound` }
      : { verdict: 'does not apply', figure: regular ? 'nothing above rounding to compare' : why };
  const choice = lyapunov?.best ?? null;
  const entries: DiscreteEntry[] = [
    {
      key: 'identity',
      name: 'Self-test: the three-point identity of each update',
      verdict: test.verdict,
      figure: `largest residual ${show(test.residual)} of its terms, at update ${test.update}`,
    },
    {
      key: 'pointwise',
      name: 'Each update: u′ + ((1−κ)τ+ι)k′ ≤ γP*u + ιk + ε',
      ...bound(tightness.pointwise, 'left side'),
    },
    leastGapEntry(bound(tightness.leastGap, 'the least gap'), { regular, choice, tightness: tightness.eachGap }),
    {
      key: 'lastIterate',
      name: 'Last iterate: gap_n ≤ Z_n²/(2τ(1−γ))',
      ...bound(tightness.supNorm, 'the gap'),
    },
    relaxationEntry(bound(tightness.relaxation, 'X'), rate, relaxationRate),
    criticEntry(problem, path, steps),
  ];
  return {
    entries,
    selfTest: test,
    gap: steps.gap,
    bounds: { leastGap: lyapunov?.leastGap ?? null, eachGap: lyapunov?.eachGap ?? null, supNorm, greedy },
    tightness,
    choice,
    rate,
    relaxationRate,
  };
}

type Judgement = Pick<DiscreteEntry, 'verdict' | 'figure'>;

function leastGapEntry(
  found: Judgement,
  { regular, choice, tightness }: { regular: boolean; choice: LyapunovChoice | null; tightness: number },
): DiscreteEntry {
  const entry = { key: 'leastGap', name: 'Least gap: min gap ≤ (a−1)(Φ₀+Σa^{n+1}ν(ε_n))/((1−aγ)(aᴺ−1))' } as const;
  if (regular && choice === null) {
    return { ...entry, verdict: 'does not apply', figure: 'the mirror steps shrink so fast that no a ≥ 1 is allowed' };
  }
  if (choice === null || found.verdict === 'does not apply') return { ...entry, ...found };
  const figure = `${found.figure}, each gap ${show(tightness)} of Φ's; a = ${show(choice.a)}, κ = ${show(choice.kappa)}`;
  return { ...entry, verdict: verdict(found.verdict === 'holds' && tightness <= SLACK), figure };
}

function relaxationEntry(found: Judgement, rate: number, relaxationRate: number): DiscreteEntry {
  const figure =
    `${found.figure}; ${Number.isNaN(rate) ? 'the rate of the gap is not measurable' : `the gap falls by e^{−${show(rate)}} an update`}, (1−σ)² is ` +
    (Number.isFinite(relaxationRate) ? `e^{−${show(relaxationRate)}}` : '0');
  const name = 'Relaxation: X′ ≤ (1−σ)X + σE + 2γb̂/(1−γ)';
  return { key: 'relaxation', name, ...found, ...(found.verdict !== 'does not apply' && { figure }) };
}

/** A step multiplies ‖θ−θ_π‖² by 1−hΓ at most; Φ's rate 1/a survives where M_n steps together reach it. */
function criticEntry(problem: FiniteProblem, path: DiscretePath, steps: DiscreteSteps): DiscreteEntry {
  const entry = { key: 'criticSteps', name: 'Critic: a step multiplies ‖θ−θ_π‖² by 1−hΓ at most' } as const;
  const { gamma, supPhi } = problem;
  const Gamma = contraction(problem);
  const limit = provedCriticStep(gamma);
  const { criticStep, criticSteps } = path.updates;
  const h = criticStep.reduce((most, x) => Math.max(most, x), 0);
  const none = (figure: string): DiscreteEntry => ({ ...entry, verdict: 'does not apply', figure });
  if (criticSteps[0] === Number.POSITIVE_INFINITY) return none('θ^{n+1} = θ_π^n: the critic makes no error of its own');
  if (supPhi > 1 + 1e-12 || !(Gamma > 1e-14)) return none('A1 or A2 fails');
  if (h > limit) return none(`h = ${show(h)} is above (1−√γ)/(1+√γ)² = ${show(limit)}: nothing is proved`);
  const factor = criticStep.reduce((most, x, n) => Math.max(most, (1 - x * Gamma) ** criticSteps[n]), 0);
  const measured = criticQuotient(problem, path, steps.points);
  const a = Math.min(largestFactor(steps, 0.5), 1 / gamma);
  const needed = Math.ceil(Math.log(a) / -Math.log1p(-criticStep[0] * Gamma));
  const figure =
    `M_n steps take away at least the share ${show(1 - measured)}, proved ${show(1 - factor)}; ` +
    `Φ's rate a = ${show(a)} (κ = ½) survives for M ≥ ${show(needed)}`;
  return { ...entry, verdict: verdict(Number.isNaN(measured) || measured <= factor * SLACK), figure };
}

/** The largest quotient of the pointwise inequality's sides, over states, updates and κ. */
function pointwiseQuotient(problem: FiniteProblem, steps: DiscreteSteps, floor: number): number {
  const { tau, gamma, iota, u, k } = steps;
  let most = Number.NaN;
  for (let n = 0; n < iota.length; n++) {
    const later = afterOptimalStep(problem, u[n]);
    for (const kappa of [0.1, 0.5, 0.9]) {
      const left = u[n + 1].map((x, s) => x + ((1 - kappa) * tau + iota[n]) * k[n + 1][s]);
      const right = disturbance(steps, n, kappa).map((e, s) => gamma * later[s] + iota[n] * k[n][s] + e);
      const found = quotient(left, right, floor);
      if (!(found <= most)) most = Number.isNaN(found) ? most : found;
    }
  }
  return most;
}

/** The largest measured/bound where what was measured is above rounding; NaN where nothing is. */
function quotient(measured: Float64Array, bound: Float64Array | null | undefined, floor: number): number {
  if (!bound) return Number.NaN;
  const found = [...measured.keys()].filter((i) => !(measured[i] <= floor) && bound[i] !== Number.POSITIVE_INFINITY);
  return found.length === 0 ? Number.NaN : found.reduce((most, i) => Math.max(most, measured[i] / bound[i]), 0);
}
