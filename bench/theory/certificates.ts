import { createRng, type Rng } from '../../src/numeric/rng.js';
import {
  aggregate,
  certifyDiscrete,
  type DiscreteOptions,
  discreteFlow,
  type FiniteProblem,
  finiteProblem,
  gapBounds,
  runLab,
} from '../../src/theory/index.js';
import { mutants, testMutant } from './mutants.js';
import { garnets, spread } from './problems.js';

/** How near one inequality came to what it bounds. */
export interface TightnessRow {
  readonly inequality: string;
  readonly processes: number;
  readonly violations: number;
  /** Least, median and greatest of the processes' largest measured/bound. */
  readonly ratios: [number, number, number];
}

/** Quotients of rounded numbers may be above one by so much. */
const SLACK = 1 + 1e-7;

/** The bound without A3, the two-sided gap and the inequalities in discrete time, on as many Garnets each. */
export function tightnessRows(count: number): TightnessRow[] {
  const processes = garnets(count);
  return [...withoutA3(processes), ...twoSided(processes), ...discrete(processes)];
}

/** Whether the self-test holds without a bug, and in how many processes it caught each. */
export function mutantRows(count: number) {
  const options: DiscreteOptions = {
    ...{ updates: 10, criticStep: 0.7, mirrorStep: 0.8, mirror: 'proximal' },
    criticSteps: { type: 'constant', value: 4 },
  };
  const processes = garnets(count);
  return [undefined, ...mutants].map((mutant) => {
    const found = processes.map((problem) => testMutant(problem, options, mutant));
    const failed = found.filter((test) => test.verdict === 'fails').length;
    const [least, , greatest] = spread(found.map((test) => test.residual));
    return { bug: mutant?.name ?? 'none', failed, processes: count, least, greatest };
  });
}

function row(inequality: string, ratios: readonly number[]): TightnessRow {
  const measured = ratios.filter((x) => !Number.isNaN(x));
  const violations = measured.filter((x) => !(x <= SLACK)).length;
  return { inequality, processes: measured.length, violations, ratios: spread(measured) };
}

/** min_{r≤t} gap_r over the bound that needs no A3, with tabular features and with two groups of states. */
function withoutA3(processes: readonly FiniteProblem[]): TightnessRow[] {
  const largest = (problem: FiniteProblem) => {
    const { diagnosis, certificate } = runLab(problem, { eta0: 5, samples: 41 });
    const { withoutA3: bound } = certificate.bounds;
    return diagnosis.leastGap.reduce((most, gap, i) => Math.max(most, gap / bound[i]), 0);
  };
  const grouped = processes.map(({ mdp, tau }) => finiteProblem(mdp, aggregate(mdp, 2), tau));
  return [
    row('least gap, bound without A3: tabular', processes.map(largest)),
    row('least gap, bound without A3: two groups of states', grouped.map(largest)),
  ];
}

/** Random policies, and their gap beside the bounds that need no optimum. */
function twoSided(processes: readonly FiniteProblem[]): TightnessRow[] {
  const rng = createRng(0);
  const rows = [3, 0.3, 0.03].flatMap((size) => {
    const found = processes.map((problem) => {
      const w = nearOptimum(problem, size, rng);
      const { lower, upper } = gapBounds(problem, problem.policy(w));
      const { gap } = problem.diagnose(new Float64Array(problem.size), w);
      return { below: lower / gap, above: gap / upper };
    });
    return [
      row(
        `gap over its upper bound, w off by ${size}`,
        found.map((x) => x.above),
      ),
      row(
        `lower bound over the gap, w off by ${size}`,
        found.map((x) => x.below),
      ),
    ];
  });
  return rows;
}

function nearOptimum({ optimum, tau }: FiniteProblem, size: number, rng: Rng): Float64Array {
  return optimum.actionValue.map((q) => q / tau + size * (2 * rng.next() - 1));
}

/** The inequalities of `certifyDiscrete`, with steps that differ from process to process. */
function discrete(processes: readonly FiniteProblem[]): TightnessRow[] {
  const counts = [1, 4, 20].map((value) => ({ type: 'constant', value }) as const);
  const found = processes.map((problem, i) => {
    const path = discreteFlow(problem, {
      updates: 40,
      criticStep: [0.2, 1][i % 2],
      mirrorStep: [0.1, 1, 5][i % 3] / (2 * problem.tau),
      mirror: i % 4 === 3 && i % 3 < 2 ? 'explicit' : 'proximal',
      criticSteps: i % 7 === 0 ? 'infinite' : counts[Math.floor(i / 6) % 3],
    });
    return certifyDiscrete(problem, path);
  });
  const names = {
    pointwise: 'discrete: each update, at every state',
    leastGap: 'discrete: least gap',
    eachGap: 'discrete: each gap, by Φ',
    supNorm: 'discrete: each gap, in the sup norm',
    greedy: 'discrete: each gap, by X of the path',
    relaxation: 'discrete: one step of X',
  };
  const keys = Object.keys(names) as (keyof typeof names)[];
  return keys.map((key) =>
    row(
      names[key],
      found.map((x) => x.tightness[key]),
    ),
  );
}
