import { type MirrorStep, mirrorSteps } from '../../src/actor/mirrorDescent.js';
import { expectNext } from '../../src/theory/finite/finiteMdp.js';
import {
  type DiscreteOptions,
  discreteFlow,
  type FiniteProblem,
  occupancy,
  policyOf,
  selfTest,
} from '../../src/theory/index.js';

/** A bug that is planted in the problem, or in the mirror step, that a run uses. */
export interface Mutant {
  readonly name: string;
  readonly problem?: (problem: FiniteProblem) => FiniteProblem;
  readonly mirror?: MirrorStep;
}

const mixed =
  (weights: (lambda: number, tau: number) => [w: number, theta: number]): MirrorStep =>
  (w, theta, lambda, tau) => {
    const [kept, gained] = weights(lambda, tau);
    for (let i = 0; i < w.length; i++) w[i] = kept * w[i] + gained * theta[i];
  };

/** What an implementation may get wrong. Each is a small error: the paths look as they should. */
export const mutants: readonly Mutant[] = [
  { name: 'mirror step without decay of w', mirror: mixed((lambda) => [1, lambda]) },
  { name: 'half of the decay', mirror: mixed((l, t) => [1 / (1 + (l * t) / 2), l / (1 + (l * t) / 2)]) },
  { name: 'wrong sign of θ', mirror: mixed((l, t) => [1 / (1 + l * t), -l / (1 + l * t)]) },
  { name: 'λ doubled', mirror: (w, theta, lambda, tau) => mirrorSteps.proximal(w, theta, 2 * lambda, tau) },
  { name: 'explicit step for the proximal one', mirror: mirrorSteps.explicit },
  { name: 'τγ E KL missing in T', problem: (problem) => withSemiGradient(problem, withoutKl(problem)) },
  { name: '0.9 γ in T', problem: (problem) => withSemiGradient(problem, shorterDiscount(problem)) },
  { name: 'Q of one update ago', problem: stale },
  { name: 'half of the gap', problem: (p) => ({ ...p, diagnose: (theta, w) => halved(p.diagnose(theta, w)) }) },
];

/** The self-test of a run with a bug, or without one. */
export function testMutant(problem: FiniteProblem, options: DiscreteOptions, mutant?: Mutant) {
  const wrong = mutant?.problem?.(problem) ?? problem;
  return selfTest(wrong, discreteFlow(wrong, options, mutant?.mirror));
}

type SemiGradient = FiniteProblem['semiGradient'];

function withSemiGradient(problem: FiniteProblem, semiGradient: SemiGradient): FiniteProblem {
  return { ...problem, semiGradient };
}

function halved<D extends { gap: number }>(found: D): D {
  return { ...found, gap: found.gap / 2 };
}

/** T without τγ E KL. Tabular features: g is the Bellman error weighted by the visits. */
function withoutKl(problem: FiniteProblem): SemiGradient {
  const { mdp, features, tau, beta } = problem;
  return (theta, w, out) => {
    problem.semiGradient(theta, w, out);
    const policy = policyOf(mdp, features, w);
    const missing = expectNext(mdp, policy.kl, new Float64Array(mdp.cost.length));
    const visits = occupancy(mdp, policy, beta);
    for (let p = 0; p < out.length; p++) out[p] += visits[p] * tau * mdp.gamma * missing[p];
  };
}

/** T with 0.9 γ, d_β^π with γ. */
function shorterDiscount(problem: FiniteProblem): SemiGradient {
  const { mdp, tau, beta, features } = problem;
  return (theta, w, out) => {
    const policy = policyOf(mdp, features, w);
    const next = new Float64Array(mdp.states);
    for (let p = 0; p < theta.length; p++) {
      const s = Math.floor(p / mdp.actions);
      next[s] += policy.probabilities[p] * (theta[p] + tau * policy.logDensity[p]);
    }
    const later = expectNext(mdp, next, new Float64Array(theta.length));
    const visits = occupancy(mdp, policy, beta);
    for (let p = 0; p < out.length; p++) out[p] = visits[p] * (theta[p] - mdp.cost[p] - 0.9 * mdp.gamma * later[p]);
  };
}

/** The critic evaluates the policy before the present one. */
function stale(problem: FiniteProblem): FiniteProblem {
  let [before, now] = [new Float64Array(problem.size), new Float64Array(problem.size)];
  return withSemiGradient(problem, (theta, w, out) => {
    if (w.some((x, i) => x !== now[i])) [before, now] = [now, w.slice()];
    problem.semiGradient(theta, before, out);
  });
}
