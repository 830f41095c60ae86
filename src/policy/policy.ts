import type { LinearFeatures, Rows } from '../features/index.js';
import type { ActionDensity, ActionFamily } from './family.js';

/** The Gibbs policy dπ/dμ(s,a) ∝ e^{−⟨w,φ(s,a)⟩}, given by its vector w alone. */
export class Policy {
  readonly features: LinearFeatures;
  readonly family: ActionFamily;
  /** Shape [N]; zero is π = μ. */
  readonly w: Float64Array;
  /** The natural parameter u of the state evaluated last: ⟨w, φ(s,a)⟩ = ⟨u, χ(a)⟩; shape [K]. */
  readonly energy: Float64Array;
  /** π(·|s) of the state evaluated last. */
  readonly density: ActionDensity;

  constructor(features: LinearFeatures, family: ActionFamily, w = new Float64Array(features.size)) {
    if (w.length !== features.size) {
      throw new RangeError(`policy: w has ${w.length} entries; expected the ${features.size} of the features`);
    }
    this.features = features;
    this.family = family;
    this.w = w;
    this.energy = new Float64Array(features.action.size);
    this.density = family.density();
  }

  /** Computes π(·|s) of an encoded state; the result is in `density` until the next call. */
  at(rows: Rows, row: number): ActionDensity {
    this.features.coefficients(this.w, rows, row, this.energy);
    this.density.set(this.energy);
    return this.density;
  }
}
