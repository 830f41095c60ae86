import { certifyDiscrete, discreteFlow, finiteProblem, garnet, tabular } from '../../src/theory/index.js';
import { garnets, spread } from './problems.js';

/** The rate per update with θ^{n+1} = θ_{π^n}, over −2 log(1−σ). */
export function relaxationRows(count: number) {
  const processes = garnets(count);
  return [0.1, 0.5, 1, 4].map((share) => {
    const ratios = processes.map((problem) => {
      const mirrorStep = share / problem.tau;
      const updates = Math.ceil(20 / Math.log1p(share)) + 20;
      const steps = { updates, mirrorStep, criticStep: 1, mirror: 'proximal', criticSteps: 'infinite' } as const;
      const { rate, relaxationRate } = certifyDiscrete(problem, discreteFlow(problem, steps));
      return rate / relaxationRate;
    });
    return { share, processes: count, ratios: spread(ratios) };
  });
}

/** How many processes the explicit step with an exact critic has not brought below a gap of 10⁻⁶ after so many updates. */
export function explicitRows(count: number, updates: number) {
  const processes = Array.from({ length: count }, (_, seed) => {
    const mdp = garnet({ states: 5, actions: 3, branching: 2, seed, gamma: 0.95 });
    return finiteProblem(mdp, tabular(mdp), 0.05);
  });
  return [0.9, 1.3, 1.5, 1.7, 1.9].map((share) => {
    const restless = processes.filter((problem) => {
      const mirrorStep = share / problem.tau;
      const steps = { updates, mirrorStep, criticStep: 1, mirror: 'explicit', criticSteps: 'infinite' } as const;
      const path = discreteFlow(problem, steps);
      return problem.diagnose(path.theta[updates], path.w[updates]).gap > 1e-6;
    });
    return { share, processes: count, restless: restless.length };
  });
}
