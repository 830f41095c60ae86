import type { ActionDensity } from '../policy/family.js';
import { type Rng, type Space, SpaceValueError } from '../spaces/index.js';
import type { ActorCritic } from './actorCritic.js';

/** An action that is not in the action space, or of which the policy cannot tell the density. */
export class ActionError extends Error {
  override name = 'ActionError';
}

/**
 * π(·|s) of one state, as it was when it was asked for: it stays the same while the agent learns on. The words are those of the usual
 * libraries of distributions.
 * @typeParam A values of the action space
 */
export class Distribution<A = unknown> {
  /** The natural parameter u: dπ/dμ(a) = e^{−⟨u,χ(a)⟩ − log Z}; shape [K]. */
  readonly natural: Float64Array;
  private readonly model: ActorCritic['model'];
  private readonly space: Space<A>;
  private readonly density: ActionDensity;
  private readonly code: Float64Array;
  private readonly rng: Rng;

  /** @internal `Agent.distribution` makes them. */
  constructor(model: ActorCritic['model'], space: Space<A>, natural: Float64Array, rng: Rng) {
    this.model = model;
    this.space = space;
    this.natural = natural.slice();
    this.rng = rng;
    this.density = model.family.density();
    this.density.set(this.natural);
    this.code = new Float64Array(model.family.features.width);
  }

  /** π({a}|s) of each action of a Discrete, or of each combination of a MultiDiscrete or MultiBinary, last entry fastest; null on a Box. */
  get probabilities(): Float64Array | null {
    return this.model.family.features.indicator ? this.density.mean.slice() : null;
  }

  /** A draw. @param rng of the draw. Default: the agent's */
  sample(rng: Rng = this.rng): A {
    this.density.draw(rng, this.code, 0);
    return this.action();
  }

  /** The likeliest action; on a Box that of the greatest density with respect to length (area, …). */
  mode(): A {
    this.density.mode(this.code, 0);
    return this.action();
  }

  /** log π({a}|s), in nats; on a Box the log density with respect to length (area, …). @throws ActionError where the action is not in its space */
  logProb(action: A): number {
    return this.logDensity(action) + this.model.family.logReference(this.code, 0);
  }

  /** log dπ/dμ(a), in nats: relative to the reference measure μ. @throws ActionError where the action is not in its space */
  logDensity(action: A): number {
    readAction(this.model, this.space, action, this.code, 'the action');
    return Math.log(this.density.at(this.code, 0));
  }

  /** Entropy in nats: −Σ π log π; on a Box relative to μ, −KL(π|μ). */
  entropy(): number {
    return this.model.family.referenceEntropy - this.density.kl;
  }

  /** KL(π|other), in nats. @param other of the same agent. Default: the reference measure μ */
  kl(other?: Distribution<A>): number {
    const { density, natural } = this;
    if (other === undefined) return density.kl;
    if (other.natural.length !== natural.length) {
      throw new RangeError('kl: the other distribution is one of another action space; expected one of the same agent');
    }
    // ∫ log dπ/dπ' dπ = ⟨u' − u, ∫ χ dπ⟩ + log Z' − log Z.
    const sum = natural.reduce((sum, u, k) => sum + (other.natural[k] - u) * density.mean[k], 0);
    return Math.max(0, sum + other.density.logZ - density.logZ);
  }

  private action(): A {
    const { actions } = this.model;
    const buffer = actions.buffer(1);
    actions.write(this.code, 0, buffer, 0);
    return this.space.batchItem(this.space.coerceBatch(buffer, 1), 0);
  }
}

/**
 * Writes the code of an action of the space into the first row of `code`.
 * @throws ActionError where it is not in the space, or where its code cannot be told
 */
export function readAction(
  { actions, family }: ActorCritic['model'],
  space: Space,
  action: unknown,
  code: Float64Array,
  where: string,
): void {
  try {
    const value = space.coerce(action) as number | { data: ArrayLike<number> };
    actions.read(typeof value === 'number' ? [value] : value.data, 0, code, 0);
    family.complete(code, 0);
  } catch (error) {
    if (error instanceof SpaceValueError) {
      throw new ActionError(`${where}: ${error.message}; expected a value of the action space ${space}`);
    }
    if (error instanceof RangeError) throw new ActionError(`${where}: ${error.message}`);
    throw error;
  }
}
