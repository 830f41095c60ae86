import { type StepCount, stepCountAt } from '../../critic/schedule.js';
import { createRng } from '../../numeric/rng.js';
import type { FiniteProblem } from '../finite/setting.js';
import { defaultCriticStep, discreteFlow } from '../flow/discrete.js';
import { type Baseline, BaselineRecord } from './baseline.js';
import { type Limits, movedReference, naturalPolicyGradient, policyIteration, softQIteration } from './exactMethods.js';
import { restartedActorCritic } from './restarts.js';
import { softQLearning } from './softQLearning.js';

/** Steps and limits of `baselines`. */
export interface BaselineOptions {
  /** λ of every mirror step; 1/τ if left out (1 for τ = 0). */
  mirrorStep?: number;
  /** h of every semi-gradient step; `defaultCriticStep` if left out. */
  criticStep?: number;
  /** M_n of the actor-critic; 1 + n if left out. */
  criticSteps?: StepCount;
  /** Most updates of the methods that solve for Q^π; 200 if left out. */
  solves?: number;
  /** Most evaluations of T or g of the others; 10,000 if left out. */
  evaluations?: number;
  /** Most transitions of soft Q-learning; 200,000 if left out. */
  samples?: number;
  /** Of soft Q-learning's transitions; 0 if left out. */
  seed?: number;
}

/** A gap at which a method has done enough: below, rounding is what is compared. */
const ENOUGH = 1e-12;

/**
 * Methods for the same process, from Q = 0 and π = μ: the slides' actor-critic, soft policy iteration, the natural policy gradient, soft
 * Q-learning in expectation and from samples; and for τ = 0 the actor-critic with and without restarts, and a reference that moves.
 */
export function baselines(problem: FiniteProblem, options: BaselineOptions = {}): Baseline[] {
  const { tau } = problem;
  const mirrorStep = options.mirrorStep ?? (tau > 0 ? 1 / tau : 1);
  const criticStep = options.criticStep ?? defaultCriticStep(problem);
  const criticSteps = options.criticSteps ?? { type: 'linear', value: 1, slope: 1 };
  const solves: Limits = { most: options.solves ?? 200, gap: ENOUGH };
  const evaluations: Limits = { most: options.evaluations ?? 10_000, gap: ENOUGH };
  const samples: Limits = { most: options.samples ?? 200_000, gap: ENOUGH };
  const scale = supremumOf(problem.withTau(0).optimum.actionValue);
  const free = { mirrorStep, criticStep, criticSteps: 10 };
  return [
    actorCritic(problem, { mirrorStep, criticStep, criticSteps }, evaluations),
    policyIteration(problem, solves),
    ...(tau > 0 ? [naturalPolicyGradient(problem, mirrorStep, solves)] : []),
    softQIteration(problem, 1, evaluations),
    softQLearning(problem, createRng(options.seed ?? 0), samples),
    restartedActorCritic(problem, { ...free, radius: Number.POSITIVE_INFINITY }, evaluations),
    // Half of the optimum's Q: every critic that converges comes to it.
    restartedActorCritic(problem, { ...free, radius: scale / 2 }, evaluations),
    ...(tau > 0 ? [movedReference(problem, { lambda: mirrorStep, every: 5 }, solves)] : []),
  ];
}

/** `discreteFlow` with proximal steps; the points that the evaluations are enough for. */
function actorCritic(
  problem: FiniteProblem,
  steps: { mirrorStep: number; criticStep: number; criticSteps: StepCount },
  { most, gap }: Limits,
): Baseline {
  const record = new BaselineRecord(
    { key: 'actorCritic', name: `actor-critic, ${countName(steps.criticSteps)}`, unit: 'evaluations' },
    problem,
  );
  let updates = 1;
  for (let spent = stepCountAt(steps.criticSteps, 0); spent <= most; updates++) {
    spent += stepCountAt(steps.criticSteps, updates);
  }
  const path = discreteFlow(problem, { ...steps, updates, mirror: 'proximal' });
  let cost = 0;
  for (let n = 0; n <= updates; n++) {
    if (record.add(problem.policy(path.w[n]), n, cost) <= gap) break;
    cost += path.updates.criticSteps[n];
  }
  return record.finish();
}

function countName(count: StepCount): string {
  if (count.type === 'constant') return `M = ${count.value}`;
  const factor = count.type === 'linear' ? count.slope : count.scale;
  const growth = `${factor === 1 ? '' : factor}${count.type === 'linear' ? 'n' : 'log(1+n)'}`;
  return `M_n = ${count.value} + ${growth}`;
}

function supremumOf(f: Float64Array): number {
  return f.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
