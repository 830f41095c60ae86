import { MdpError, show } from '../errors.js';
import { distribution, type FiniteMdp } from '../finite/finiteMdp.js';
import { resetBeta, uniformBeta } from '../finite/finiteProblem.js';
import type { LawNames } from '../problem.js';
import type { LawChoice, LawChoices } from './lawChoice.js';
import { measureOf, type NamedProcess } from './process.js';
import { tensor, tensorOf } from './tensor.js';

/** A process with the laws that were chosen, and the names of those. */
export interface ChosenLaws {
  readonly mdp: FiniteMdp;
  readonly beta: Float64Array;
  readonly names: Partial<LawNames>;
}

/** @throws MdpError for another word, or numbers that do not fit */
export function chooseLaws({ mdp: given, beta: own }: NamedProcess, choices: LawChoices): ChosenLaws {
  const { states, actions, name } = given;
  const { values: mu } = read(choices.mu, 'mu', ['own', 'uniform'], [actions], name);
  const measure = mu === undefined ? given.measure : measureOf(uniformOr(mu, actions), `${name}: mu`);
  const { values: rho } = read(choices.rho, 'rho', ['own', 'uniform'], [states], name);
  const law = rho === undefined ? given.rho : distribution(uniformOr(rho, states), states, `${name}: rho`);
  const mdp = { ...given, measure, rho: law };
  const { values: beta } = read(choices.beta, 'beta', ['own', 'uniform', 'reset'], [states, actions], name);
  if (choices.beta === 'own' && own === undefined) {
    throw new MdpError(`${name}: it has no beta of its own; expected uniform, reset or an array of the shape [S, m]`);
  }
  const names = { beta: nameOf(choices.beta), rho: nameOf(choices.rho), mu: nameOf(choices.mu) };
  if (beta === 'reset') return { mdp, beta: resetBeta(mdp), names: { ...names, beta: 'reset: ρ ⊗ μ' } };
  if (beta === 'uniform') return { mdp, beta: uniformBeta(mdp), names };
  if (beta === undefined) return { mdp, beta: own ?? uniformBeta(mdp), names };
  return { mdp, beta: distribution(beta, beta.length, `${name}: beta`), names };
}

type Read = Float64Array | 'uniform' | 'reset' | undefined;

/** @returns undefined for the process's own */
function read(
  choice: LawChoice | undefined,
  key: 'beta' | 'rho' | 'mu',
  words: string[],
  shape: number[],
  name: string,
): { values: Read } {
  if (choice === undefined || choice === 'own') return { values: undefined };
  if (typeof choice === 'string') {
    if (words.includes(choice)) return { values: choice as 'uniform' | 'reset' };
    throw new MdpError(`${name}: ${key} is ${show(choice)}; expected ${words.join(', ')} or an array`);
  }
  const where = `${choice.name}: ${key}`;
  const meaning = { beta: '[states, actions]', rho: '[states]', mu: '[actions]' }[key];
  const { shape: found, data } = tensor(choice.values, where);
  // A β in one row is in the order of the pairs s·m + a.
  if (shape.length === 2 && found.length === 1 && found[0] === shape[0] * shape[1]) return { values: data };
  return { values: tensorOf({ shape: found, data }, shape, where, meaning).data };
}

function uniformOr(values: Read, size: number): Float64Array {
  return values instanceof Float64Array ? values : new Float64Array(size).fill(1 / size);
}

function nameOf(choice: LawChoice | undefined): string | undefined {
  return typeof choice === 'object' ? choice.name : undefined;
}
