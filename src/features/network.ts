import { createRng } from '../spaces/index.js';
import { NetworkLayer } from './networkLayer.js';
import { lengthScaler, type Scaler } from './scaler.js';
import { type Bounds, checkBounds, type StateFeatures } from './stateFeatures.js';

export interface NetworkOptions extends Bounds {
  /** Units of each hidden layer; the last has as many as there are features, but for the constant. */
  hidden: readonly number[];
  /** Seed of the first weights. */
  seed: number;
}

/** Observations count up to this many half-widths of their bounds from the middle. */
const REACH = 3;
/** Added to the variance that the last layer is divided by. */
const EPSILON = 1e-5;

/**
 * A feature map that is learned: ψ(s) = (1, z/σ(z)) / √d, where z is the last layer of a network of fully connected layers (rectified, but
 * for the last) less its mean, and σ(z)² its variance (Ba, Kiros & Hinton, "Layer normalization", 2016). Since |z/σ(z)|² ≤ d − 1, ‖ψ‖ ≤ 1 whatever
 * the weights are: A1 holds all the way. The weights move by `backward` and what its caller makes of the gradient.
 */
export class NetworkFeatures implements StateFeatures {
  readonly size: number;
  readonly active: number;
  readonly dense = true;
  readonly inputs: number;
  readonly constant: Float64Array;
  readonly stepScale = null;
  readonly layers: readonly NetworkLayer[];
  readonly parameters: readonly Float64Array[];
  private readonly scaleInputs: Scaler;
  private scaled = new Float64Array(0);
  private deviations = new Float64Array(0);

  constructor({ low, high, hidden, seed }: NetworkOptions) {
    this.inputs = checkBounds({ low, high });
    this.scaleInputs = lengthScaler({ low, high }, 2, REACH - 1);
    const rng = createRng(seed);
    this.layers = hidden.map((units, l) => {
      const inputs = l === 0 ? this.inputs : hidden[l - 1];
      return new NetworkLayer(inputs, units, l < hidden.length - 1, rng);
    });
    this.parameters = this.layers.map(({ parameters }) => parameters);
    this.size = hidden.at(-1)! + 1;
    this.active = this.size;
    this.constant = new Float64Array(this.size);
    this.constant[0] = Math.sqrt(this.size);
  }

  encode(observation: ArrayLike<number>, offset: number, values: Float64Array, _indices: Int32Array, at: number): void {
    this.forward(observation, offset, 1, values, at);
  }

  /**
   * ψ of n observations, one after the other; keeps what `backward` needs.
   * @param values receives ψ, shape [n, d], from `at` on
   */
  forward(observations: ArrayLike<number>, offset: number, n: number, values: Float64Array, at: number): void {
    const { inputs, layers, size } = this;
    if (this.scaled.length < n * inputs) this.scaled = new Float64Array(n * inputs);
    if (this.deviations.length < n) this.deviations = new Float64Array(n);
    const { scaled, deviations } = this;
    for (let to = 0; to < n * inputs; to += inputs) this.scaleInputs(observations, offset + to, scaled, to);
    for (let i = 0; i < n * inputs; i++) scaled[i] -= 1;
    let outputs: Float64Array = scaled;
    for (const layer of layers) outputs = layer.forward(outputs, n);
    const scale = 1 / Math.sqrt(size);
    const units = size - 1;
    for (let r = 0; r < n; r++) {
      const from = r * units;
      let mean = 0;
      for (let i = 0; i < units; i++) mean += outputs[from + i];
      mean /= units;
      let variance = 0;
      for (let i = 0; i < units; i++) variance += (outputs[from + i] - mean) ** 2;
      const deviation = Math.sqrt(variance / units + EPSILON);
      deviations[r] = deviation;
      const to = at + r * size;
      const factor = scale / deviation;
      values[to] = scale;
      for (let i = 0; i < units; i++) values[to + 1 + i] = factor * (outputs[from + i] - mean);
    }
  }

  /**
   * Gradients of a loss by the weights, left in the layers, for the n observations of the last `forward`.
   * @param values ψ as `forward` gave it, shape [n, d], from 0 on
   * @param gradient of the loss by ψ, shape [n, d]; overwritten
   */
  backward(values: Float64Array, gradient: Float64Array, n: number): void {
    const { layers, size, deviations } = this;
    const units = size - 1;
    const root = Math.sqrt(size);
    const last = layers.at(-1)!.gradient(n);
    for (let r = 0; r < n; r++) {
      const from = r * size + 1;
      let mean = 0;
      let along = 0;
      for (let i = 0; i < units; i++) {
        mean += gradient[from + i];
        along += gradient[from + i] * values[from + i] * root;
      }
      mean /= units;
      along /= units;
      for (let i = 0; i < units; i++) {
        last[r * units + i] = (gradient[from + i] - mean - values[from + i] * root * along) / (deviations[r] * root);
      }
    }
    for (let l = layers.length - 1; l >= 0; l--) {
      layers[l].backward(l === 0 ? this.scaled : layers[l - 1].outputs, n, l === 0 ? null : layers[l - 1]);
    }
  }
}
