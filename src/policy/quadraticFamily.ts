import type { ActionFeatures } from '../features/index.js';
import { QuadraticDensity } from '../measure/quadraticDensity.js';
import { logDensityAt, type Reference, scale, unscale } from '../measure/reference.js';
import { type ActionDensity, type ActionFamily, densityOf } from './family.js';

/**
 * The densities of χ(a) = (1, y_1, …, y_d, y_1², …, y_d²)/√(1 + 2d), y_i the action's entries scaled to [−1,1]: a product of one truncated
 * Gaussian, exponential or convex density a dimension. log Z, mean parameter, KL, draws and mode are exact, at a cost that is linear in d.
 * A code is the action.
 * @param references μ, the product of one measure a dimension
 */
export function quadraticFamily(references: readonly Reference[]): ActionFamily {
  const d = references.length;
  const K = 1 + 2 * d;
  const unit = 1 / Math.sqrt(K);
  const logReference = references.map(({ linear, quadratic }) => {
    const own = new QuadraticDensity();
    own.set(linear, quadratic);
    return own.logMass;
  });

  const features: ActionFeatures = {
    size: K,
    width: d,
    indicator: false,
    constant: Float64Array.from({ length: K }, (_, k) => (k === 0 ? 1 / unit : 0)),
    encode(codes, row, out) {
      out[0] = unit;
      for (let i = 0; i < d; i++) {
        const y = scale(references[i], codes[row * d + i]);
        out[1 + i] = unit * y;
        out[1 + d + i] = unit * y * y;
      }
    },
  };

  function density(): ActionDensity {
    const parts = references.map(() => new QuadraticDensity());
    const mean = new Float64Array(K);
    const natural = new Float64Array(K);
    const chi = new Float64Array(K);
    const state = { logZ: 0, kl: 0 };
    const set = (u: Float64Array) => {
      natural.set(u);
      mean[0] = unit;
      let logZ = -unit * u[0];
      let kl = 0;
      for (let i = 0; i < d; i++) {
        const { linear, quadratic } = references[i];
        const part = parts[i];
        part.set(unit * u[1 + i] + linear, unit * u[1 + d + i] + quadratic);
        mean[1 + i] = unit * part.mean;
        mean[1 + d + i] = unit * part.square;
        logZ += part.logMass - logReference[i];
        kl += part.kl + linear * part.mean + quadratic * part.square + logReference[i];
      }
      state.logZ = logZ;
      state.kl = Math.max(0, kl);
    };
    set(natural);
    return densityOf(state, {
      mean,
      set,
      at(codes, row) {
        features.encode(codes, row, chi);
        let energy = 0;
        for (let k = 0; k < K; k++) energy += natural[k] * chi[k];
        return Math.exp(-energy - state.logZ);
      },
      draw(rng, codes, row) {
        for (let i = 0; i < d; i++) codes[row * d + i] = unscale(references[i], parts[i].quantile(rng.next()));
      },
      mode(codes, row) {
        for (let i = 0; i < d; i++) codes[row * d + i] = unscale(references[i], parts[i].mode());
      },
    });
  }

  return {
    features,
    highestKl: Number.POSITIVE_INFINITY,
    referenceEntropy: 0,
    density,
    drawReference(rng, codes, row) {
      for (let i = 0; i < d; i++) codes[row * d + i] = unscale(references[i], references[i].quantile(rng.next()));
    },
    logReference: (codes, row) =>
      references.reduce((sum, reference, i) => sum + logDensityAt(reference, codes[row * d + i]), 0),
    complete() {},
  };
}
