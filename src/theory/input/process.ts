import { MdpError, show } from '../errors.js';
import { type FiniteFeatures, featuresByName } from '../finite/finiteFeatures.js';
import { distribution, type FiniteMdp, finiteMdp } from '../finite/finiteMdp.js';
import { fromTransitions } from '../finite/gymnasium.js';
import type { Continuum } from '../finite/setting.js';
import type { Lqr } from '../lqr/lqr.js';
import type { LawNames } from '../problem.js';
import { checkKeys } from './keys.js';
import { type RegulatorDescription, regulatorFrom } from './regulator.js';
import { showShape, type TensorLike, tensor, tensorOf } from './tensor.js';
import { isGymnasium, type SparseLike, successorsFrom, type Termination } from './transitions.js';

/** What a finite process and its flow are made of: a file's content, or an object. S states, m actions, N features. */
export interface ProcessDescription extends Termination {
  name?: string | undefined;
  /** Discount, 0 ≤ γ < 1. */
  gamma?: number | undefined;
  /**
   * P(s'|s,a): shape [S, m, S]; or a sparse matrix of shape [S·m, S] with the rows s·m + a; or as Gymnasium's toy-text environments have it,
   * P[s][a] = [[probability, next state, reward, terminated], …], rewards included.
   */
  P: TensorLike | SparseLike | object;
  /** c(s,a), to be minimised; shape [S, m]. This or `reward`, unless P has rewards. */
  cost?: TensorLike | undefined;
  /** −c(s,a). */
  reward?: TensorLike | undefined;
  /** Law of s₀, shape [S]; uniform if left out. */
  rho?: TensorLike | undefined;
  /** μ, shape [m], positive; uniform if left out. */
  mu?: TensorLike | undefined;
  /** Law of the first pair of d_β^π, shape [S, m]; uniform ⊗ μ if left out. */
  beta?: TensorLike | undefined;
  /** φ(s,a), shape [S, m, N], taken as it is; or `tabular`, `aggregate:K`. */
  features?: TensorLike | string | undefined;
  /** θ₀, shape [N]; zero if left out. */
  theta0?: TensorLike | undefined;
  /** π₀(a|s) > 0, shape [S, m]; μ if left out. */
  pi0?: TensorLike | undefined;
  /** log dπ₀/dμ, up to a constant for each state, shape [S, m]; in place of `pi0`. */
  logPi0?: TensorLike | undefined;
  /** Rows and columns where the states are the cells of a grid. */
  grid?: TensorLike | undefined;
}

/** A finite process, or a regulator. */
export type ProblemDescription = ProcessDescription | { name?: string | undefined; lqr: RegulatorDescription };

/** A finite process with what belongs to it, if anything does. */
export interface NamedProcess {
  readonly mdp: FiniteMdp;
  readonly features?: FiniteFeatures | undefined;
  /** Shape [S·m]. */
  readonly beta?: Float64Array | undefined;
  /** θ₀, shape [N]. */
  readonly theta0?: Float64Array | undefined;
  /** log dπ₀/dμ up to a constant for each state, shape [S·m]. */
  readonly logPi0?: Float64Array | undefined;
  /** Where the process stands for a continuous one, with the features that it has here. */
  readonly continuum?: Continuum | undefined;
  /** What its laws are called. */
  readonly laws?: Partial<LawNames> | undefined;
}

const KEYS = ['name', 'gamma', 'P', 'cost', 'reward', 'rho', 'mu', 'beta', 'features', 'theta0', 'pi0', 'logPi0'];
const ALL = [...KEYS, 'terminating', 'termination', 'grid', 'lqr'];

/**
 * Checks a description.
 * @param source names it where it has no name
 * @param gamma replaces its own
 * @throws MdpError that names the entry, what was found, what was expected and what to do
 */
export function readDescription(
  description: unknown,
  source: string,
  gamma?: number,
): NamedProcess | { readonly lqr: Lqr } {
  checkKeys(description, ALL, [], source);
  const { name = source } = description;
  if (typeof name !== 'string') throw new MdpError(`${source}: name is ${show(name)}; expected a text`);
  if (description.lqr === undefined) return { ...readProcess(withGamma(description, gamma), name) };
  const other = Object.keys(description).find((key) => key !== 'name' && key !== 'lqr');
  if (other !== undefined)
    throw new MdpError(`${name}: "${other}" beside "lqr"; expected the matrices of a regulator or a finite process`);
  return { lqr: regulatorFrom(withGamma(description.lqr as object, gamma) as unknown as RegulatorDescription, name) };
}

function withGamma(given: object, gamma: number | undefined): Record<string, unknown> {
  return { ...given, ...(gamma !== undefined && { gamma }) };
}

function readProcess(given: Record<string, unknown>, name: string): NamedProcess {
  const { P, gamma } = given;
  if (P === undefined) {
    throw new MdpError(
      `${name}: "P" is missing; expected P of the shape [S, m, S], a sparse one, or P[s][a] = [[probability, next state, reward, terminated], …]`,
    );
  }
  if (typeof gamma !== 'number') {
    throw new MdpError(`${name}: "gamma" is ${show(gamma)}; expected a number. Put it in the file or give --gamma`);
  }
  const { states, actions, mdp } = isGymnasium(P) ? fromLists(given, gamma, name) : fromArrays(given, gamma, name);
  const pairs = (key: string) => tensorOf(given[key], [states, actions], `${name}: ${key}`, '[states, actions]').data;
  const features = featuresOf(given.features, mdp, name);
  const size = features?.size ?? states * actions;
  const beta = given.beta === undefined ? undefined : distribution(pairs('beta'), states * actions, `${name}: beta`);
  const theta0 =
    given.theta0 === undefined ? undefined : tensorOf(given.theta0, [size], `${name}: theta0`, '[features]').data;
  return { mdp, features, beta, theta0, logPi0: startOf(given, mdp, pairs, name) };
}

/** What `finiteMdp` needs besides P. */
function rest(given: Record<string, unknown>, states: number, actions: number, name: string) {
  const vector = (key: string, size: number, meaning: string) =>
    given[key] === undefined ? undefined : tensorOf(given[key], [size], `${name}: ${key}`, meaning).data;
  const mu = vector('mu', actions, '[actions]');
  const grid = vector('grid', 2, '[rows, columns]');
  if (grid && !(grid.every((n) => Number.isInteger(n) && n >= 1) && grid[0] * grid[1] === states)) {
    throw new MdpError(
      `${name}: grid is ${showShape([...grid])}; expected rows and columns whose product is ${states}, the number of states`,
    );
  }
  return {
    rho: vector('rho', states, '[states]'),
    measure: mu && measureOf(mu, `${name}: mu`),
    grid: grid && ([grid[0], grid[1]] as const),
  };
}

/** μ with positive weights. @throws MdpError */
export function measureOf(mu: Float64Array, where: string) {
  const weights = distribution(mu, mu.length, where);
  const zero = weights.indexOf(0);
  if (zero >= 0)
    throw new MdpError(
      `${where}[${zero}] is 0; expected positive weights. Leave the action out, since π ≪ μ never takes it`,
    );
  return { nodes: weights.length, weights };
}

function fromLists(given: Record<string, unknown>, gamma: number, name: string) {
  const other = ['cost', 'reward', 'terminating', 'termination'].find((key) => given[key] !== undefined);
  if (other !== undefined)
    throw new MdpError(
      `${name}: "${other}" beside P[s][a], which has rewards and terminations of its own; leave it out`,
    );
  const { P } = given;
  const { states, actions } = fromTransitions({ name, gamma, P });
  const { rho, measure, grid } = rest(given, states, actions, name);
  const read = fromTransitions({ name, gamma, P, rho, grid });
  const mdp = measure === undefined ? read : { ...read, measure };
  return { states, actions, mdp };
}

function fromArrays(given: Record<string, unknown>, gamma: number, name: string) {
  const key = given.cost === undefined ? 'reward' : 'cost';
  if (given[key] === undefined || (given.cost !== undefined && given.reward !== undefined)) {
    throw new MdpError(
      `${name}: ${given[key] === undefined ? 'neither cost nor reward is' : 'cost and reward are both'} given; expected one of them, of the shape [S, m]`,
    );
  }
  const { shape, data } = tensor(given[key], `${name}: ${key}`);
  if (shape.length !== 2 || data.length === 0) {
    throw new MdpError(`${name}: ${key} has the shape ${showShape(shape)}; expected [S, m], one entry for each pair`);
  }
  const [states, actions] = shape;
  const successors = successorsFrom(given.P, actions, endsOf(given, name), name);
  if (successors.length !== states || successors[0].length !== actions) {
    throw new MdpError(
      `${name}: P has ${successors.length} states and ${successors[0]?.length} actions; expected ${states} and ${actions}, as ${key} has`,
    );
  }
  // 0 − 0 is 0, while −0 would be shown.
  const cost = Array.from({ length: states }, (_, s) => {
    const row = data.subarray(s * actions, (s + 1) * actions);
    return key === 'cost' ? row : row.map((x) => 0 - x);
  });
  const { rho, measure, grid } = rest(given, states, actions, name);
  const mdp = finiteMdp({
    name,
    gamma,
    cost,
    successors,
    ...(rho && { rho }),
    ...(measure && { measure }),
    ...(grid && { grid }),
  });
  return { states, actions, mdp };
}

function endsOf({ terminating, termination }: Record<string, unknown>, name: string): Termination {
  if (![undefined, true, false, 0, 1].includes(terminating as number)) {
    throw new MdpError(`${name}: terminating is ${show(terminating)}; expected true or false`);
  }
  return { terminating: terminating as boolean | undefined, termination: termination as TensorLike | undefined };
}

function featuresOf(given: unknown, mdp: FiniteMdp, name: string): FiniteFeatures | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string') return featuresByName(mdp, given);
  const { shape, data } = tensor(given, `${name}: features`);
  const size = shape[2];
  if (shape.length !== 3 || shape[0] !== mdp.states || shape[1] !== mdp.actions || size < 1) {
    throw new MdpError(
      `${name}: features has the shape ${showShape(shape)}; expected [${mdp.states}, ${mdp.actions}, N] with N ≥ 1`,
    );
  }
  return { name: 'given', size, table: data };
}

function startOf(given: Record<string, unknown>, mdp: FiniteMdp, pairs: (key: string) => Float64Array, name: string) {
  if (given.pi0 === undefined) return given.logPi0 === undefined ? undefined : pairs('logPi0');
  if (given.logPi0 !== undefined) throw new MdpError(`${name}: pi0 and logPi0 are both given; expected one of them`);
  const pi = pairs('pi0');
  const m = mdp.actions;
  for (let s = 0; s < mdp.states; s++) {
    const row = distribution(pi.subarray(s * m, (s + 1) * m), m, `${name}: pi0[${s}]`);
    const zero = row.indexOf(0);
    if (zero >= 0)
      throw new MdpError(
        `${name}: pi0[${s}][${zero}] is 0; expected positive probabilities, since log dπ₀/dμ is bounded`,
      );
  }
  return pi.map((p, i) => Math.log(p / mdp.measure.weights[i % m]));
}
