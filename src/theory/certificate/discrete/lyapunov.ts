import { expectation } from '../../finite/exact.js';
import { solveDiscounted } from '../../finite/linearSystem.js';
import type { FiniteProblem } from '../../finite/setting.js';
import { type DiscreteSteps, disturbance } from './steps.js';

/** κ and a with which a bound was computed. */
export interface LyapunovChoice {
  readonly kappa: number;
  readonly a: number;
}

/** Bounds by Φ_n = ν(V^n − V*) + aι_n ν(KL(π*|π^n)), ν = (1−aγ) Σ (aγ)^j ρP*^j; at each point, infinite where they say nothing. */
export interface LyapunovBounds {
  /** Of min_{m<n} gap_m; infinite at n = 0. */
  readonly leastGap: Float64Array;
  /** Of gap_n itself, Φ's own bound over 1−aγ. */
  readonly eachGap: Float64Array;
  /** The choice that bounds the last least gap best. */
  readonly best: LyapunovChoice;
}

const kappas = [0.1, 0.25, 0.5, 0.75, 0.9, 0.97];
/** log a as shares of the logarithm of its limit. */
const shares = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0.95, 1];

/**
 * The least bounds over a grid of κ and a. With a ≤ ((1−κ)τ+ι_n)/ι_{n+1} for all n and aγ < 1, the pointwise inequality integrated over ν
 * is aΦ_{n+1} ≤ Φ_n − (1−aγ) gap_n + aν(ε_n); both bounds are its sums.
 * @returns null where no a ≥ 1 is allowed (the mirror steps shrink too fast), or an explicit step has λτ > 1
 */
export function lyapunovBounds(problem: FiniteProblem, steps: DiscreteSteps): LyapunovBounds | null {
  if (steps.iota.some((x) => x < 0)) return null;
  const count = steps.gap.length;
  const leastGap = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const eachGap = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let best: LyapunovChoice | null = null;
  for (const kappa of kappas) {
    const limit = largestFactor(steps, kappa);
    const most = Math.min(limit, 1 / steps.gamma);
    if (most < 1) continue;
    for (const share of shares) {
      // Where γ = 0 and the step has no limit, any a is allowed; e³² ends every path.
      const a = Math.min(most, 1e14) ** share;
      if (a * steps.gamma >= 1 - 1e-9) continue;
      const choice = { kappa, a };
      if (improve(problem, steps, choice, { leastGap, eachGap })) best = choice;
    }
  }
  return best && { leastGap, eachGap, best };
}

/** The largest a that κ and the mirror steps allow, without regard to γ. */
export function largestFactor({ iota, tau }: DiscreteSteps, kappa: number): number {
  return iota.reduce((least, x, n) => {
    const next = iota[Math.min(n + 1, iota.length - 1)];
    return Math.min(least, next > 0 ? ((1 - kappa) * tau + x) / next : Number.POSITIVE_INFINITY);
  }, Number.POSITIVE_INFINITY);
}

/** Lowers the bounds to those of one choice. @returns whether the last bound of the least gap fell */
function improve(
  problem: FiniteProblem,
  steps: DiscreteSteps,
  { kappa, a }: LyapunovChoice,
  { leastGap, eachGap }: Pick<LyapunovBounds, 'leastGap' | 'eachGap'>,
): boolean {
  const { gamma, iota, u, k } = steps;
  const nu = discountedVisits(problem, a * gamma);
  const phi0 = expectation(u[0], nu) + a * iota[0] * expectation(k[0], nu);
  const last = leastGap.length - 1;
  const before = leastGap[last];
  let phi = phi0;
  let [power, weights, total] = [1, 0, phi0];
  eachGap[0] = Math.min(eachGap[0], phi0 / (1 - a * gamma));
  for (let n = 0; n < last; n++) {
    const pushed = expectation(disturbance(steps, n, kappa), nu);
    weights += power;
    power *= a;
    total += power * pushed;
    phi = phi / a + pushed;
    leastGap[n + 1] = Math.min(leastGap[n + 1], total / ((1 - a * gamma) * weights));
    eachGap[n + 1] = Math.min(eachGap[n + 1], phi / (1 - a * gamma));
  }
  return leastGap[last] < before;
}

/** ν = (1−g) Σ gʲ ρP*ʲ: the occupancy of π* at the discount g. @returns shape [S] */
function discountedVisits({ mdp, optimum }: FiniteProblem, discount: number): Float64Array {
  const weight = optimum.policy.probabilities.map((p) => discount * p);
  return solveDiscounted(
    mdp,
    weight,
    mdp.rho.map((r) => (1 - discount) * r),
    true,
  );
}
