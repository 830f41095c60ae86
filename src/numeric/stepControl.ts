/** How the steps of a method are chosen. */
export interface StepRule {
  /** The estimated error of a step falls like h^order. */
  readonly order: number;
  /** By how much a step stays below the one that would just be accepted. */
  readonly safety: number;
  /** The most that a step grows by. */
  readonly growth: number;
  /** Name of the method, and what its step falling to rounding means: for the error's message. */
  readonly method: string;
  readonly meaning: string;
}

/** The most that a step falls by, and what it falls by where the error is no number. */
const FALL = 0.2;
const FALL_UNKNOWN = 0.1;
/** Steps below this, relative to the time, are rounding. */
const ROUNDING = 1e-14;

/**
 * The elementary control of steps (Hairer, Nørsett & Wanner, "Solving ordinary differential equations I", 2nd ed., II.4): after a step of length h with
 * error e in units of the tolerance, the next one has length h·safety·e^{−1/order}; the step is accepted for e ≤ 1 and made again otherwise.
 */
export class StepControl {
  /** Length of the step that comes next, if nothing cuts it short. */
  step: number;
  private readonly rule: StepRule;

  constructor(rule: StepRule, firstStep: number) {
    this.rule = rule;
    this.step = firstStep;
  }

  /**
   * Judges a step and chooses the next one.
   * @param t where the step began
   * @param taken its length, `step` or less
   * @param error its estimated error, in units of the tolerance
   * @returns whether the step is accepted
   * @throws RangeError where the next step falls to rounding
   */
  judge(t: number, taken: number, error: number): boolean {
    const { order, safety, growth, method, meaning } = this.rule;
    const wanted = Math.min(growth, Math.max(FALL, safety * error ** (-1 / order)));
    const next = taken * (Number.isFinite(error) ? wanted : FALL_UNKNOWN);
    const accepted = error <= 1;
    // A step cut short, since an output time or the end comes first, must not make the following ones short.
    this.step = accepted && taken < this.step ? Math.max(next, this.step) : next;
    if (!(this.step > ROUNDING * Math.max(1, Math.abs(t)))) {
      throw new RangeError(`the ${method} integrator's step fell to ${this.step} at t = ${t}: ${meaning}`);
    }
    return accepted;
  }
}
