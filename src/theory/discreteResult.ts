import { certifyDiscrete, type DiscreteCertificate } from './certificate/discrete/certifyDiscrete.js';
import type { FiniteProblem } from './finite/setting.js';
import { type DiscreteOptions, defaultCriticStep, discreteFlow } from './flow/discrete.js';

/** What a run of the updates in discrete time found, as plain data. JSON has no infinity: read back from a file, it is null. */
export interface DiscreteResult {
  readonly options: Pick<DiscreteOptions, 'updates' | 'criticStep' | 'mirrorStep' | 'mirror' | 'criticSteps'>;
  readonly entries: DiscreteCertificate['entries'];
  /** V^{π^n}(ρ) − V*(ρ) at the points n = 0, 1, …, updates. */
  readonly gap: number[];
  /** Semi-gradients (or solves, where `criticSteps` is 'infinite') up to each point. */
  readonly evaluations: number[];
  /** Bounds at each point: of the least gap before it, and three of its own gap; null where one does not apply. */
  readonly bounds: Readonly<Record<keyof DiscreteCertificate['bounds'], number[] | null>>;
  readonly tightness: DiscreteCertificate['tightness'];
  /** Per update. */
  readonly rate: number;
  readonly relaxationRate: number;
}

/** Steps of `discreteRun`; what is left out is chosen. */
export type DiscreteRunOptions = Partial<DiscreteResult['options']>;

/**
 * Runs the updates of slide 4 on a problem and checks them.
 * @param options 200 updates, λ = 1, `defaultCriticStep`, one critic step an update and proximal mirror steps where left out
 * @throws MdpError where an option is wrong or the critic diverges, RangeError where an explicit step has λτ ≥ 2
 */
export function discreteRun(problem: FiniteProblem, options: DiscreteRunOptions = {}): DiscreteResult {
  const all: DiscreteResult['options'] = {
    updates: options.updates ?? 200,
    mirrorStep: options.mirrorStep ?? 1,
    criticStep: options.criticStep ?? defaultCriticStep(problem),
    mirror: options.mirror ?? 'proximal',
    criticSteps: options.criticSteps ?? { type: 'constant', value: 1 },
  };
  const path = discreteFlow(problem, all);
  const { entries, gap, bounds, tightness, rate, relaxationRate } = certifyDiscrete(problem, path);
  const evaluations = [0];
  for (const count of path.updates.criticSteps)
    evaluations.push(evaluations.at(-1)! + (Number.isFinite(count) ? count : 1));
  const plain = Object.fromEntries(Object.entries(bounds).map(([key, of]) => [key, of && [...of]]));
  return {
    options: all,
    entries,
    gap: [...gap],
    evaluations,
    bounds: plain as DiscreteResult['bounds'],
    tightness,
    rate,
    relaxationRate,
  };
}
