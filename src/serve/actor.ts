import type { Agent } from '../agent/index.js';
import { makeRows, type Rows } from '../features/index.js';
import type { ActionArray } from '../sampling/actions.js';
import type { Rng } from '../spaces/index.js';

/** Actions of n observations and what is known of them. */
export interface Chosen {
  /** As `Actions.buffer` has them. */
  readonly actions: ActionArray;
  /** Codes of the actions (src/policy/family.ts); shape [n, width]. */
  readonly codes: Float64Array;
  /** dπ/dμ(s,a): relative to μ; shape [n]. */
  readonly densities: Float64Array;
  /** V(s) of rewards: −V̄(s;θ)/costScale; shape [n]. */
  readonly values: Float64Array;
}

/** Chooses actions by the agent's present w and θ. */
export class Actor {
  /** Numbers of an observation. */
  readonly inputs: number;
  /** Numbers of an action's code. */
  readonly width: number;
  /** τ of the values. */
  tau: number;
  private readonly agent: Agent;
  private readonly rng: Rng;
  private readonly costScale: number;
  private readonly q: Float64Array;
  private rows: Rows;
  private kl = { sum: 0, max: 0, count: 0 };

  constructor(agent: Agent, rng: Rng, costScale: number) {
    const { features } = agent.model;
    this.agent = agent;
    this.rng = rng;
    this.costScale = costScale;
    this.tau = agent.tau;
    this.inputs = features.state.inputs;
    this.width = features.action.width;
    this.q = new Float64Array(features.action.size);
    this.rows = makeRows(features.state, 1);
  }

  /**
   * @param observations shape [n, inputs]
   * @param deterministic the policy's mode instead of a draw
   */
  choose(observations: Float64Array, deterministic: boolean): Chosen {
    const { agent, rng, q } = this;
    const { policy, critic } = agent;
    const { features, actions } = agent.model;
    const { state } = features;
    const n = observations.length / state.inputs;
    if (this.rows.values.length < n * state.active) this.rows = makeRows(state, n);
    const { rows } = this;
    const chosen = {
      actions: actions.buffer(n),
      codes: new Float64Array(n * features.action.width),
      densities: new Float64Array(n),
      values: new Float64Array(n),
    };
    const { codes } = chosen;
    for (let e = 0; e < n; e++) {
      state.encode(observations, e * state.inputs, rows.values, rows.indices, e * state.active);
      const density = policy.at(rows, e);
      if (deterministic) density.mode(codes, e);
      else density.draw(rng, codes, e);
      actions.write(codes, e, chosen.actions, e);
      features.coefficients(critic.theta, rows, e, q);
      let cost = this.tau * density.kl;
      for (let k = 0; k < q.length; k++) cost += density.mean[k]! * q[k]!;
      chosen.densities[e] = density.at(codes, e);
      chosen.values[e] = -cost / this.costScale;
      this.see(density.kl);
    }
    return chosen;
  }

  /** Mean and greatest KL(π(·|s)|μ) over the states acted in since the last call. */
  takeKl(): { mean: number; max: number } {
    const { sum, max, count } = this.kl;
    this.kl = { sum: 0, max: 0, count: 0 };
    return { mean: count > 0 ? sum / count : 0, max };
  }

  private see(kl: number): void {
    this.kl.sum += kl;
    this.kl.count++;
    if (kl > this.kl.max) this.kl.max = kl;
  }
}
