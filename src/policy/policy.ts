import type { LinearFeatures, Rows } from '../features/index.js';
import type { Measure } from '../measure/measure.js';
import { type Gibbs, gibbs, gibbsBuffers, modeNode, sampleNode } from './gibbs.js';

/** The Gibbs policy dπ/dμ(s,a) ∝ e^{−⟨w,φ(s,a)⟩}, given by its vector w alone. */
export class Policy {
  readonly features: LinearFeatures;
  readonly measure: Measure;
  /** Shape [N]; zero is π = μ. */
  readonly w: Float64Array;
  /** ⟨w, φ(s,a_j)⟩ of the state evaluated last; shape [m]. */
  readonly energy: Float64Array;
  /** Density, log Z and KL of the state evaluated last. */
  readonly density: Gibbs;

  constructor(features: LinearFeatures, measure: Measure, w = new Float64Array(features.size)) {
    if (w.length !== features.size) {
      throw new RangeError(`policy: w has ${w.length} entries; expected the ${features.size} of the features`);
    }
    this.features = features;
    this.measure = measure;
    this.w = w;
    this.energy = new Float64Array(measure.nodes);
    this.density = gibbsBuffers(measure.nodes);
  }

  /** Computes π(·|s) of an encoded state; the result is in `density` until the next call. */
  at(rows: Rows, row: number): Gibbs {
    this.features.evaluate(this.w, rows, row, this.energy);
    gibbs(this.energy, this.measure, this.density);
    return this.density;
  }

  /** The node that u ∈ [0,1) draws from π(·|s) for an encoded state. */
  sample(rows: Rows, row: number, u: number): number {
    return sampleNode(this.at(rows, row).probabilities, u);
  }

  /** The node of greatest density for an encoded state. */
  mode(rows: Rows, row: number): number {
    this.features.evaluate(this.w, rows, row, this.energy);
    return modeNode(this.energy);
  }
}
