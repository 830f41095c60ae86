import { createRng } from '../../src/numeric/rng.js';
import { lineChart } from '../../src/report/index.js';
import {
  type FiniteProblem,
  finiteMdp,
  finiteProblem,
  implicitFlow,
  linearMdp,
  residualIn,
  scaledFeatures,
} from '../../src/theory/index.js';
import { points } from './problems.js';

/** The error of the features, and what the gap does with it. */
export interface FloorRow {
  readonly process: string;
  readonly epsilon: number;
  /** A3's residual: what the process is made to have. */
  readonly residual: number;
  /** e = sup |⟨θ,φ⟩ − Q| at rest. */
  readonly error: number;
  /** The gap at rest. */
  readonly gap: number;
  /** e²/(2τ(1−γ)). */
  readonly floor: number;
}

const epsilons = Array.from({ length: 9 }, (_, i) => 10 ** (-4 + i / 2));

/** Gap at rest and floor over four decades of ε, with a critic that is infinitely fast. */
export function floorRows(): FloorRow[] {
  const processes: [string, (epsilon: number) => FiniteProblem][] = [
    ['one state, constant features', oneState],
    ...[0, 1, 2].map((seed): [string, (epsilon: number) => FiniteProblem] => [
      `linear MDP, seed ${seed}`,
      (epsilon) => perturbed(epsilon, seed),
    ]),
  ];
  return processes.flatMap(([process, problemOf]) =>
    epsilons.map((epsilon) => rest(process, problemOf(epsilon), epsilon)),
  );
}

/** The figure: both axes logarithmic, so that a floor that is quadratic in ε has slope 2. */
export function floorFigure(rows: readonly FloorRow[]): Promise<string> {
  const processes = [...new Set(rows.map((row) => row.process))].filter((name) => !name.endsWith('1'));
  const series = processes.flatMap((process) => {
    const own = rows.filter((row) => row.process === process);
    const x = own.map((row) => row.epsilon);
    const line = (of: (row: FloorRow) => number) => points(x, own.map(of));
    return [
      { name: `${process}: gap at rest`, marked: true, points: line((row) => row.gap) },
      { name: `${process}: floor e²/(2τ(1−γ))`, dashed: true, points: line((row) => row.floor) },
    ];
  });
  return lineChart({
    title: 'Where A3 fails by ε: the gap at rest and its floor',
    xTitle: 'ε = sup |Q − Π_φ Q|',
    yTitle: 'V − V*',
    xScale: 'log',
    yScale: 'log',
    series,
    guides: [{ label: 'slope 2', from: [1e-4, 1e-10], to: [1, 1e-2] }],
  });
}

function rest(process: string, problem: FiniteProblem, epsilon: number): FloorRow {
  const { tau, gamma } = problem;
  // w relaxes at rate τ: after 30/τ nothing of the start is left.
  const path = implicitFlow(problem, { eta: 'infinite', times: Float64Array.of(0, 30 / tau), tolerance: 1e-10 });
  const { gap, residual, actionValueError: error } = problem.diagnose(path.theta[1], path.w[1]);
  return { process, epsilon, residual, error, gap, floor: error ** 2 / (2 * tau * (1 - gamma)) };
}

/** Two actions of costs ±ε in a state that does not change, and one constant feature: e = ε, the case for which the floor's constant is the best. */
function oneState(epsilon: number): FiniteProblem {
  const mdp = finiteMdp({
    name: 'one state',
    gamma: 0.9,
    cost: [[epsilon, -epsilon]],
    successors: [[[[1, 0]], [[1, 0]]]],
  });
  return finiteProblem(mdp, scaledFeatures('constant', 1, Float64Array.of(1, 1)), 0.2);
}

/**
 * A linear MDP with ε ψ added to its costs, ψ orthogonal to the features in L²(uniform) and of supremum 1. Q^π − εψ is linear in φ for every
 * policy, so that A3's residual is exactly ε.
 */
function perturbed(epsilon: number, seed: number): FiniteProblem {
  const { mdp, features } = linearMdp({ states: 10, actions: 3, features: 5, seed });
  const rng = createRng(seed);
  const uniform = new Float64Array(mdp.cost.length).fill(1 / mdp.cost.length);
  const psi = residualIn(features, uniform)(mdp.cost.map(() => rng.next() - 0.5));
  const size = psi.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const cost = mdp.cost.map((c, p) => c + (epsilon * psi[p]) / size);
  return finiteProblem({ ...mdp, cost }, features, 0.2);
}
