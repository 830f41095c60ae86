import type { ActionFeatures } from './actionFeatures.js';
import { LinearFeatures, type Rows } from './linear.js';
import type { StateFeatures } from './stateFeatures.js';

/**
 * φ(s,a) = M (χ(a) ⊗ ψ(s)): N linear combinations of the products, where features are not products themselves, such as those of a linear
 * process. Only critics that take steps along φ learn with them.
 */
export class CombinedFeatures extends LinearFeatures {
  override readonly size: number;
  /** M, shape [N, K·d], row by row. */
  readonly combinations: Float64Array;

  /** @throws RangeError where M has no rows, or rows that are not as long as the products are many */
  constructor(state: StateFeatures, action: ActionFeatures, combinations: readonly ArrayLike<number>[]) {
    super(state, action);
    const products = state.size * action.size;
    const wrong = combinations.findIndex((row) => row.length !== products);
    if (combinations.length === 0 || wrong >= 0) {
      const found = wrong < 0 ? 'no rows' : `${combinations[wrong].length} entries in row ${wrong}`;
      throw new RangeError(
        `combinations has ${found}; expected rows of ${products} entries, one for each product of the ${action.size} features of an action ` +
          `and the ${state.size} of a state`,
      );
    }
    this.size = combinations.length;
    this.combinations = new Float64Array(this.size * products);
    combinations.forEach((row, i) => {
      this.combinations.set(Array.from(row), i * products);
    });
  }

  override coefficients(vector: Float64Array, { values, indices }: Rows, row: number, out: Float64Array): void {
    const { size: d, active, dense } = this.state;
    const K = this.action.size;
    const at = row * active;
    out.fill(0);
    for (let i = 0, base = 0; i < this.size; i++) {
      for (let k = 0; k < K; k++, base += d) {
        let sum = 0;
        for (let n = 0; n < active; n++)
          sum += this.combinations[base + (dense ? n : indices[at + n])] * values[at + n];
        out[k] = out[k] + vector[i] * sum;
      }
    }
  }

  /** φ of a state, encoded in `row`, and of an action by its χ. @param out shape [N] */
  combine({ values, indices }: Rows, row: number, chi: Float64Array, out: Float64Array): void {
    const { size: d, active, dense } = this.state;
    const at = row * active;
    for (let i = 0, base = 0; i < this.size; i++) {
      let sum = 0;
      for (let k = 0; k < chi.length; k++, base += d) {
        if (chi[k] === 0) continue;
        for (let n = 0; n < active; n++) {
          sum += chi[k] * this.combinations[base + (dense ? n : indices[at + n])] * values[at + n];
        }
      }
      out[i] = sum;
    }
  }

  /** Zero alone: other constants need not be combinations. @throws RangeError */
  override constantVector(value: number): Float64Array {
    if (value === 0) return new Float64Array(this.size);
    throw new RangeError(
      `critic.initialValue is ${value}; expected 0 with combinations, which need not contain the constants`,
    );
  }
}
