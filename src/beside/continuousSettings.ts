import { gaussLegendre } from '../numeric/quadrature.js';
import { Box } from '../spaces/index.js';
import { type FiniteProblem, type Lqr, MdpError } from '../theory/index.js';
import type { LqrProblem } from '../theory/lqr/lqrProblem.js';
import { boxSetting } from './boxSetting.js';
import type { AgentSetting } from './setting.js';

/** The setting of `driftOnInterval`, whose states and actions are the nodes of rules on [0,1] and [−1,1]. */
export function driftSetting({ name, mdp, features }: FiniteProblem): AgentSetting {
  const { nodes: states } = gaussLegendre(mdp.states, 0, 1);
  const { nodes: actions } = gaussLegendre(mdp.actions, -1, 1);
  const pairs = Array.from({ length: mdp.states * mdp.actions }, (_, p) => p);
  const { table, size: N } = features;
  if (table === null) throw new MdpError(`${name}: its features are tabular; expected its own. Leave out --features`);
  return boxSetting(
    name,
    {
      features: { type: 'polynomial', degree: 2 },
      actions: { measure: { type: 'uniform' }, basis: { type: 'quadratic' }, rule: { type: 'exact' } },
      observationSpace: new Box(0, 1, [1], 'float64'),
      actionSpace: new Box(-1, 1, [1], 'float64'),
    },
    {
      states: pairs.map((p) => [states[Math.floor(p / mdp.actions)]]),
      actions: pairs.map((p) => [actions[p % mdp.actions]]),
      phi: pairs.map((p) => Array.from(table.subarray(p * N, (p + 1) * N))),
    },
  );
}

/** Standard deviations of a state beyond which an agent's observation is clipped. */
const REACH = 8;

/**
 * The setting of a regulator with φ(z) = (1, z_i z_j), z = (x,a), and Gaussian μ.
 * @returns it, and sup ‖φ‖₂ over the pairs within two standard deviations under π = μ
 * @throws MdpError where an action has several entries, whose products the agent does not have
 */
export function regulatorSetting({ name, lqr }: LqrProblem): { setting: AgentSetting; largestFeatures: number } {
  const [n, k] = [lqr.B.rows, lqr.B.columns];
  if (k > 1) {
    throw new MdpError(
      `${name}: an action has ${k} entries, whose products are among the features; expected one entry, as the agent's quadratic features have none`,
    );
  }
  const deviations = stateDeviations(lqr);
  const reach = deviations.map((x) => REACH * x);
  const pairs = gridOf([...reach, 4 * lqr.sigma]);
  const phiOf = (z: number[]) => [1, ...z.flatMap((x, i) => z.slice(i).map((y) => x * y))];
  const setting = boxSetting(
    name,
    {
      features: { type: 'polynomial', degree: 2, low: reach.map((x) => -x), high: reach },
      actions: {
        measure: { type: 'gaussian', mean: 0, standardDeviation: lqr.sigma },
        basis: { type: 'quadratic' },
        rule: { type: 'exact' },
      },
      observationSpace: new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [n], 'float64'),
      actionSpace: new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, [k], 'float64'),
    },
    { states: pairs.map((z) => z.slice(0, n)), actions: pairs.map((z) => z.slice(n)), phi: pairs.map(phiOf) },
  );
  const corner = [...deviations, lqr.sigma].map((x) => 2 * x);
  return { setting, largestFeatures: Math.hypot(...phiOf(corner)) };
}

/** The greatest standard deviation of each entry of the state, from ρ on under π = μ, within the steps that a trajectory makes. */
function stateDeviations({ A, B, sigma, noise, rho, gamma }: Lqr): number[] {
  const source = B.mmul(B.transpose())
    .mul(sigma ** 2)
    .add(noise);
  let covariance = rho;
  let largest = rho.diagonal();
  for (let i = 0; i < 5 / (1 - gamma); i++) {
    covariance = A.mmul(covariance).mmul(A.transpose()).add(source);
    largest = largest.map((x, j) => Math.max(x, covariance.get(j, j)));
  }
  return largest.map(Math.sqrt);
}

/** Five points in each dimension between −reach and reach. */
function gridOf(reach: readonly number[]): number[][] {
  return reach.reduce<number[][]>(
    (points, r) => points.flatMap((z) => [-1, -0.5, 0, 0.5, 1].map((x) => [...z, x * r])),
    [[]],
  );
}
