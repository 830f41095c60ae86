const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1) with its usual constants. */
export class Adam {
  private readonly parameters: Float64Array;
  private readonly stepSize: number;
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private steps = 0;

  /** @param parameters changed in place by `step` */
  constructor(parameters: Float64Array, stepSize: number) {
    this.parameters = parameters;
    this.stepSize = stepSize;
    this.first = new Float64Array(parameters.length);
    this.second = new Float64Array(parameters.length);
  }

  /** @param gradient shape of the parameters */
  step(gradient: Float64Array): void {
    const { parameters, first, second } = this;
    this.steps++;
    const rate = this.stepSize / (1 - BETA1 ** this.steps);
    const perSecond = 1 / (1 - BETA2 ** this.steps);
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i];
      const m = BETA1 * first[i] + (1 - BETA1) * g;
      const v = BETA2 * second[i] + (1 - BETA2) * g * g;
      first[i] = m;
      second[i] = v;
      parameters[i] = parameters[i] - (rate * m) / (Math.sqrt(v * perSecond) + EPSILON);
    }
  }

  snapshot() {
    const { first, second, steps, parameters } = this;
    return { first, second, steps, parameters };
  }

  restore({ first, second, steps, parameters }: ReturnType<Adam['snapshot']>): void {
    this.first.set(first);
    this.second.set(second);
    this.steps = steps;
    this.parameters.set(parameters);
  }
}
