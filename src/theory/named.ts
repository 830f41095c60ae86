import { banditOnInterval, driftOnInterval } from './continuous.js';
import { MdpError } from './errors.js';
import { baird, garnet, linearMdp, randomWalk, twoState } from './finite/builtin.js';
import { aggregate, type FiniteFeatures, tabular } from './finite/finiteFeatures.js';
import { type FiniteMdp, withGamma } from './finite/finiteMdp.js';
import { finiteProblem } from './finite/finiteProblem.js';
import { type Lqr, planarLqr, scalarLqr } from './lqr/lqr.js';
import { lqrProblem } from './lqr/lqrProblem.js';
import type { ExactProblem } from './problem.js';

/** A finite process with the features that belong to it, if any do. */
export interface NamedProcess {
  readonly mdp: FiniteMdp;
  readonly features?: FiniteFeatures;
}

/** The built-in finite processes; numbers after a colon replace their sizes and seed: `garnet:8,3,3,0`. */
const finite: Record<string, (parameters: number[]) => NamedProcess> = {
  'two-state': () => ({ mdp: twoState() }),
  garnet: ([states = 8, actions = 3, branching = 3, seed = 0]) => ({
    mdp: garnet({ states, actions, branching, seed }),
  }),
  linear: ([states = 12, actions = 3, features = 6, seed = 0]) => linearMdp({ states, actions, features, seed }),
  'random-walk': ([n = 7]) => ({ mdp: randomWalk(n) }),
  baird: () => baird(),
  bandit: () => banditOnInterval(),
  drift: () => driftOnInterval(),
};
const regulators = { lqr: scalarLqr, 'lqr-2d': planarLqr };

/** The names that `builtinProblem` knows. */
export const builtinNames = [...Object.keys(finite), ...Object.keys(regulators)];

/** Temperature, and what may be chosen in place of the process's own discount and features. */
export interface ProblemOptions {
  tau: number;
  gamma?: number | undefined;
  /** `tabular`, `aggregate:K`, or the process's own (tabular where it has none) if left out. */
  features?: string | undefined;
  /** Standard deviation of μ, for a regulator. */
  sigma?: number | undefined;
}

/** The problem of a built-in name. @returns null where the name is none. @throws MdpError, RangeError on bad parameters */
export function builtinProblem(name: string, options: ProblemOptions): ExactProblem | null {
  const [kind, parameters = ''] = name.split(':', 2) as [string, string?];
  if (Object.hasOwn(regulators, kind)) {
    const lqr = regulators[kind as keyof typeof regulators](checkGamma(name, options.gamma));
    return regulatorProblem({ ...lqr, sigma: options.sigma ?? lqr.sigma }, options);
  }
  if (!Object.hasOwn(finite, kind)) return null;
  const numbers = parameters === '' ? [] : parameters.split(',').map(Number);
  if (numbers.some((x) => !Number.isSafeInteger(x))) {
    throw new MdpError(`${name}: the parameters "${parameters}" are not integers; expected for example garnet:8,3,3,0`);
  }
  return processProblem(finite[kind](numbers), options);
}

/** The problem of a finite process. @throws MdpError, RangeError where the options do not fit it */
export function processProblem({ mdp: given, features: own }: NamedProcess, options: ProblemOptions): ExactProblem {
  if (options.sigma !== undefined) {
    throw new MdpError(
      `${given.name}: it is a finite process; --sigma is the standard deviation of a regulator's μ, leave it out`,
    );
  }
  const mdp = options.gamma === undefined ? given : withGamma(given, options.gamma);
  return finiteProblem(mdp, chooseFeatures(mdp, own, options.features), options.tau);
}

/** The problem of a regulator. @throws MdpError, RangeError where the options do not fit it */
export function regulatorProblem(lqr: Lqr, { tau, features }: ProblemOptions): ExactProblem {
  if (features !== undefined) {
    throw new MdpError(`${lqr.name}: its features are quadratic; leave out --features ${features}`);
  }
  return lqrProblem(lqr, tau);
}

function chooseFeatures(mdp: FiniteMdp, own: FiniteFeatures | undefined, name: string | undefined): FiniteFeatures {
  if (name === undefined) return own ?? tabular(mdp);
  if (name === 'tabular') return tabular(mdp);
  const groups = /^aggregate:(\d+)$/.exec(name)?.[1];
  if (groups !== undefined) return aggregate(mdp, Number(groups));
  throw new MdpError(
    `features "${name}"; expected tabular or aggregate:K (K groups of neighbouring states), or leave it out`,
  );
}

function checkGamma(name: string, gamma: number | undefined): number | undefined {
  if (gamma === undefined || (gamma > 0 && gamma < 1)) return gamma;
  throw new MdpError(`${name}: gamma is ${gamma}; expected 0 < gamma < 1`);
}
