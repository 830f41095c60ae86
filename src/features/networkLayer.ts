import { multiplyTransposed, transpose } from '../numeric/matrix.js';
import type { Rng } from '../spaces/index.js';

/** A fully connected layer: x ↦ max(0, Wx + b), or Wx + b. */
export class NetworkLayer {
  /** W, shape [units, inputs], row by row, and then b, shape [units]. */
  readonly parameters: Float64Array;
  /** Gradient of the loss by the parameters, in their order. */
  readonly parameterGradient: Float64Array;
  /** Of the last `forward`; shape [n, units]. */
  outputs: Float64Array = new Float64Array(0);
  private readonly inputs: number;
  private readonly units: number;
  private readonly rectified: boolean;
  private readonly weights: Float64Array;
  private readonly bias: Float64Array;
  private readonly turnedWeights: Float64Array;
  private outputGradient = new Float64Array(0);
  private turned = { inputs: new Float64Array(0), gradient: new Float64Array(0) };

  /** Weights normal of variance 2/inputs (He et al., "Delving deep into rectifiers", 2015), biases 0. */
  constructor(inputs: number, units: number, rectified: boolean, rng: Rng) {
    this.inputs = inputs;
    this.units = units;
    this.rectified = rectified;
    this.parameters = new Float64Array(units * (inputs + 1));
    this.parameterGradient = new Float64Array(this.parameters.length);
    this.weights = this.parameters.subarray(0, units * inputs);
    this.bias = this.parameters.subarray(units * inputs);
    this.turnedWeights = new Float64Array(units * inputs);
    const deviation = Math.sqrt(2 / inputs);
    for (let i = 0; i < this.weights.length; i++) this.weights[i] = deviation * rng.normal();
  }

  /** @param x shape [n, inputs] */
  forward(x: Float64Array, n: number): Float64Array {
    const { units, inputs, weights, bias } = this;
    if (this.outputs.length < n * units) this.outputs = new Float64Array(n * units);
    const { outputs } = this;
    multiplyTransposed(x, weights, bias, outputs, n, units, inputs);
    if (this.rectified) for (let i = 0; i < n * units; i++) if (outputs[i] < 0) outputs[i] = 0;
    return outputs;
  }

  /** Where the gradient of the loss by the outputs goes before `backward`; shape [n, units]. */
  gradient(n: number): Float64Array {
    if (this.outputGradient.length < n * this.units) this.outputGradient = new Float64Array(n * this.units);
    return this.outputGradient;
  }

  /**
   * From the gradient by the outputs to that by the parameters, and by the inputs.
   * @param x the inputs of the last `forward`, shape [n, inputs]
   * @param below the layer that made them, which receives their gradient; null: none
   */
  backward(x: Float64Array, n: number, below: NetworkLayer | null): void {
    const { units, inputs, weights, outputs, parameterGradient, turnedWeights } = this;
    const gradient = this.gradient(n);
    if (this.rectified) for (let i = 0; i < n * units; i++) if (outputs[i] <= 0) gradient[i] = 0;
    if (this.turned.gradient.length !== n * units) {
      this.turned = { inputs: new Float64Array(n * inputs), gradient: new Float64Array(n * units) };
    }
    transpose(gradient, this.turned.gradient, n, units);
    transpose(x, this.turned.inputs, n, inputs);
    multiplyTransposed(this.turned.gradient, this.turned.inputs, null, parameterGradient, units, inputs, n);
    for (let c = 0; c < units; c++) {
      let sum = 0;
      for (let r = 0; r < n; r++) sum += this.turned.gradient[c * n + r];
      parameterGradient[units * inputs + c] = sum;
    }
    if (below === null) return;
    transpose(weights, turnedWeights, units, inputs);
    multiplyTransposed(gradient, turnedWeights, null, below.gradient(n), n, inputs, units);
  }
}
