import { MdpError } from '../errors.js';
import { actionValueOf, expectation, policyMean, value } from './exact.js';
import { expectNext } from './finiteMdp.js';
import { type FinitePolicy, gibbsPolicy, klDivergence } from './finitePolicy.js';
import { solveDiscounted } from './linearSystem.js';
import { type Reach, reachOf } from './reach.js';
import type { FiniteSetting } from './setting.js';

/** What is known of V^π(ρ) − V*(ρ) without π*. */
export interface GapBounds {
  readonly lower: number;
  readonly upper: number;
  /** sup_s τ KL(π|π⁺) over the states that ρ leads to; divided by 1−γ it bounds the gap, too. */
  readonly excess: number;
}

/**
 * Bounds of V^π(ρ) − V*(ρ) for any policy, from two linear solves and without π* (docs/theory.md, "The gap without the optimum").
 * π⁺ ∝ e^{−Q^π/τ} μ is Newton's step from π, so that the two bounds close in on each other quadratically.
 * @returns NaN for τ = 0
 * @throws MdpError where the policy is one of another process, or τ < 0
 */
export function gapBounds({ mdp, tau }: Pick<FiniteSetting, 'mdp' | 'tau'>, policy: FinitePolicy): GapBounds {
  check({ mdp, tau }, policy.probabilities, 'the policy has', 'probabilities');
  return gapBoundsOf({ mdp, tau }, policy, value(mdp, policy, tau), reachOf(mdp));
}

/** As `gapBounds`. @param V V_τ^π, shape [S]; @param reach of the process */
export function gapBoundsOf(
  { mdp, tau }: Pick<FiniteSetting, 'mdp' | 'tau'>,
  policy: FinitePolicy,
  V: Float64Array,
  reach: Reach,
): GapBounds {
  if (tau === 0) return { lower: Number.NaN, upper: Number.NaN, excess: Number.NaN };
  const { gamma, rho } = mdp;
  const Q = actionValueOf(mdp, V);
  const improved = gibbsPolicy(
    mdp,
    Q.map((q) => q / tau),
  );
  const b = klDivergence(mdp, policy, improved).map((kl) => tau * kl);
  // V^π − V^{π⁺} = (I − γP^{π⁺})⁻¹ b.
  const gain = solveDiscounted(
    mdp,
    improved.probabilities.map((p) => gamma * p),
    b,
  );
  const nextGain = expectNext(mdp, gain, new Float64Array(Q.length));
  const twice = gibbsPolicy(
    mdp,
    Q.map((q, p) => (q - gamma * nextGain[p]) / tau),
  );
  const left = klDivergence(mdp, improved, twice).map((kl) => tau * kl);
  const { least, most } = range(reach, left);
  const known = expectation(gain, rho) + expectation(left, rho);
  const tail = gamma / (1 - gamma);
  return { lower: known + tail * least, upper: known + tail * most, excess: range(reach, b).most };
}

/**
 * An upper bound of V^π(ρ) − V*(ρ) from any estimate of an action value, which need be no policy's:
 * (sup τKL(π|π_Q̂) + sup R − inf R)/(1−γ), R = Q̂ − c − γP V̂, V̂ = −τ log ∫ e^{−Q̂/τ} dμ. No linear solve.
 * @param estimate Q̂, shape [S·m]
 * @returns NaN for τ = 0
 * @throws MdpError where the policy or Q̂ is one of another process, Q̂ is not finite, or τ < 0
 */
export function gapBoundFrom(
  { mdp, tau }: Pick<FiniteSetting, 'mdp' | 'tau'>,
  policy: FinitePolicy,
  estimate: Float64Array,
): number {
  check({ mdp, tau }, policy.probabilities, 'the policy has', 'probabilities');
  check({ mdp, tau }, estimate, 'the estimate of Q has', 'values');
  if (tau === 0) return Number.NaN;
  const { actions: m, gamma, cost, measure } = mdp;
  const gibbs = gibbsPolicy(
    mdp,
    estimate.map((q) => q / tau),
  );
  // V̂ = ∫ Q̂ dπ_Q̂ + τ KL(π_Q̂|μ).
  const soft = policyMean(mdp, gibbs, estimate).map((v, s) => v + tau * gibbs.kl[s]);
  const next = expectNext(mdp, soft, new Float64Array(cost.length));
  const reach = reachOf(mdp);
  let [least, most] = reach.ends ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let p = 0; p < cost.length; p++) {
    if (reach.reached[Math.floor(p / m)] === 0 || !(measure.weights[p % m] > 0)) continue;
    const R = estimate[p] - cost[p] - gamma * next[p];
    least = Math.min(least, R);
    most = Math.max(most, R);
  }
  const excess = tau * range(reach, klDivergence(mdp, policy, gibbs)).most;
  return (excess + most - least) / (1 - gamma);
}

/** inf and sup over the states that ρ leads to; where an episode may terminate the cemetery is one, at which f is 0. */
function range({ reached, ends }: Reach, f: Float64Array): { least: number; most: number } {
  let [least, most] = ends ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let s = 0; s < f.length; s++) {
    if (reached[s] === 0) continue;
    least = Math.min(least, f[s]);
    most = Math.max(most, f[s]);
  }
  return { least, most };
}

function check({ mdp, tau }: Pick<FiniteSetting, 'mdp' | 'tau'>, values: Float64Array, what: string, of: string): void {
  if (!(tau >= 0)) throw new MdpError(`${mdp.name}: tau is ${tau}; expected a number of 0 or more`);
  const pairs = mdp.states * mdp.actions;
  if (values.length !== pairs) {
    throw new MdpError(
      `${mdp.name}: ${what} ${values.length} ${of}; expected ${pairs}, one a pair s·${mdp.actions} + a. Give one of this process`,
    );
  }
  const wrong = values.findIndex((x) => !Number.isFinite(x));
  if (wrong < 0) return;
  const pair = `state ${Math.floor(wrong / mdp.actions)}, action ${wrong % mdp.actions}`;
  throw new MdpError(`${mdp.name}: ${what} ${values[wrong]} at ${pair}; expected finite numbers`);
}
