import { type ExactProblem, type FiniteMdp, type FiniteProblem, finiteProblem, lqrProblem } from '../theory/index.js';
import { resetCovariance } from '../theory/input/regulator.js';
import type { LqrProblem } from '../theory/lqr/lqrProblem.js';

/** ρ ⊗ μ: the law of the first pair where an agent resets and takes its first action from μ. Shape [S·m]. */
export function resetBeta({ states, actions, rho, measure }: FiniteMdp): Float64Array {
  return Float64Array.from(
    { length: states * actions },
    (_, p) => rho[Math.floor(p / actions)] * measure.weights[p % actions],
  );
}

/** The problem of a regulator, or of a finite process. */
export type AgentProblem = FiniteProblem | LqrProblem;

/** The problem with the β that an agent has. @throws RangeError for a problem of another kind */
export function resetProblem(problem: ExactProblem): AgentProblem {
  if ('mdp' in problem) {
    const { mdp, features, tau } = problem as FiniteProblem;
    return finiteProblem(mdp, features, tau, resetBeta(mdp));
  }
  if ('lqr' in problem) {
    const { lqr, tau } = problem as LqrProblem;
    return lqrProblem({ ...lqr, beta: resetCovariance(lqr.rho, lqr.sigma, lqr.B.columns) }, tau);
  }
  throw new RangeError(`${problem.name}: expected a finite process or a regulator`);
}
