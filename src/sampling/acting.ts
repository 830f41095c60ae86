import { encodeRows, makeRows, type Rows } from '../features/index.js';
import type { ActionDensity } from '../policy/family.js';
import type { Policy } from '../policy/policy.js';
import type { Rng } from '../spaces/index.js';
import type { ActionArray, Actions } from './actions.js';

/** Actions of n observations. */
export interface Chosen {
  /** As `Actions.buffer` has them. */
  readonly actions: ActionArray;
  /** Codes of the actions (src/policy/family.ts); shape [n, width]. */
  readonly codes: Float64Array;
  /** dπ/dμ(s,a): relative to μ; shape [n]. */
  readonly densities: Float64Array;
}

/** Is shown π(·|s) of each state in turn, which holds until the next, and the row of it. */
export type Seen = (density: ActionDensity, e: number, rows: Rows) => void;

/**
 * From an observation to an action: the one way that training, evaluation, `Agent.act`, the agent server, recordings and the dashboard take. Acts by
 * w as it is at each call.
 */
export class Acting {
  /** Numbers of an observation. */
  readonly inputs: number;
  /** Numbers of an action's code. */
  readonly width: number;
  private readonly policy: Policy;
  private readonly actions: Actions;
  private rows: Rows;

  constructor(policy: Policy, actions: Actions) {
    const { state, action } = policy.features;
    this.policy = policy;
    this.actions = actions;
    this.inputs = state.inputs;
    this.width = action.width;
    this.rows = makeRows(state, 1);
  }

  /** Room for what is chosen in n states. */
  room(n: number): Chosen {
    return {
      actions: this.actions.buffer(n),
      codes: new Float64Array(n * this.width),
      densities: new Float64Array(n),
    };
  }

  /**
   * Chooses an action for each observation.
   * @param observations as numbers, shape [n, inputs]
   * @param rng of the draws; null: the policy's mode
   * @param chosen receives what is chosen; default: new arrays
   */
  act(
    observations: Float64Array,
    rng: Rng | null,
    chosen: Chosen = this.room(observations.length / this.inputs),
    see?: Seen,
  ): Chosen {
    const { state } = this.policy.features;
    const n = observations.length / this.inputs;
    if (this.rows.values.length < n * state.active) this.rows = makeRows(state, n);
    encodeRows(state, observations, this.rows, 0, n);
    return this.choose(this.rows, 0, rng, chosen, see);
  }

  /** `act` for as many states as `chosen` has room for, encoded in the rows from `first` on. */
  choose(rows: Rows, first: number, rng: Rng | null, chosen: Chosen, see?: Seen): Chosen {
    const { codes, actions, densities } = chosen;
    for (let e = 0; e < densities.length; e++) {
      const density = this.policy.at(rows, first + e);
      if (rng === null) density.mode(codes, e);
      else density.draw(rng, codes, e);
      this.actions.write(codes, e, actions, e);
      densities[e] = density.at(codes, e);
      see?.(density, e, rows);
    }
    return chosen;
  }
}
