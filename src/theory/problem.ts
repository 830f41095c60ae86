/**
 * What the flow needs of a process, a feature map, τ and β: the semi-gradient, which is affine in θ for a frozen policy,
 * g(θ, π_w) = A_w θ − b_w, and a solve with A_w for the stiff integrator.
 */
export interface FlowProblem {
  readonly name: string;
  /** The length of θ and w: N, or N + 1 where the last entry is the weight of log dπ₀/dμ (`PolicyForm`). */
  readonly size: number;
  readonly tau: number;
  /** θ₀ and w₀ of the flow, where they are not zero. */
  readonly start?: { readonly theta0: Float64Array; readonly w0: Float64Array } | undefined;
  /** The same problem at another temperature, without computing anything that is not asked for. @throws RangeError for one it does not have */
  withTau(tau: number): FlowProblem;
  /** out ← g(θ, π_w); all of shape [N]. */
  semiGradient(theta: Float64Array, w: Float64Array, out: Float64Array): void;
  /** out ← the x with (ε + A_w) x = εθ + b_w: an implicit Euler step of the critic of length 1/ε; ε = 0 gives θ_{π_w}. */
  implicitCritic(theta: Float64Array, w: Float64Array, epsilon: number, out: Float64Array): void;
}

/** What is looked at along a path of the flow. */
export interface Diagnosis {
  /** V_τ^{π}(ρ) − V_τ^{π*}(ρ) ≥ 0. */
  gap: number;
  /** K = sup_s KL(π(·|s)|μ); infinite where it is not bounded in s. */
  K: number;
  /** ‖θ − θ_π‖₂, with θ_π the fixed point A θ = b. */
  criticError: number;
  /** A3: sup |Q_τ^π − Π_φ Q_τ^π|, Π_φ the projection in L²(β). */
  residual: number;
}

/** What β, ρ and μ are, as reports show it. */
export interface LawNames {
  readonly beta: string;
  readonly rho: string;
  readonly mu: string;
}

/** A problem of which the optimum and every exact object are known: what the certificate is computed from. */
export interface ExactProblem extends FlowProblem {
  readonly gamma: number;
  withTau(tau: number): ExactProblem;
  /** sup ‖φ‖₂ (A1); infinite where φ is not bounded. */
  readonly supPhi: number;
  /** λ_β (A2). */
  readonly lambdaBeta: number;
  /** Rank of ∫φφᵀdβ, and N, which it is where A2 holds. */
  readonly rank: { readonly found: number; readonly full: number };
  readonly laws: LawNames;
  /** sup |c|; infinite where c is not bounded. */
  readonly costBound: number;
  /** V_τ^{π*}(ρ). */
  readonly optimalValue: number;
  /** ∫ KL(π*|π_w) d_ρ^{π*}. */
  divergenceFromOptimal(w: Float64Array): number;
  /** What is looked at along a path, at one of its points. Both arguments have the shape [N]. */
  diagnose(theta: Float64Array, w: Float64Array): Diagnosis;
}
