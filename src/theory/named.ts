import { type Schedule, scheduleAt } from '../critic/schedule.js';
import { continuousAt, continuousProcesses } from './continuous/builtin.js';
import { MdpError } from './errors.js';
import { baird, garnet, linearMdp, randomWalk, twoState } from './finite/builtin.js';
import { featuresByName, tabular } from './finite/finiteFeatures.js';
import { withGamma } from './finite/finiteMdp.js';
import { finiteProblem } from './finite/finiteProblem.js';
import type { LawChoices } from './input/lawChoice.js';
import { chooseLaws } from './input/laws.js';
import { type NamedProcess, type ProblemDescription, readDescription } from './input/process.js';
import { chooseGaussians } from './input/regulator.js';
import { type Lqr, planarLqr, scalarLqr } from './lqr/lqr.js';
import { lqrProblem } from './lqr/lqrProblem.js';
import type { ExactProblem, LawNames } from './problem.js';

/** The built-in finite processes; numbers after a colon replace their sizes and seed: `garnet:8,3,3,0`. */
const finite: Record<string, (parameters: number[]) => NamedProcess> = {
  'two-state': () => ({ mdp: twoState() }),
  garnet: ([states = 8, actions = 3, branching = 3, seed = 0]) => ({
    mdp: garnet({ states, actions, branching, seed }),
  }),
  linear: ([states = 12, actions = 3, features = 6, seed = 0]) => linearMdp({ states, actions, features, seed }),
  'random-walk': ([n = 7]) => ({ mdp: randomWalk(n) }),
  baird: () => baird(),
};
/** How many numbers they take, and an example. */
const parametersOf: Readonly<Record<string, readonly [most: number, example: string]>> = {
  garnet: [4, 'garnet:8,3,3,0'],
  linear: [4, 'linear:12,3,6,0'],
  'random-walk': [1, 'random-walk:7'],
};
const regulators = { lqr: scalarLqr, 'lqr-2d': planarLqr };

/** The names that `builtinProblem` knows. */
export const builtinNames = [...Object.keys(finite), ...Object.keys(continuousProcesses), ...Object.keys(regulators)];

/** Temperature, and what may be chosen in place of the process's own discount, features and laws. */
export interface ProblemOptions extends LawChoices {
  tau: number;
  /** τ_t, where it is not constant, and how long: a continuous process gets as many nodes as its least value takes. */
  tauSchedule?: Schedule | undefined;
  horizon?: number | undefined;
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
    if (parameters !== '') throw new MdpError(`${name}: ${kind} has no parameters; expected ${kind}`);
    return regulatorProblem(regulators[kind as keyof typeof regulators](checkGamma(name, options.gamma)), options);
  }
  if (Object.hasOwn(continuousProcesses, kind)) {
    if (parameters !== '') throw new MdpError(`${name}: ${kind} has no parameters; expected ${kind}`);
    const { gamma } = options;
    return processProblem(continuousAt(kind, { tau: leastTau(options), gamma }), options);
  }
  if (!Object.hasOwn(finite, kind)) return null;
  const numbers = parameters === '' ? [] : parameters.split(',').map(Number);
  if (numbers.some((x) => !Number.isSafeInteger(x))) {
    throw new MdpError(`${name}: the parameters "${parameters}" are not integers; expected for example garnet:8,3,3,0`);
  }
  const [most, example] = parametersOf[kind] ?? [0, ''];
  if (numbers.length > most) {
    const has = most === 0 ? 'no parameters' : `at most ${most} parameter${most === 1 ? '' : 's'}`;
    throw new MdpError(`${name}: ${kind} has ${has}; expected ${most === 0 ? kind : `for example ${example}`}`);
  }
  return processProblem(finite[kind](numbers), options);
}

/** Schedules rise or fall, so the least value is at one of the ends. */
function leastTau({ tau, tauSchedule, horizon = 200 }: ProblemOptions): number {
  return tauSchedule === undefined ? tau : Math.min(tau, scheduleAt(tauSchedule, horizon));
}

/**
 * The problem of a description: an object of numbers, nested or typed arrays, `NDArray`s, as `ProblemDescription` says, or what a file holds.
 * @param source names it where it has no name
 * @throws MdpError that names the entry; RangeError where the options do not fit
 */
export function problemFrom(
  description: ProblemDescription,
  options: ProblemOptions,
  source = 'the problem',
): ExactProblem {
  const read = readDescription(description, source, options.gamma);
  return 'lqr' in read ? regulatorProblem(read.lqr, options) : processProblem(read, options);
}

/** The problem of a finite process. @throws MdpError, RangeError where the options do not fit it */
export function processProblem(given: NamedProcess, options: ProblemOptions): ExactProblem {
  const { mdp, features, theta0, logPi0, continuum } = given;
  if (options.sigma !== undefined) {
    throw new MdpError(
      `${mdp.name}: it is a finite process; --sigma is the standard deviation of a regulator's μ, leave it out`,
    );
  }
  const chosen = chooseLaws(given, continuum === undefined ? options : { ...options, ...onContinuum(options) });
  const discounted = options.gamma === undefined ? chosen.mdp : withGamma(chosen.mdp, options.gamma);
  const own = features ?? tabular(mdp);
  const map = options.features === undefined ? own : featuresByName(mdp, options.features);
  if (theta0 !== undefined && theta0.length !== map.size) {
    throw new MdpError(
      `${mdp.name}: theta0 has ${theta0.length} entries and the features ${map.name} have ${map.size}; leave one of them out`,
    );
  }
  return finiteProblem(discounted, map, options.tau, chosen.beta, {
    theta0,
    logPi0,
    laws: { ...given.laws, ...namesOf(chosen.names) },
    // Other features are the nodes' own: there is nothing between the nodes then.
    continuum: map === own ? continuum : undefined,
  });
}

/** The built-in continuous processes are uniform on their spaces, and not on the nodes. */
function onContinuum({ beta, rho, mu }: LawChoices): LawChoices {
  const own = (choice: LawChoices['beta']) => (choice === 'uniform' ? 'own' : choice);
  return { beta: own(beta), rho: own(rho), mu: own(mu) };
}

function namesOf(names: Partial<LawNames>): Partial<LawNames> {
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name !== undefined));
}

/** The problem of a regulator. @throws MdpError, RangeError where the options do not fit it */
export function regulatorProblem(lqr: Lqr, options: ProblemOptions): ExactProblem {
  const { tau, features } = options;
  if (features !== undefined) {
    throw new MdpError(`${lqr.name}: its features are quadratic; leave out --features ${features}`);
  }
  const { lqr: chosen, names } = chooseGaussians({ ...lqr, sigma: options.sigma ?? lqr.sigma }, options);
  return lqrProblem(chosen, tau, names);
}

function checkGamma(name: string, gamma: number | undefined): number | undefined {
  if (gamma === undefined || (gamma > 0 && gamma < 1)) return gamma;
  throw new MdpError(`${name}: gamma is ${gamma}; expected 0 < gamma < 1`);
}
