/** An agent that was trained beside a flow, seed by seed, as plain data. Everything is in units of the lab. */
export interface AgentResult {
  /** τ, λ and costScale as the agent has them, and its λ in units of the lab. */
  readonly own: { readonly tau: number; readonly mirrorStep: number; readonly costScale: number };
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
  /** What is known to disturb the agent: a time limit that truncated trajectories. */
  readonly warnings: readonly string[];
}

/** What is looked at along a path. */
export interface AgentPath {
  /** V(ρ) − V*(ρ), exactly, of the policy. */
  readonly gap: number[];
  readonly K: number[];
  /** ‖θ − θ_π‖₂ */
  readonly criticError: number[];
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
  /** γ^L where the environment truncated a trajectory after L steps: the total variation distance of what is sampled from d_β^π is at most this. */
  readonly samplerBias: number;
}
