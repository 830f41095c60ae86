import { LARGEST, MdpError, show } from '../errors.js';
import { cellKinds, type Ending } from './cells.js';
import { type FiniteMdp, finiteMdp, type Successor } from './finiteMdp.js';

/** What a finite process is read from: `P` as Gymnasium's toy-text environments hold it. */
export interface TransitionTable {
  name: string;
  gamma: number;
  /** P[s][a] = list of [probability, next state, reward, terminated]; maps with integer keys or arrays. */
  P: unknown;
  /** Law of s₀; uniform if left out. */
  rho?: ArrayLike<number> | undefined;
  grid?: readonly [number, number] | undefined;
}

/**
 * The finite process of a table P: c(s,a) = −E[reward], and a step with `terminated` ends the cost-to-go.
 * @throws MdpError that names the state and action
 */
export function fromTransitions({ name, gamma, P, rho, grid }: TransitionTable): FiniteMdp {
  const cost: number[][] = [];
  const successors: Successor[][][] = [];
  const endings: Ending[] = [];
  const states = entries(P, `${name}: P`);
  states.forEach((actions, s) => {
    cost.push([]);
    successors.push([]);
    entries(actions, `${name}: P[${s}]`).forEach((outcomes, a) => {
      const where = `${name}: P[${s}][${a}]`;
      const { expectedCost, next, ends } = readOutcomes(outcomes, where);
      for (const [state, reward] of ends) endings.push({ from: s, state, reward });
      cost[s].push(expectedCost);
      successors[s].push(next);
    });
  });
  const mdp = finiteMdp({ name, gamma, cost, successors, ...(rho && { rho }), ...(grid && { grid }) });
  return grid === undefined ? mdp : { ...mdp, cells: cellKinds(mdp, endings) };
}

function readOutcomes(outcomes: unknown, where: string) {
  if (!Array.isArray(outcomes)) {
    throw new MdpError(
      `${where} is ${show(outcomes)}; expected a list of [probability, next state, reward, terminated]`,
    );
  }
  let expectedCost = 0;
  let mass = 0;
  const next: Successor[] = [];
  const ends: [state: number, reward: number][] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (!Array.isArray(outcome) || outcome.length !== 4) {
      throw new MdpError(`${where}[${i}] is ${show(outcome)}; expected [probability, next state, reward, terminated]`);
    }
    const [probability, successor, reward] = outcome.slice(0, 3).map(numberOf) as [number, number, number];
    const terminated = outcome[3];
    if (!(probability >= 0 && probability <= 1 + 1e-9)) {
      throw new MdpError(`${where}[${i}]: probability ${show(outcome[0])}; expected a number from 0 to 1`);
    }
    if (!(Math.abs(reward) <= LARGEST)) {
      throw new MdpError(`${where}[${i}]: reward ${show(outcome[2])}; expected a finite number of at most ${LARGEST}`);
    }
    if (![true, false, 0, 1].includes(terminated as number)) {
      throw new MdpError(`${where}[${i}]: terminated ${show(terminated)}; expected true or false`);
    }
    mass += probability;
    expectedCost -= probability * reward;
    if (!terminated) next.push([probability, successor]);
    else if (probability > 0) ends.push([successor, reward]);
  }
  if (!(Math.abs(mass - 1) <= 1e-9)) {
    throw new MdpError(`${where}: the probabilities sum to ${mass}; expected 1. List every outcome of the pair`);
  }
  // −0 would be shown as a cost of "-0".
  return { expectedCost: expectedCost + 0, next, ends };
}

/** NaN for what is no number. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

/** The entries 0, 1, … of an array or of a map with integer keys. */
function entries(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) {
    throw new MdpError(`${where} is ${show(value)}; expected an array or a map with the keys 0, 1, 2, …`);
  }
  const map =
    value instanceof Map ? new Map([...value].map(([k, v]) => [String(k), v])) : new Map(Object.entries(value));
  return Array.from({ length: map.size }, (_, i) => {
    if (!map.has(String(i))) throw new MdpError(`${where} has no key ${i}; expected the keys 0 … ${map.size - 1}`);
    return map.get(String(i));
  });
}
