import { gaussLegendre } from '../numeric/quadrature.js';
import { type FiniteFeatures, scaledFeatures } from './finite/finiteFeatures.js';
import { type FiniteMdp, finiteMdp, type Successor } from './finite/finiteMdp.js';

/**
 * Continuous processes on intervals, read at Gauss–Legendre nodes. Every integral of the theory becomes the rule's sum, so the result is a
 * finite process whose measure μ is the rule; it converges to the continuous one faster than any power of the number of nodes.
 */

/**
 * The bandit on A = [0,1], μ uniform: one state, cost c(a) = Σ_i coefficients_i a^i and features 1, a, a², …, which realise it.
 * π* ∝ e^{−c/τ}.
 */
export function banditOnInterval(coefficients: readonly number[] = [1, -2.5, 3], nodes = 24) {
  const rule = gaussLegendre(nodes, 0, 1);
  const actions = [...rule.nodes];
  const mdp = finiteMdp({
    name: 'bandit',
    gamma: 0,
    cost: [actions.map((a) => coefficients.reduce((sum, x, i) => sum + x * a ** i, 0))],
    successors: [actions.map((): Successor[] => [])],
    measure: { nodes, weights: rule.weights },
  });
  const size = coefficients.length;
  const table = Float64Array.from(actions.flatMap((a) => coefficients.map((_, i) => a ** i)));
  return { mdp, features: scaledFeatures(`polynomial:${size - 1}`, size, table), actions: rule.nodes };
}

/**
 * A process on S = [0,1], A = [−1,1], μ uniform: s' has a density that is linear in N functions,
 * p(s'|s,a) = Σ_i φ_i(s,a) ν_i(s'), φ_i the Bernstein polynomials of degree 2 in (s + 0.3a + 0.3)/1.6 and ν_i the densities 3(1−x)², 6x(1−x), 3x²;
 * c(s,a) = Σ_i ζ_i φ_i. A linear MDP on a continuum: A3 holds with N = 3.
 * @param nodes nodes of the rule, for the states and for the actions
 */
export function driftOnInterval(
  gamma = 0.9,
  nodes = 16,
): { mdp: FiniteMdp; features: FiniteFeatures; states: Float64Array } {
  const S = gaussLegendre(nodes, 0, 1);
  const A = gaussLegendre(nodes, -1, 1);
  const bernstein = (x: number) => [(1 - x) ** 2, 2 * x * (1 - x), x ** 2];
  const phi = (s: number, a: number) => bernstein((s + 0.3 * a + 0.3) / 1.6);
  const zeta = [1, 0.2, 0.7];
  const dot = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  const pairs = [...S.nodes].map((s) => [...A.nodes].map((a) => phi(s, a)));
  const mdp = finiteMdp({
    name: 'drift',
    gamma,
    cost: pairs.map((row) => row.map((f) => dot(f, zeta))),
    successors: pairs.map((row) =>
      row.map((f) => [...S.nodes].map((x, j): Successor => [S.weights[j] * 3 * dot(f, bernsteinDensity(x)), j])),
    ),
    rho: S.weights,
    measure: { nodes, weights: A.weights },
  });
  const table = Float64Array.from(pairs.flat(2));
  return { mdp, features: scaledFeatures('bernstein:2', 3, table), states: S.nodes };
}

/** Densities on [0,1] divided by 3: (1−x)², 2x(1−x), x². */
function bernsteinDensity(x: number): number[] {
  return [(1 - x) ** 2, 2 * x * (1 - x), x ** 2];
}
