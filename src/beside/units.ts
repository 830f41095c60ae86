import type { Config } from '../config/config.js';

/** Costs, temperatures and times of the lab, of which those of an agent are multiples. */
export interface Units {
  /** τ. */
  readonly tau: number;
  /** A time of the flow, or λ, a step of it. */
  readonly time: number;
  /** η at one moment. */
  readonly eta: number;
  /** k₁ of η_t = η₀e^{k₁t}. */
  readonly rate: number;
  /** What multiplies costs, values and θ. */
  readonly theta: number;
}

/** c of an agent's costs c·(cost of the lab): `costScale`, or its default. */
export function costScaleOf({ costScale, gamma }: Pick<Config, 'costScale' | 'gamma'>): number {
  return costScale ?? 1 - gamma;
}

/**
 * The agent's quantities in units of the lab. The agent's costs are c times the lab's, so that its τ and θ are, too. Its flow
 * dw/dt = θ − τw is then the lab's in a time that runs c times as fast: w, and with it the policy, is the same at t_lab = c·t_agent, and
 * dθ/dt = −ηg is the lab's with η_lab = η_agent/c.
 * @param costScale c > 0
 */
export function toLab({ tau, time, eta, rate, theta }: Units, costScale: number): Units {
  return {
    tau: tau / costScale,
    time: time * costScale,
    eta: eta / costScale,
    rate: rate / costScale,
    theta: theta / costScale,
  };
}

/** The lab's quantities in units of the agent: the inverse of `toLab`. */
export function toAgent(units: Units, costScale: number): Units {
  return toLab(units, 1 / costScale);
}
