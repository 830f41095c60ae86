import { type LinearFeatures, makeRows, type Rows } from '../features/index.js';
import type { NetworkFeatures } from '../features/network.js';
import type { Pairs } from './pairs.js';

/** The gradient of the mean of ½(⟨θ, χ(a) ⊗ ψ(s)⟩ − G)² over some pairs, by θ and by the weights of ψ. */
export class SquaredErrorGradient {
  /** Shape [N]; that by the weights is left in the layers of ψ. */
  readonly byTheta: Float64Array;
  private readonly features: LinearFeatures;
  private readonly psi: NetworkFeatures;
  private readonly observations: Float64Array;
  private readonly states: Rows;
  private readonly byPsi: Float64Array;
  private readonly chi: Float64Array;
  /** Coefficients of Q in a state; shape [K]. */
  private readonly q: Float64Array;

  /** @param most pairs at a time */
  constructor(features: LinearFeatures, psi: NetworkFeatures, most: number) {
    this.features = features;
    this.psi = psi;
    this.byTheta = new Float64Array(features.size);
    this.observations = new Float64Array(most * psi.inputs);
    this.states = makeRows(psi, most);
    this.byPsi = new Float64Array(most * psi.size);
    this.chi = new Float64Array(features.action.size);
    this.q = new Float64Array(features.action.size);
  }

  /** @param chosen which pairs, shape [n] */
  compute(pairs: Pairs, chosen: Int32Array, theta: Float64Array): void {
    const { features, psi, observations, states, byTheta, byPsi, chi, q } = this;
    const { values } = states;
    const { inputs, size: d } = psi;
    const n = chosen.length;
    for (let r = 0; r < n; r++) {
      const at = chosen[r] * inputs;
      for (let i = 0; i < inputs; i++) observations[r * inputs + i] = pairs.observations[at + i];
    }
    psi.forward(observations, 0, n, values, 0);
    byTheta.fill(0);
    byPsi.fill(0);
    for (let r = 0; r < n; r++) {
      const row = r * d;
      const pair = chosen[r];
      features.coefficients(theta, states, r, q);
      const error = (features.valueOf(q, pairs.actions, pair) - pairs.targets[pair]) / n;
      features.action.encode(pairs.actions, pair, chi);
      for (let k = 0; k < chi.length; k++) {
        if (chi[k] === 0) continue;
        const x = error * chi[k];
        for (let i = 0, at = k * d; i < d; i++, at++) {
          byTheta[at] = byTheta[at] + x * values[row + i];
          byPsi[row + i] = byPsi[row + i] + x * theta[at];
        }
      }
    }
    psi.backward(values, byPsi, n);
  }
}
