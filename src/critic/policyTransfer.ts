import { type LinearFeatures, makeRows, type Rows } from '../features/index.js';
import type { NetworkFeatures } from '../features/network.js';
import { cholesky, choleskySolve } from '../numeric/cholesky.js';
import { multiplyTransposed, transpose } from '../numeric/matrix.js';

/** States that a policy is carried over in, at most. */
const STATES = 2048;
/** Weight of the pull of w towards 0, per state. */
const RIDGE = 1e-7;

/**
 * Carries the policy over a change of ψ. The energies ⟨w, φ(s,·)⟩ of states are remembered before, and afterwards w is fitted to them on the new
 * features by least squares. What is the same for all actions of a state does not enter the policy; it is taken out first, so that
 * the fit is spent on the differences.
 */
export class PolicyTransfer {
  private readonly features: LinearFeatures;
  private readonly psi: NetworkFeatures;
  private observations = new Float64Array(0);
  private states: Rows;
  /** Natural parameters of the states remembered; shape [n, K]. */
  private energies = new Float64Array(0);
  private count = 0;
  private readonly matrix: Float64Array;
  private readonly factor: Float64Array;

  constructor(features: LinearFeatures, psi: NetworkFeatures) {
    this.features = features;
    this.psi = psi;
    this.states = makeRows(psi, 0);
    this.matrix = new Float64Array(psi.size * psi.size);
    this.factor = new Float64Array(psi.size * psi.size);
  }

  /**
   * Remembers the policy in some states.
   * @param observations shape [≥ order.length, inputs]
   * @param order of its rows, the first ones are taken
   */
  remember(observations: Float64Array, order: Int32Array, w: Float64Array): void {
    const { inputs } = this.psi;
    const { action } = this.features;
    const K = action.size;
    const n = Math.min(STATES, order.length);
    this.count = n;
    if (this.observations.length < n * inputs) {
      this.observations = new Float64Array(n * inputs);
      this.states = makeRows(this.psi, n);
      this.energies = new Float64Array(n * K);
    }
    for (let r = 0; r < n; r++) {
      const from = order[r] * inputs;
      this.observations.set(observations.subarray(from, from + inputs), r * inputs);
    }
    this.encode();
    const squares = action.constant.reduce((sum, x) => sum + x * x, 0);
    const u = new Float64Array(K);
    for (let r = 0; r < n; r++) {
      this.features.coefficients(w, this.states, r, u);
      const level = u.reduce((sum, x, k) => sum + x * action.constant[k], 0) / squares;
      for (let k = 0; k < K; k++) this.energies[r * K + k] = u[k] - level * action.constant[k];
    }
  }

  /** Fits w to the policy remembered. @param w shape [N], overwritten */
  fit(w: Float64Array): void {
    const { matrix, factor, states, energies, count } = this;
    const d = this.psi.size;
    const K = this.features.action.size;
    this.encode();
    const psi = new Float64Array(d * count);
    const u = new Float64Array(K * count);
    transpose(states.values, psi, count, d);
    transpose(energies, u, count, K);
    multiplyTransposed(psi, psi, null, matrix, d, d, count);
    multiplyTransposed(u, psi, null, w, K, d, count);
    cholesky(matrix, d, RIDGE * count, factor);
    for (let k = 0; k < K; k++) choleskySolve(factor, d, w, k * d);
  }

  private encode(): void {
    this.psi.forward(this.observations, 0, this.count, this.states.values, 0);
  }
}
