import { biconjugateGradient } from '../../numeric/biconjugateGradient.js';
import { ShiftedSystem } from '../../numeric/shiftedSystem.js';
import { solveSquare } from '../../numeric/solveSquare.js';
import { criticMatrix, criticProduct } from './criticSystem.js';
import type { FinitePolicy } from './finitePolicy.js';
import type { FiniteSetting } from './setting.js';

/** Below so many features A is made anew for every solve: it costs no more than the products would. */
const FEW = 16;
/** A solve that took more products with A than this asks for a factorisation at the next one's policy. */
const PRODUCTS = 12;

/** ε + A: the policy, its d_β^π of shape [S·m], and ε. */
interface Shifted {
  readonly policy: FinitePolicy;
  readonly visits: Float64Array;
  readonly epsilon: number;
}

/**
 * Solves (ε + A) x = b for policies that follow one another along a path, with dense features. A costs |P|N to make, a product with it |P|, and it
 * changes little from one substep of the integrator to the next: so one A, factorised, preconditions the solves that follow, which
 * take a few products each. What they return is exact to rounding, whatever it is preconditioned by.
 */
export class DenseCritic {
  private factored: ShiftedSystem | null = null;

  /** @param b shape [N]; @returns x, shape [N]; of least norm where the matrix is singular */
  solve(setting: FiniteSetting, at: Shifted, b: Float64Array): Float64Array {
    if (b.length < FEW) return solveDirectly(setting, at, b);
    if (this.factored === null) {
      this.factored = new ShiftedSystem(criticMatrix(setting, at.policy, at.visits), b.length);
      return this.iterate(setting, at, b) ?? solveDirectly(setting, at, b);
    }
    return this.iterate(setting, at, b) ?? this.solve(setting, at, b);
  }

  /** @returns null, and forgets the factorisation, where the iteration breaks down */
  private iterate(setting: FiniteSetting, { policy, visits, epsilon }: Shifted, b: Float64Array) {
    const factored = this.factored!;
    const product = criticProduct(setting, policy, visits);
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
  { policy, visits, epsilon }: Shifted,
  b: Float64Array,
): Float64Array {
  const A = criticMatrix(setting, policy, visits);
  for (let i = 0; i < b.length; i++) A[i * b.length + i] = A[i * b.length + i] + epsilon;
  return solveSquare(A, b);
}
