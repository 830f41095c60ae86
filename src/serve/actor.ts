import type { Agent } from '../agent/index.js';
import { StateValues } from '../critic/critic.js';
import { encodeRows, makeRows, type Rows } from '../features/index.js';
import type { ActionArray } from '../sampling/actions.js';
import { DivergenceStatistics } from '../sampling/divergence.js';
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
  private readonly values: StateValues;
  private readonly divergence = new DivergenceStatistics();
  private rows: Rows;

  constructor(agent: Agent, rng: Rng) {
    const { features } = agent.model;
    this.agent = agent;
    this.rng = rng;
    this.values = new StateValues(features, agent.model.family);
    this.tau = agent.tau;
    this.inputs = features.state.inputs;
    this.width = features.action.width;
    this.rows = makeRows(features.state, 1);
  }

  /**
   * @param observations shape [n, inputs]
   * @param deterministic the policy's mode instead of a draw
   */
  choose(observations: Float64Array, deterministic: boolean): Chosen {
    const { agent, rng, values } = this;
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
    encodeRows(state, observations, rows, 0, n);
    for (let e = 0; e < n; e++) {
      const cost = values.at({ states: rows }, e, critic.theta, policy.w, this.tau);
      const density = values.policy;
      if (deterministic) density.mode(codes, e);
      else density.draw(rng, codes, e);
      actions.write(codes, e, chosen.actions, e);
      chosen.densities[e] = density.at(codes, e);
      chosen.values[e] = -cost / agent.costScale;
      this.divergence.add(density.kl);
    }
    return chosen;
  }

  /** Mean and greatest KL(π(·|s)|μ) over the states acted in since the last call. */
  takeKl(): { mean: number; max: number } {
    return this.divergence.take();
  }
}
