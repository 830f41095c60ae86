import { expectation, policyMean, stateOccupancy } from '../../finite/exact.js';
import { klDivergence } from '../../finite/finitePolicy.js';
import type { FiniteProblem } from '../../finite/setting.js';
import type { DiscretePath } from '../../flow/discrete.js';
import { afterOptimalStep, criticErrorByRule, criticErrorOf, inverseSteps, type Point, pointsOf } from './update.js';

/** How a self-test is made. */
export interface SelfTestOptions {
  /**
   * Where δ_n comes from: 'rule' follows the critic's steps from θ^n, so that the critic is tested, too; 'path' takes the θ^{n+1} of the path,
   * whatever made it. 'rule' if left out.
   */
  critic?: 'rule' | 'path';
  /** V^{π^n}(ρ) − V*(ρ) at each point; asked from the problem if left out. */
  gap?: ArrayLike<number>;
}

/** What a self-test found. */
export interface SelfTest {
  readonly verdict: 'holds' | 'fails';
  /** The largest residual of the identity, relative to the size of its terms. */
  readonly residual: number;
  /** The update of that residual. */
  readonly update: number;
}

/** Rounding: terms of the size of V are added up, and V is the answer of a linear solve. */
const ROUNDING = 1e-10;

/**
 * Tests a path against the three-point identity of docs/theory.md, which every update satisfies exactly, whatever θ^{n+1} is:
 *   (I − γP*)(V^n − V*) = B_n + ∫ δ_n d(π* − π^{n+1}) − ι KL(π^{n+1}|π^n) − (τ+ι) KL(π*|π^{n+1}) + ι KL(π*|π^n).
 * At every state, and integrated over d_ρ^{π*}, where the left side is (1−γ) times the problem's own gap. A bug in the mirror step, the
 * semi-gradient, V, Q, KL or the gap breaks it.
 */
export function selfTest(problem: FiniteProblem, path: DiscretePath, options: SelfTestOptions = {}): SelfTest {
  const { mdp, optimum } = problem;
  const points = pointsOf(problem, path);
  const iota = inverseSteps(path, problem.tau);
  const visits = stateOccupancy(mdp, optimum.policy, mdp.rho);
  let [residual, update] = [0, 0];
  for (let n = 0; n < path.steps; n++) {
    const delta =
      options.critic === 'path'
        ? criticErrorOf(problem, path.theta[n + 1], points[n])
        : criticErrorByRule(problem, path, n, points[n]);
    const { right, scale } = rightSide(problem, points[n], points[n + 1], delta, iota[n]);
    const u = points[n].V.map((v, s) => v - optimum.value[s]);
    const later = afterOptimalStep(problem, u);
    const pointwise = right.reduce((most, x, s) => Math.max(most, Math.abs(u[s] - mdp.gamma * later[s] - x)), 0);
    const gap = options.gap?.[n] ?? problem.diagnose(path.theta[n], path.w[n]).gap;
    const integrated = (1 - mdp.gamma) * gap - expectation(right, visits);
    const found = Math.max(pointwise, Math.abs(integrated)) / scale;
    if (!(found <= residual)) [residual, update] = [found, n];
    if (Number.isNaN(found)) break;
  }
  return { verdict: residual <= ROUNDING ? 'holds' : 'fails', residual, update };
}

/** The identity's right side, shape [S], and the size of its terms. */
function rightSide(problem: FiniteProblem, now: Point, next: Point, delta: Float64Array, iota: number) {
  const { mdp, tau, optimum } = problem;
  const Q = policyMean(mdp, next.policy, now.Q);
  const gained = policyMean(mdp, optimum.policy, delta);
  const spent = policyMean(mdp, next.policy, delta);
  const moved = klDivergence(mdp, next.policy, now.policy);
  let scale = 0;
  const right = now.V.map((V, s) => {
    const terms = [
      ...[V, -Q[s], -tau * next.policy.kl[s], gained[s], -spent[s]],
      ...[-iota * moved[s], -(tau + iota) * next.k[s], iota * now.k[s]],
    ];
    scale = terms.reduce((sum, x) => sum + Math.abs(x), scale);
    return terms.reduce((sum, x) => sum + x, 0);
  });
  return { right, scale: Math.max(scale / mdp.states, Number.MIN_VALUE) };
}
