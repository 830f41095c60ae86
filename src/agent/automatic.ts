import type { AdaptiveStepOptions } from '../actor/adaptiveStep.js';
import { StateValues } from '../critic/critic.js';
import type { Model } from '../model/model.js';
import type { Batch } from '../sampling/batch.js';

/** `tau` "auto": the share of the range of values that the bias of the regularised optimum may be at most. */
const BIAS = 0.1;
/** `actor.mirrorStep` "auto": λτ is at most this, so a step moves w by a fifth of its way to θ/τ at most. */
const MOST_STEP = 0.25;
/** `actor.mirrorStep` "auto": mean KL(π'|π) that a step should move, as a share of the greatest KL(π|μ). */
const MOVED = 0.02;
/** The share that a new batch has in the range of values. */
const SHARE = 0.1;

/**
 * sup KL(π|μ) as the rules take it: log m for m discrete actions or cells. Where it is infinite (a Box without cells), that of a policy which keeps to
 * a tenth of every dimension. Where it is 0, since there is only one action, that of two: nothing depends on it then.
 */
function divergenceOf({ family }: Model): number {
  if (family.highestKl === 0) return Math.log(2);
  return Number.isFinite(family.highestKl) ? family.highestKl : family.features.width * Math.log(10);
}

/**
 * The τ of "auto". Since V* ≤ V_τ* ≤ V* + τ sup KL/(1−γ) (docs/method.md, "Temperature"), τ = 0.1 (1−γ) R / sup KL keeps the bias below a tenth
 * of R, the range of the values: the mean over batches of max V − min V, where 0, the value of an ended episode, and the costs
 * themselves count among the values.
 */
export class AutomaticTemperature {
  private range = 0;
  private greatestCost = 0;
  private readonly values: StateValues;
  private readonly scale: number;

  constructor(model: Model, gamma: number) {
    this.values = new StateValues(model.features, model.family);
    this.scale = (BIAS * (1 - gamma)) / divergenceOf(model);
  }

  /** τ_t; that of values of the size 1 before anything was seen. */
  get tau(): number {
    return this.scale * (this.range || 1);
  }

  /** Learns from a batch. @param theta of the critic, @param w of the policy; shape [N] */
  see(batch: Batch, theta: Float64Array, w: Float64Array): void {
    let [low, high] = [0, 0];
    for (let at = 0; at < batch.valid.length; at++) {
      if (!batch.valid[at]) continue;
      const value = this.values.at(batch, at, theta, w, 0);
      low = Math.min(low, value);
      high = Math.max(high, value);
      this.greatestCost = Math.max(this.greatestCost, Math.abs(batch.costs[at]));
    }
    const range = Math.max(high - low, this.greatestCost);
    this.range = this.range === 0 ? range : this.range + SHARE * (range - this.range);
  }

  snapshot(): { range: number; greatestCost: number } {
    return { range: this.range, greatestCost: this.greatestCost };
  }

  restore({ range, greatestCost }: { range: number; greatestCost: number }): void {
    this.range = range;
    this.greatestCost = greatestCost;
  }
}

/** How the mirror step of "auto" adapts at temperature τ. */
export function automaticStep(model: Model, tau: number): AdaptiveStepOptions {
  const max = MOST_STEP / tau;
  return { target: MOVED * divergenceOf(model), initial: max, min: max * 1e-4, max };
}
