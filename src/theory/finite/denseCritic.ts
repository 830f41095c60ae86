import { biconjugateGradient } from '../../numeric/biconjugateGradient.js';
import { ShiftedSystem } from '../../numeric/shiftedSystem.js';
import { solveSquare } from '../../numeric/solveSquare.js';
import { criticProduct, criticSystem, criticTarget } from './criticSystem.js';
import type { CriticStep, FiniteSetting } from './setting.js';

/** Below so many features A is made anew for every solve: it costs no more than the products would. */
const FEW = 16;
/** A solve that took more products with A than this asks for a factorisation at the next one's policy. */
const PRODUCTS = 12;

/**
 * Solves (ε + A) x = εθ + b for policies that follow one another along a path, with dense features. A costs |P|N to make, a product with it |P|, and it
 * changes little from one substep of the integrator to the next: so one A, factorised, preconditions the solves that follow, which
 * take a few products each. What they return is exact to rounding, whatever it is preconditioned by.
 */
export class DenseCritic {
  private factored: ShiftedSystem | null = null;

  /** @param visits d_β^π of the step's policy, shape [S·m]; @returns x, shape [N]; of least norm where the matrix is singular */
  solve(setting: FiniteSetting, visits: Float64Array, step: CriticStep): Float64Array {
    if (setting.features.size < FEW) return solveDirectly(setting, visits, step);
    if (this.factored === null) {
      const { A } = criticSystem(setting, step.policy, visits);
      this.factored = new ShiftedSystem(A, setting.features.size);
      return this.iterate(setting, visits, step) ?? solveDirectly(setting, visits, step);
    }
    return this.iterate(setting, visits, step) ?? this.solve(setting, visits, step);
  }

  /** @returns null, and forgets the factorisation, where the iteration breaks down */
  private iterate(setting: FiniteSetting, visits: Float64Array, { policy, theta, epsilon }: CriticStep) {
    const factored = this.factored!;
    const product = criticProduct(setting, policy, visits);
    const b = criticTarget(setting, policy, visits);
    for (let i = 0; i < b.length; i++) b[i] = b[i] + epsilon * theta[i];
    const x = new Float64Array(b.length);
    let products = 0;
    // (ε + A) M⁻¹ y = b and x = M⁻¹ y, M = ε + the A that was factorised.
    const operator = (y: Float64Array, out: Float64Array) => {
      x.set(y);
      factored.solve(epsilon, x);
      product(x, out);
      for (let i = 0; i < out.length; i++) out[i] = out[i] + epsilon * x[i];
      products++;
    };
    const y = biconjugateGradient(operator, b);
    if (y === null || products > PRODUCTS) this.factored = null;
    if (y === null) return null;
    factored.solve(epsilon, y);
    return y;
  }
}

/** The same by elimination. */
export function solveDirectly(
  setting: FiniteSetting,
  visits: Float64Array,
  { policy, theta, epsilon }: CriticStep,
): Float64Array {
  const { A, b } = criticSystem(setting, policy, visits);
  for (let i = 0; i < theta.length; i++) {
    A[i * theta.length + i] += epsilon;
    b[i] += epsilon * theta[i];
  }
  return solveSquare(A, b);
}
