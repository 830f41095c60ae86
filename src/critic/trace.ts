import { CombinedFeatures, type LinearFeatures } from '../features/index.js';
import type { Batch } from '../sampling/batch.js';

/** Pairs (s,a): encoded states and the codes of the actions taken, a row each. */
type EncodedPairs = Pick<Batch, 'states' | 'actions'>;

export type TraceKind = 'accumulating' | 'replacing';

/** Entries of a trace below this are dropped: what they would still add is below rounding in θ's last useful digits. */
const CUTOFF = 1e-6;

/**
 * An eligibility trace z over φ(s,a) (Sutton & Barto, 2nd ed., chapter 12). Only its non-zero entries are kept in a list, so a step
 * costs the number of these, not N. A replacing trace also forgets, in the state visited, the features of other actions
 * (Singh & Sutton 1996).
 */
export class EligibilityTrace {
  private readonly z: Float64Array;
  private readonly listed: Uint8Array;
  private readonly list: Int32Array;
  private length = 0;
  private readonly features: LinearFeatures;
  private readonly kind: TraceKind;
  private readonly cutoff: number;
  private readonly chi: Float64Array;
  /** φ of combined features. */
  private readonly phi: Float64Array;

  constructor(features: LinearFeatures, kind: TraceKind, cutoff = CUTOFF) {
    this.cutoff = cutoff;
    this.features = features;
    this.kind = kind;
    this.chi = new Float64Array(features.action.size);
    this.phi = new Float64Array(features instanceof CombinedFeatures ? features.size : 0);
    this.z = new Float64Array(features.size);
    this.listed = new Uint8Array(features.size);
    this.list = new Int32Array(features.size);
  }

  clear(): void {
    for (let n = 0; n < this.length; n++) {
      const i = this.list[n];
      this.z[i] = 0;
      this.listed[i] = 0;
    }
    this.length = 0;
  }

  /** z ← factor·z. */
  decay(factor: number): void {
    const { z, list, listed } = this;
    let kept = 0;
    for (let n = 0; n < this.length; n++) {
      const i = list[n];
      const value = z[i] * factor;
      if (Math.abs(value) > this.cutoff) {
        z[i] = value;
        list[kept++] = i;
      } else {
        z[i] = 0;
        listed[i] = 0;
      }
    }
    this.length = kept;
  }

  /**
   * z ← z + weight·φ(s,a) for an accumulating trace, z_i ← φ_i where φ is active for a replacing one.
   * @param at which of the pairs
   */
  add({ states, actions }: EncodedPairs, at: number, weight = 1): void {
    const { size: d, active, dense } = this.features.state;
    this.features.action.encode(actions, at, this.chi);
    if (this.features instanceof CombinedFeatures) {
      this.features.combine(states, at, this.chi, this.phi);
      this.phi.forEach((phi, i) => {
        this.set(i, this.kind === 'replacing' ? phi : this.z[i] + weight * phi);
      });
      return;
    }
    for (let k = 0; k < this.chi.length; k++) {
      const chi = this.chi[k];
      if (chi === 0 && this.kind === 'accumulating') continue;
      for (let n = 0; n < active; n++) {
        const i = k * d + (dense ? n : states.indices[at * active + n]);
        const phi = chi * states.values[at * active + n];
        if (this.kind === 'replacing') this.set(i, phi);
        else this.set(i, this.z[i] + weight * phi);
      }
    }
  }

  /** θ ← θ + step·z, each feature by its own relative step. */
  apply(theta: Float64Array, step: number): void {
    const { size: d, stepScale } = this.features.state;
    for (let n = 0; n < this.length; n++) {
      const i = this.list[n];
      theta[i] = theta[i] + step * this.z[i] * (stepScale === null ? 1 : stepScale[i % d]);
    }
  }

  /** ⟨z, φ(s,a)⟩, each feature weighted by its relative step. */
  dot(pairs: EncodedPairs, at: number): number {
    let sum = 0;
    this.eachFeature(pairs, at, (i, phi, scale) => {
      sum += this.z[i] * phi * scale;
    });
    return sum;
  }

  /** θ ← θ + step·φ(s,a), each feature by its own relative step. */
  applyFeatures(theta: Float64Array, pairs: EncodedPairs, at: number, step: number): void {
    this.eachFeature(pairs, at, (i, phi, scale) => {
      theta[i] = theta[i] + step * phi * scale;
    });
  }

  /** Calls `use` with the place, the value and the relative step of each entry of φ(s,a) that can be non-zero. */
  private eachFeature(
    { states, actions }: EncodedPairs,
    at: number,
    use: (i: number, phi: number, scale: number) => void,
  ): void {
    const { size: d, active, dense, stepScale } = this.features.state;
    const from = at * active;
    this.features.action.encode(actions, at, this.chi);
    for (let k = 0; k < this.chi.length; k++) {
      const chi = this.chi[k];
      if (chi === 0) continue;
      for (let n = 0; n < active; n++) {
        const place = dense ? n : states.indices[from + n];
        use(k * d + place, chi * states.values[from + n], stepScale === null ? 1 : stepScale[place]);
      }
    }
  }

  /** The trace as a vector, shape [N]. */
  toVector(): Float64Array {
    return this.z.slice();
  }

  /** Values and places in the order of the list: rounding in `apply` does not depend on it, but `restore` keeps it all the same. */
  snapshot(): { list: Int32Array; values: Float64Array } {
    const list = this.list.slice(0, this.length);
    return { list, values: Float64Array.from(list, (i) => this.z[i]) };
  }

  restore({ list, values }: { list: Int32Array; values: Float64Array }): void {
    this.clear();
    list.forEach((i, n) => {
      this.set(i, values[n]);
    });
  }

  private set(i: number, value: number): void {
    this.z[i] = value;
    if (this.listed[i] === 0) {
      this.listed[i] = 1;
      this.list[this.length++] = i;
    }
  }
}
