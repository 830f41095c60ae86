import { valueGap } from '../finite/diagnose.js';
import { value } from '../finite/exact.js';
import type { FinitePolicy } from '../finite/finitePolicy.js';
import type { FiniteProblem } from '../finite/setting.js';

/** What one unit of a method's cost is: a linear solve for Q^π, an operator (T or g) applied to all pairs, or a transition that is drawn. */
export type CostUnit = 'solves' | 'evaluations' | 'samples';

/** What a method did on a process: how far its policy was from the optimum, and what that took. Plain data. */
export interface Baseline {
  readonly key: BaselineKey;
  readonly name: string;
  readonly unit: CostUnit;
  /** The temperature of the objective whose gap is given: the problem's own, or 0. */
  readonly tau: number;
  /** Policy updates before each record. */
  readonly updates: number[];
  /** What was spent before each record, in `unit`. */
  readonly cost: number[];
  /** V^π(ρ) − V*(ρ) for that objective, at each record. */
  readonly gap: number[];
}

/** The methods. */
export type BaselineKey =
  | 'actorCritic'
  | 'policyIteration'
  | 'naturalPolicyGradient'
  | 'softQIteration'
  | 'softQLearning'
  | 'restarts'
  | 'noRestarts'
  | 'movedReference';

/** Collects the records of one method. */
export class BaselineRecord {
  readonly #about: Pick<Baseline, 'key' | 'name' | 'unit'>;
  readonly #problem: FiniteProblem;
  readonly #updates: number[] = [];
  readonly #cost: number[] = [];
  readonly #gap: number[] = [];

  /** @param problem whose gap is recorded */
  constructor(about: Pick<Baseline, 'key' | 'name' | 'unit'>, problem: FiniteProblem) {
    this.#about = about;
    this.#problem = problem;
  }

  /** @returns the gap, which is where a method stops */
  add(policy: FinitePolicy, updates: number, cost: number): number {
    const { mdp, tau } = this.#problem;
    const gap = valueGap(this.#problem, policy, value(mdp, policy, tau));
    this.#updates.push(updates);
    this.#cost.push(cost);
    this.#gap.push(gap);
    return gap;
  }

  finish(): Baseline {
    const columns = { updates: this.#updates, cost: this.#cost, gap: this.#gap };
    return { ...this.#about, tau: this.#problem.tau, ...columns };
  }
}

/** Whether record n is kept: all at the beginning, 32 for each doubling later. */
export function isRecorded(n: number): boolean {
  return n <= 64 || n % 2 ** (Math.floor(Math.log2(n)) - 5) === 0;
}

/** What was spent when the gap had come to `gap` or below for the first time; null where it never did. */
export function costUntil({ gap: gaps, cost }: Baseline, gap: number): number | null {
  const found = gaps.findIndex((x) => x <= gap);
  return found < 0 ? null : cost[found];
}
