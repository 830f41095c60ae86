import type { ActorCritic } from '../agent/index.js';
import type { Chosen } from '../sampling/acting.js';
import { DivergenceStatistics } from '../sampling/divergence.js';
import type { Rng } from '../spaces/index.js';

/** Actions of n observations and the values of their states. */
export interface Valued extends Chosen {
  /** V(s) of rewards: −V̄(s;θ)/costScale; shape [n]. */
  readonly values: Float64Array;
}

/** Chooses actions for clients by the agent's present w, and values states by its θ. */
export class Choosing {
  /** Numbers of an observation. */
  readonly inputs: number;
  /** Numbers of an action's code. */
  readonly width: number;
  /** τ of the values. */
  tau: number;
  private readonly agent: ActorCritic;
  private readonly rng: Rng;
  private readonly divergence = new DivergenceStatistics();

  constructor(agent: ActorCritic, rng: Rng) {
    this.agent = agent;
    this.rng = rng;
    this.tau = agent.tau;
    this.inputs = agent.acting.inputs;
    this.width = agent.acting.width;
  }

  /**
   * @param observations shape [n, inputs]
   * @param deterministic the policy's mode instead of a draw
   */
  choose(observations: Float64Array, deterministic: boolean): Valued {
    const { agent, rng, tau } = this;
    const values = new Float64Array(observations.length / this.inputs);
    const chosen = agent.acting.act(observations, deterministic ? null : rng, undefined, (density, e, rows) => {
      values[e] = agent.valueOf(density, rows, e, tau);
      this.divergence.add(density.kl);
    });
    return { ...chosen, values };
  }

  /** Mean and greatest KL(π(·|s)|μ) over the states acted in since the last call. */
  takeKl(): { mean: number; max: number } {
    return this.divergence.take();
  }
}
