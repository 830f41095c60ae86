import { temporalDifferenceError } from './temporalDifferenceError.js';

/** The arrays that λ-returns are made of, each of shape [T·E] in the layout of a `Batch`. */
export interface ReturnInputs {
  steps: number;
  numEnvs: number;
  costs: Float64Array;
  terminated: Uint8Array;
  truncated: Uint8Array;
  valid: Uint8Array;
  /** Q(s_t,a_t;θ); shape [T·E]. */
  actionValues: Float64Array;
  /** V̄(s_t;θ) of all states; shape [(T+1)·E]. */
  stateValues: Float64Array;
  /** Factor of what comes from step t on in the returns of the steps before it; shape [T·E]. Default: 1. */
  traceWeights?: Float64Array | null;
}

/**
 * The weight min(clip, π/b) of a step along the returns (Munos et al., "Safe and efficient off-policy reinforcement learning", NIPS 2016, Retrace).
 * @param density dπ/dμ of the action taken
 * @param behaviour the same of the policy that took it
 */
export function traceWeight(density: number, behaviour: number, clip: number): number {
  return Math.min(clip, density / behaviour);
}

/**
 * λ-returns G_t = Q_t + Σ_k (γλ)^k δ_{t+k} with δ = c + γ V̄(s') − Q(s,a) (generalised advantages, Schulman et al. 2016, for
 * action values). A terminated step's target is its cost alone; a truncated one, and the batch's last, bootstrap from V̄(s').
 * No sum runs over the end of an episode. With weights ρ, G_t = Q_t + Σ_k (γλ)^k ρ_{t+1}⋯ρ_{t+k} δ_{t+k} (Munos et al., "Safe and efficient
 * off-policy reinforcement learning", NIPS 2016).
 * @param out receives G; shape [T·E]; untouched where `valid` is 0
 */
export function lambdaReturns(inputs: ReturnInputs, gamma: number, lambda: number, out: Float64Array): void {
  const {
    steps,
    numEnvs: E,
    costs,
    terminated,
    truncated,
    valid,
    actionValues,
    stateValues,
    traceWeights = null,
  } = inputs;
  if (out.length !== steps * E || stateValues.length !== (steps + 1) * E) {
    throw new RangeError(
      `lambdaReturns: out has ${out.length} entries and stateValues ${stateValues.length}; ` +
        `expected ${steps * E} and ${(steps + 1) * E} for ${steps} steps of ${E} environments`,
    );
  }
  for (let e = 0; e < E; e++) {
    let sum = 0;
    for (let at = (steps - 1) * E + e; at >= 0; at -= E) {
      if (!valid[at]) {
        sum = 0;
        continue;
      }
      if (terminated[at] || truncated[at]) sum = 0;
      const next = terminated[at] ? 0 : stateValues[at + E];
      sum = temporalDifferenceError(costs[at], gamma, next, actionValues[at]) + gamma * lambda * sum;
      out[at] = actionValues[at] + sum;
      if (traceWeights !== null) sum *= traceWeights[at];
    }
  }
}
