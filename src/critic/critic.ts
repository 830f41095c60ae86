import type { LinearFeatures } from '../features/index.js';
import type { ActionDensity, ActionFamily } from '../policy/family.js';
import type { Batch } from '../sampling/batch.js';
import type { CriticState } from './criticState.js';
import { stateValue } from './stateValue.js';

/** What a critic step needs to know of the policy: its vector w, the temperature and the discount. */
export interface CriticContext {
  /** The policy's vector, shape [N]. */
  w: Float64Array;
  tau: number;
  gamma: number;
}

/** What a critic is made for; each method takes what it needs of it, and options of its own. */
export interface CriticProblem {
  readonly features: LinearFeatures;
  readonly family: ActionFamily;
  /** E, the environments of a batch. */
  readonly numEnvs: number;
  /** Of what a critic draws. */
  readonly seed: number;
}

/** What every method is given. */
export interface CriticOptions {
  /** λ of the traces or returns, 0…1. */
  lambda: number;
  /** Q(s,a;θ₀) for all (s,a). Low costs to begin with (optimism) make the policy explore. */
  initialValue: number;
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
  /** Everything `restore` needs to go on to the bit. Its arrays are the critic's own. */
  snapshot(): CriticState;
  /** @throws TypeError where `state` is not what `snapshot` of such a critic gives */
  restore(state: unknown): void;
}

/** Values of states under the Gibbs policy of w: V̄(s;θ) = ∫ (Q(s,a;θ) + τ log dπ/dμ(s,a)) π(da|s). */
export class StateValues {
  /** Coefficients of Q(s,·;θ) = ⟨q, χ(·)⟩ in the state evaluated last; shape [K]. */
  readonly q: Float64Array;
  /** The policy in the state evaluated last. */
  readonly policy: ActionDensity;
  private readonly energy: Float64Array;
  private readonly features: LinearFeatures;

  constructor(features: LinearFeatures, family: ActionFamily) {
    this.features = features;
    this.q = new Float64Array(features.action.size);
    this.energy = new Float64Array(features.action.size);
    this.policy = family.density();
  }

  /** V̄ = ⟨q, ∫ χ dπ⟩ + τ KL(π|μ) of one encoded state; leaves Q and π of it in `q` and `policy`. */
  at(batch: Pick<Batch, 'states'>, row: number, theta: Float64Array, w: Float64Array, tau: number): number {
    const { features, q, energy, policy } = this;
    features.coefficients(theta, batch.states, row, q);
    features.coefficients(w, batch.states, row, energy);
    policy.set(energy);
    return stateValue(q, policy, tau);
  }
}
