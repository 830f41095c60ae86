import {
  type ExactProblem,
  type FiniteProblem,
  finiteProblem,
  lqrProblem,
  MdpError,
  resetBeta,
} from '../theory/index.js';
import { resetCovariance } from '../theory/input/regulator.js';
import type { LqrProblem } from '../theory/lqr/lqrProblem.js';

/** The problem of a regulator, or of a finite process. */
export type AgentProblem = FiniteProblem | LqrProblem;

/**
 * The problem with the β that an agent has.
 * @throws MdpError where the flow begins elsewhere than an agent; RangeError for a problem of another kind
 */
export function resetProblem(problem: ExactProblem): AgentProblem {
  if (problem.start !== undefined) {
    throw new MdpError(`${problem.name}: an agent begins at θ₀ = 0 and π₀ = μ; leave out theta0, pi0 and logPi0`);
  }
  const laws = { ...problem.laws, beta: 'reset: ρ ⊗ μ' };
  if ('mdp' in problem) {
    const { mdp, features, tau } = problem as FiniteProblem;
    return finiteProblem(mdp, features, tau, resetBeta(mdp), { laws });
  }
  if ('lqr' in problem) {
    const { lqr, tau } = problem as LqrProblem;
    return lqrProblem({ ...lqr, beta: resetCovariance(lqr.rho, lqr.sigma, lqr.B.columns) }, tau, laws);
  }
  throw new RangeError(`${problem.name}: expected a finite process or a regulator`);
}
