import { partsOf } from './continuum.js';
import { type Discretised, discretise } from './discretise.js';
import { checkAsked, discretised, TOLERANCE } from './errorControl.js';
import { type ContinuousProcess, lawNames } from './process.js';
import type { Rule } from './region.js';

/** The bandit on A = [0,1], μ uniform: one state, cost c(a) = Σ_i coefficients_i a^i and features 1, a, a², …, which realise it. π* ∝ e^{−c/τ}. */
export function banditProcess(coefficients: readonly number[] = [1, -2.5, 3]): ContinuousProcess {
  return {
    name: 'bandit',
    actions: { low: [0], high: [1] },
    cost: (_, [a]) => coefficients.reduce((sum, x, i) => sum + x * a ** i, 0),
    features: (_, [a]) => coefficients.map((_c, i) => a ** i),
    gamma: 0,
  };
}

/**
 * A process on S = [0,1], A = [−1,1], μ uniform: s' has a density that is linear in N functions,
 * p(s'|s,a) = Σ_i φ_i(s,a) ν_i(s'), φ_i the Bernstein polynomials of degree 2 in (s + 0.3a + 0.3)/1.6 and ν_i the densities 3(1−x)², 6x(1−x), 3x²;
 * c(s,a) = Σ_i ζ_i φ_i. A linear MDP on a continuum: A3 holds with N = 3. It is the Gymnasium environment mirrorflow/Drift-v0.
 */
export function driftProcess(gamma = 0.9): ContinuousProcess {
  const bernstein = (x: number) => [(1 - x) ** 2, 2 * x * (1 - x), x ** 2];
  const features = (s: number, a: number) => bernstein((s + 0.3 * a + 0.3) / 1.6);
  const zeta = [1, 0.2, 0.7];
  return {
    name: 'drift',
    states: { low: [0], high: [1] },
    actions: { low: [-1], high: [1] },
    cost: ([s], [a]) => dot(features(s, a), zeta),
    transition: ([next], [s], [a]) => 3 * dot(features(s, a), bernstein(next)),
    features: ([s], [a]) => features(s, a),
    gamma,
  };
}

/** The built-in processes by their names, with what their features are called. */
export const continuousProcesses: Record<string, { process: (gamma?: number) => ContinuousProcess; features: string }> =
  {
    bandit: { process: () => banditProcess(), features: 'polynomial:2' },
    drift: { process: driftProcess, features: 'bernstein:2' },
  };

/** A built-in process at as many nodes as an accuracy of 10⁻⁸ takes at the temperature τ. @throws MdpError where it is not reached, or τ is 0 */
export function continuousAt(name: string, { tau, gamma }: { tau: number; gamma?: number | undefined }) {
  const { process: make, features } = continuousProcesses[name];
  const process = make(gamma);
  checkAsked(process, tau, TOLERANCE);
  const { found, error } = discretised(process, { tau, tolerance: TOLERANCE });
  return named(found, features, error);
}

/** The bandit at `nodes` Gauss–Legendre nodes. */
export function banditOnInterval(coefficients?: readonly number[], nodes = 24) {
  const found = discretise(banditProcess(coefficients), nodes);
  return named(found, `polynomial:${found.size - 1}`);
}

/** The drift. @param nodes Gauss–Legendre nodes of the states, and of the actions */
export function driftOnInterval(gamma?: number, nodes = 16) {
  return named(discretise(driftProcess(gamma), nodes), 'bernstein:2');
}

function named(found: Discretised, name: string, error = Number.NaN) {
  const { features, continuum } = partsOf(found, name, error);
  const axis = ({ points }: Rule) => Float64Array.from(points.flat());
  return {
    mdp: found.mdp,
    features,
    beta: found.beta,
    laws: lawNames(found.process),
    continuum,
    states: axis(found.states),
    actions: axis(found.actions),
  };
}

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, v, i) => sum + v * y[i], 0);
}
