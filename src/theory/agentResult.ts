/** Agents that were trained beside a flow, seed by seed, as plain data. Everything is in units of the lab; what is infinite is null in JSON. */
export interface AgentResult {
  /** τ, λ and costScale as the agent has them. */
  readonly own: { readonly tau: number; readonly mirrorStep: number; readonly costScale: number };
  /** λ in units of the lab. */
  readonly mirrorStep: number;
  readonly numEnvs: number;
  /** Steps of the environments a seed. */
  readonly steps: number;
  /** η_t = η₀e^{k₁t} of the flow that the agent follows. */
  readonly eta0: number;
  readonly k1: number;
  /** Flow times t = Σλ that were looked at. */
  readonly times: number[];
  /** The flow at these times. */
  readonly flow: AgentPath;
  readonly seeds: readonly SeedResult[];
  /** What is known to disturb the agents, such as a time limit that truncated trajectories. */
  readonly warnings: readonly string[];
}

/** What is looked at along a path. */
export interface AgentPath {
  /** V(ρ) − V*(ρ) of the policy, exactly. */
  readonly gap: number[];
  readonly K: number[];
  /** ‖θ − θ_π‖₂ */
  readonly criticError: number[];
  /** The bound on the least gap so far that needs no A3, with the path's own critic errors. */
  readonly bound: number[];
}

/** One agent beside the flow. */
export interface SeedResult extends AgentPath {
  readonly seed: number;
  /** ‖w_agent − w_flow(t)‖₂. */
  readonly distance: number[];
  /** The same divided by ‖w_flow(t)‖; null at t = 0, where both are zero. */
  readonly relativeDistance: (number | null)[];
  readonly transitions: number;
  readonly seconds: number;
  /** `Metrics.samplerBias` at the end. */
  readonly samplerBias: number;
}
