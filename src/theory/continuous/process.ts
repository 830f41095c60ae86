import { MdpError } from '../errors.js';
import type { LawNames } from '../problem.js';
import { type Box, boxText, checkRegion, type Normal, type Point, type Region, regionText } from './region.js';

/** A box of actions. */
export interface DensityBox extends Box {
  /** The density of μ, of integral 1; uniform if left out. */
  density?: ((a: Point) => number) | undefined;
}

/**
 * A process on continuous states and actions. Densities are with respect to Lebesgue's measure; they have to be smooth enough for Gauss rules.
 * Every function gets points as arrays: `cost: ([s], [a]) => s * s + a * a`.
 */
export interface ContinuousProcess {
  name: string;
  /** Where the states are; left out, together with `transition`, for a bandit, which has one state, the empty array. */
  states?: Region | undefined;
  /** Where the actions are, and μ: uniform on a box, a density on a box, or a Gaussian. */
  actions: DensityBox | Normal;
  /** c(s,a). */
  cost: (s: Point, a: Point) => number;
  /** p(s'|s,a), the density of the next state; its integral is `survival`. */
  transition?: ((next: Point, s: Point, a: Point) => number) | undefined;
  /** The probability that the process does not end with the step from (s,a); 1 if left out. */
  survival?: ((s: Point, a: Point) => number) | undefined;
  /** φ(s,a); divided by sup‖φ‖₂ where that is above 1 and finite, so that A1 holds. */
  features: (s: Point, a: Point) => readonly number[];
  /** The density of s₀; the law of `states` (uniform, or the Gaussian) if left out. */
  rho?: ((s: Point) => number) | undefined;
  /** Discount, 0 ≤ γ < 1. */
  gamma: number;
}

/** @throws MdpError that names the entry that is wrong */
export function checkProcess(process: ContinuousProcess): void {
  const { name, states, actions, transition, gamma } = process;
  const fail = (where: string, problem: string): never => {
    throw new MdpError(`${name}: ${where}: ${problem}`);
  };
  for (const key of ['cost', 'features', 'transition', 'survival', 'rho'] as const) {
    const given: unknown = process[key];
    const needed = key === 'cost' || key === 'features';
    if (typeof given !== 'function' && (needed || given !== undefined)) {
      fail(key, `is ${JSON.stringify(given)}; expected a function`);
    }
  }
  if (!(gamma >= 0 && gamma < 1)) fail('gamma', `is ${gamma}; expected 0 ≤ gamma < 1`);
  checkRegion(actions, `${name}: actions`);
  if (states !== undefined) checkRegion(states, `${name}: states`);
  if ((states === undefined) !== (transition === undefined)) {
    fail('states and transition', 'one of them is left out; expected both, or neither for a bandit');
  }
}

/** `s = [0.5], a = [0.2]`, for messages. */
export function pairText(s: Point, a: Point): string {
  return `${s.length === 0 ? '' : `s = ${pointText(s)}, `}a = ${pointText(a)}`;
}

export function pointText(x: Point): string {
  return `[${x.map((y) => Number(y.toPrecision(6))).join(', ')}]`;
}

/** What the laws are called in reports. */
export function lawNames({ states, actions, rho }: ContinuousProcess): LawNames {
  const own = (region: Region | undefined) => (region === undefined ? 'one state' : regionText(region));
  const mu =
    'density' in actions && actions.density !== undefined ? `a density on ${boxText(actions)}` : regionText(actions);
  return {
    beta: `${own(states)} ⊗ μ`,
    rho: rho === undefined ? own(states) : 'a density',
    mu,
  };
}
