import { type ConfigInput, parseConfig } from '../config/config.js';
import { encodeRows, makeRows } from '../features/index.js';
import { makeModel } from '../model/model.js';
import { solveSquare } from '../numeric/solveSquare.js';
import type { Space } from '../spaces/index.js';
import { MdpError } from '../theory/index.js';
import type { AgentSetting } from './setting.js';

/** What the agent reads of states and actions, whose products the lab's features are combinations of. */
export interface Products {
  readonly features: ConfigInput['features'];
  readonly actions: NonNullable<ConfigInput['actions']>;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
}

/** The lab's features at some pairs. */
export interface Tabulated {
  readonly states: readonly (readonly number[])[];
  readonly actions: readonly (readonly number[])[];
  /** φ of each pair; shape [pairs][N]. */
  readonly phi: readonly (readonly number[])[];
}

/** Of the features at the pairs, relative to the largest: what is more is no combination of the products. */
const FIT = 1e-9;

/**
 * The setting of a process on boxes: the lab's features as combinations of the agent's products, by least squares on given pairs.
 * @throws MdpError where they are no combinations of these
 */
export function boxSetting(name: string, products: Products, { states, actions, phi }: Tabulated): AgentSetting {
  const values = productsAt(products, states, actions);
  const [n, N] = [values[0].length, phi[0].length];
  const gram = new Float64Array(n * n);
  for (const x of values) for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) gram[i * n + j] += x[i] * x[j];
  const combinations = Array.from({ length: N }, (_, f) => {
    const right = new Float64Array(n);
    values.forEach((x, p) => {
      for (let i = 0; i < n; i++) right[i] += x[i] * phi[p][f];
    });
    return [...solveSquare(gram.slice(), right)];
  });
  const largest = Math.max(...phi.flat().map(Math.abs));
  values.forEach((x, p) => {
    combinations.forEach((row, f) => {
      const fitted = row.reduce((sum, m, i) => sum + m * x[i], 0);
      if (Math.abs(fitted - phi[p][f]) <= FIT * largest) return;
      throw new MdpError(
        `${name}: feature ${f} is ${phi[p][f]} at the state ${states[p]} and the action ${actions[p]}; the agent's products give ${fitted}. ` +
          'Expected features that are polynomials of degree 2 without products of two entries of the action',
      );
    });
  });
  const { features, actions: own } = products;
  return { features, actions: own, combinations, toLab: (vector) => vector.slice() };
}

/** χ(a) ⊗ ψ(s) at each pair. */
function productsAt(
  { features, actions, observationSpace, actionSpace }: Products,
  states: Tabulated['states'],
  taken: Tabulated['actions'],
): Float64Array[] {
  const config = parseConfig({
    env: { id: 'products' },
    totalSteps: 1,
    gamma: 0.5,
    tau: 1,
    features,
    actions,
    critic: { type: 'td', stepSize: 1 },
    actor: { mirrorStep: 1 },
  });
  const { state, action } = makeModel(config, observationSpace, actionSpace, null).features;
  const rows = makeRows(state, 1);
  const chi = new Float64Array(action.size);
  return states.map((s, p) => {
    encodeRows(state, s, rows, 0, 1);
    action.encode(Float64Array.from(taken[p]), 0, chi);
    return Float64Array.from({ length: chi.length * state.size }, (_, i) => {
      return chi[Math.floor(i / state.size)] * rows.values[i % state.size];
    });
  });
}
