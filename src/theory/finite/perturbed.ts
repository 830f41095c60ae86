import { MdpError } from '../errors.js';
import { finiteProblem, uniformBeta } from './finiteProblem.js';
import { residualIn } from './projection.js';
import type { FiniteProblem } from './setting.js';

/**
 * The same problem with the costs c + εu, where sup|u| = 1 and u is orthogonal to the features in L²(uniform ⊗ μ). Where the features realise
 * every Q^π of a linear process, A3 then fails by ε at most: Q^π = ⟨θ_π,φ⟩ + εu.
 * @throws MdpError where the features span every function of the pairs, so that there is no such u
 */
export function perturbedProblem(problem: FiniteProblem, epsilon: number): FiniteProblem {
  const { mdp, features, beta, tau, laws, start } = problem;
  // Some fixed function that is nothing special to any process.
  const pattern = mdp.cost.map((_, p) => Math.cos(2.4 * p * p + p));
  const left = residualIn(features, uniformBeta(mdp))(pattern);
  const sup = left.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (!(sup > 1e-9)) {
    throw new MdpError(
      `${mdp.name}: the features "${features.name}" realise every function of the pairs, so that A3 cannot fail; ` +
        'expected fewer features than pairs, such as those of linear:12,3,6,0',
    );
  }
  const cost = mdp.cost.map((c, p) => c + (epsilon * left[p]) / sup);
  if (start?.w0 !== undefined && start.w0.length !== features.size) {
    throw new MdpError(
      `${mdp.name}: its log dπ₀/dμ is no combination of the features; leave it out to change the costs`,
    );
  }
  return finiteProblem({ ...mdp, cost }, features, tau, beta, { theta0: start?.theta0, laws });
}
