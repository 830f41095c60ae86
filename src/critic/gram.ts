import type { LinearFeatures } from '../features/index.js';
import { cholesky, choleskySolve } from '../numeric/cholesky.js';
import type { Batch } from '../sampling/batch.js';

/**
 * The Gram matrix Σ φφᵀ of a changing set of transitions, kept by adding and removing batches. Discrete actions make it
 * block diagonal, one block an action; one-hot states make it diagonal. Only what can be non-zero is stored.
 */
export class Gram {
  /** Shape [blocks, n, n] (lower triangles), or [N] where it is diagonal. */
  readonly matrix: Float64Array;
  private readonly factor: Float64Array;
  private readonly phi: Float64Array;
  /** φ of up to four transitions of each block that wait to be added; shape [blocks, 4, n]. */
  private readonly waiting: Float64Array;
  /** How many wait in each block. */
  private readonly count: Uint8Array;
  private readonly chi: Float64Array;
  /** Up to four terms for each χ_k that wait to be summed: where ψ begins and its factor; shape [K, 4]. */
  private readonly starts: Int32Array;
  private readonly factors: Float64Array;
  private readonly blocks: number;
  private readonly n: number;
  private readonly diagonal: boolean;
  private readonly features: LinearFeatures;
  private shift = 0;

  constructor(features: LinearFeatures) {
    this.features = features;
    const { state, action, size } = features;
    const split = action.indicator;
    this.blocks = split ? action.size : 1;
    this.n = split ? state.size : size;
    this.diagonal = split && state.active === 1;
    this.matrix = new Float64Array(this.diagonal ? size : this.blocks * this.n * this.n);
    this.factor = new Float64Array(this.diagonal ? 0 : this.matrix.length);
    this.chi = new Float64Array(action.size);
    this.starts = new Int32Array(4 * action.size);
    this.factors = new Float64Array(4 * action.size);
    this.phi = new Float64Array(this.n);
    this.waiting = new Float64Array(this.diagonal ? 0 : this.blocks * 4 * this.n);
    this.count = new Uint8Array(this.blocks);
  }

  /** Adds (sign 1) or removes (sign −1) every transition of a batch. */
  update(batch: Batch, sign: 1 | -1): void {
    const { matrix, n } = this;
    const { active, dense } = this.features.state;
    const { values, indices } = batch.states;
    const split = this.features.action.indicator;
    for (let at = 0; at < batch.valid.length; at++) {
      if (!batch.valid[at]) continue;
      const block = split ? batch.actions[at] : 0;
      const from = at * active;
      if (this.diagonal) {
        const i = block * n + indices[from];
        matrix[i] = matrix[i] + sign * values[from] * values[from];
      } else if (split && !dense) {
        const base = block * n * n;
        for (let p = from; p < from + active; p++) {
          for (let q = from; q < from + active; q++) {
            if (indices[q] > indices[p]) continue;
            const i = base + indices[p] * n + indices[q];
            matrix[i] = matrix[i] + sign * values[p] * values[q];
          }
        }
      } else {
        const phi = split ? values.subarray(from, from + n) : this.product(batch, at);
        this.waiting.set(phi, (block * 4 + this.count[block]) * n);
        this.count[block] = this.count[block] + 1;
        if (this.count[block] === 4) this.flush(block, sign);
      }
    }
    for (let block = 0; block < this.blocks; block++) if (this.count[block] !== 0) this.flush(block, sign);
  }

  /** Adds sign·Σ φφᵀ of the waiting transitions, all at once: the matrix is read and written once for four. */
  private flush(block: number, sign: 1 | -1): void {
    const { matrix, waiting, n } = this;
    const p0 = block * 4 * n;
    const [p1, p2, p3] = [p0 + n, p0 + 2 * n, p0 + 3 * n];
    waiting.fill(0, p0 + this.count[block] * n, p0 + 4 * n);
    this.count[block] = 0;
    for (let i = 0; i < n; i++) {
      const x0 = sign * waiting[p0 + i];
      const x1 = sign * waiting[p1 + i];
      const x2 = sign * waiting[p2 + i];
      const x3 = sign * waiting[p3 + i];
      if (x0 === 0 && x1 === 0 && x2 === 0 && x3 === 0) continue;
      const row = (block * n + i) * n;
      for (let j = 0; j <= i; j++) {
        matrix[row + j] =
          matrix[row + j] + (x0 * waiting[p0 + j] + x1 * waiting[p1 + j] + x2 * waiting[p2 + j] + x3 * waiting[p3 + j]);
      }
    }
  }

  /** Multiplies the matrix: what was added so far counts `factor` times. */
  scale(factor: number): void {
    const { matrix } = this;
    for (let i = 0; i < matrix.length; i++) matrix[i] = factor * matrix[i];
  }

  /** Prepares `solve` for the matrix with `ridge` added to its diagonal. */
  factorise(ridge: number): void {
    this.shift = ridge;
    if (this.diagonal) return;
    const size = this.n * this.n;
    for (let b = 0; b < this.blocks; b++) {
      const block = this.matrix.subarray(b * size, (b + 1) * size);
      cholesky(block, this.n, ridge, this.factor.subarray(b * size, (b + 1) * size));
    }
  }

  /** Solves (Σ φφᵀ + ridge·I) x = b in place; b has shape [N]. */
  solve(b: Float64Array): void {
    if (this.diagonal) {
      for (let i = 0; i < b.length; i++) b[i] = b[i] / (this.matrix[i] + this.shift);
      return;
    }
    const size = this.n * this.n;
    for (let k = 0; k < this.blocks; k++) {
      choleskySolve(this.factor.subarray(k * size, (k + 1) * size), this.n, b, k * this.n);
    }
  }

  /** b ← b + Σ weight·φ(s,a) over the transitions of a batch that are valid; weights have shape [T·E]. */
  accumulateAll(batch: Batch, weights: Float64Array, b: Float64Array): void {
    const { action, state } = this.features;
    const { chi, starts, factors } = this;
    const counts = new Uint8Array(action.size);
    for (let at = 0; at < weights.length; at++) {
      if (!batch.valid[at]) continue;
      if (!state.dense) {
        this.accumulate(batch, at, weights[at], b);
        continue;
      }
      action.encode(batch.actions, at, chi);
      for (let k = 0; k < chi.length; k++) {
        if (chi[k] === 0) continue;
        const slot = 4 * k + counts[k];
        starts[slot] = at * state.active;
        factors[slot] = weights[at] * chi[k];
        counts[k] = (counts[k] + 1) % 4;
        if (counts[k] === 0) this.sum(k, 4, batch.states.values, b);
      }
    }
    for (let k = 0; k < chi.length; k++) if (counts[k] !== 0) this.sum(k, counts[k], batch.states.values, b);
  }

  /** b_k ← b_k + Σ factor·ψ of the waiting terms: b is read and written once for four. */
  private sum(k: number, count: number, values: Float64Array, b: Float64Array): void {
    const { starts, factors } = this;
    const d = this.features.state.size;
    const base = k * d;
    const at = 4 * k;
    // Nor what is read for them: the offsets of a larger batch before may be beyond this one.
    factors.fill(0, at + count, at + 4);
    starts.fill(0, at + count, at + 4);
    const [x0, x1, x2, x3] = [factors[at], factors[at + 1], factors[at + 2], factors[at + 3]];
    const [s0, s1, s2, s3] = [starts[at], starts[at + 1], starts[at + 2], starts[at + 3]];
    for (let i = 0; i < d; i++) {
      b[base + i] =
        b[base + i] + (x0 * values[s0 + i] + x1 * values[s1 + i] + x2 * values[s2 + i] + x3 * values[s3 + i]);
    }
  }

  /** b ← b + weight·φ(s,a) of transition `at`. */
  private accumulate(batch: Batch, at: number, weight: number, b: Float64Array): void {
    const { state, action } = this.features;
    const { size: d, active, dense } = state;
    const { values, indices } = batch.states;
    const from = at * active;
    action.encode(batch.actions, at, this.chi);
    for (let k = 0; k < action.size; k++) {
      if (this.chi[k] === 0) continue;
      const x = weight * this.chi[k];
      const base = k * d;
      if (dense) {
        for (let i = 0; i < d; i++) b[base + i] = b[base + i] + x * values[from + i];
      } else {
        for (let p = from; p < from + active; p++) {
          const i = base + indices[p];
          b[i] = b[i] + x * values[p];
        }
      }
    }
  }

  private product(batch: Batch, at: number): Float64Array {
    this.phi.fill(0);
    this.accumulate(batch, at, 1, this.phi);
    return this.phi;
  }
}
