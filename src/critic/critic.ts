import type { LinearFeatures } from '../features/index.js';
import type { Measure } from '../measure/measure.js';
import { type Gibbs, gibbs, gibbsBuffers } from '../policy/gibbs.js';
import type { Batch } from '../sampling/batch.js';

/** What a critic step needs to know of the policy: its vector w, the temperature and the discount. */
export interface CriticContext {
  /** The policy's vector, shape [N]. */
  w: Float64Array;
  tau: number;
  gamma: number;
}

/** A critic holds θ of Q(s,a;θ) = ⟨θ, φ(s,a)⟩ and moves it towards the fixed point of the Bellman operator T_τ^π. */
export interface Critic {
  readonly theta: Float64Array;
  /** Step t of the batch under way is complete (its next states are encoded). An online critic learns here. */
  observe(batch: Batch, t: number, context: CriticContext, stepSize: number): void;
  /** The batch is full. A batch critic learns here, in `passes` passes. */
  learn(batch: Batch, context: CriticContext, passes: number): void;
  /** Root mean square of the temporal differences since it was last asked. */
  takeError(): number;
  /** Everything `restore` needs to go on to the bit. */
  snapshot(): Record<string, unknown>;
  restore(state: Record<string, unknown>): void;
}

/** Values of states under the Gibbs policy of w: V̄(s;θ) = ∫ (Q(s,a;θ) + τ log dπ/dμ(s,a)) π(da|s). */
export class StateValues {
  /** Q(s,a_j;θ) of the state evaluated last; shape [m]. */
  readonly q: Float64Array;
  /** The policy at the state evaluated last. */
  readonly policy: Gibbs;
  private readonly energy: Float64Array;
  private readonly features: LinearFeatures;
  private readonly measure: Measure;

  constructor(features: LinearFeatures, measure: Measure) {
    this.features = features;
    this.measure = measure;
    this.q = new Float64Array(measure.nodes);
    this.energy = new Float64Array(measure.nodes);
    this.policy = gibbsBuffers(measure.nodes);
  }

  /** V̄ of one encoded state; leaves Q and π of it in `q` and `policy`. The integral over a is exact for the rule of μ. */
  at(batch: Batch, row: number, theta: Float64Array, w: Float64Array, tau: number): number {
    this.features.evaluate(theta, batch.states, row, this.q);
    this.features.evaluate(w, batch.states, row, this.energy);
    gibbs(this.energy, this.measure, this.policy);
    let value = tau * this.policy.kl;
    const { probabilities } = this.policy;
    for (let j = 0; j < probabilities.length; j++) value += probabilities[j]! * this.q[j]!;
    return value;
  }
}
