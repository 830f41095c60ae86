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

/**
 * What is looked at along a path of the flow: numbers of at least 0. δ = ⟨θ,φ⟩ − Q_τ^π; suprema over states are over those that can be
 * reached from ρ, unless another is named.
 */
export interface Diagnosis {
  /** V_τ^{π}(ρ) − V_τ^{π*}(ρ). */
  gap: number;
  /** A lower bound of the gap that needs no π* (`gapBounds`); NaN for τ = 0. */
  gapLower: number;
  /** An upper bound of the gap that needs no π* (`gapBounds`); infinite where sup KL(π⁺|π⁺⁺) is, NaN for τ = 0. */
  gapUpper: number;
  /** K = sup_s KL(π(·|s)|μ) over all states; infinite where it is not bounded in s. */
  K: number;
  /** The least ‖θ − x‖₂ over the solutions x of Ax = b: ‖θ − θ_π‖₂ where the features are independent on the support of d_β^π. */
  criticError: number;
  /** ‖⟨θ − θ_π, φ⟩‖ in L²(d_β^π). */
  criticErrorL2: number;
  /** A3: sup |Q_τ^π − Π_φ Q_τ^π| over all pairs, Π_φ the projection in L²(uniform ⊗ μ). */
  residual: number;
  /** e = sup |δ|; infinite where it is not bounded. */
  actionValueError: number;
  /** Ω, Ω² = ∫ (sup_a δ − inf_a δ)² d_ρ^{π*}(ds); infinite where it is not bounded. */
  oscillation: number;
  /** sup_s τ KL(π|π⁺), π⁺ ∝ e^{−Q_τ^π/τ} μ; NaN for τ = 0, infinite where it is not bounded. */
  excess: number;
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
  /** (1−γ)⁻¹ ∫ KL(π*|μ) d_ρ^{π*}: V_τ^{π*}(ρ) is the costs plus τ times it, so that it is dV_τ^*(ρ)/dτ. */
  readonly optimalInformation: number;
  /** ∫ KL(π*|π_w) d_ρ^{π*}. */
  divergenceFromOptimal(w: Float64Array): number;
  /**
   * α* = min Re spec A_{π*} > 0, on the directions that g can have: how fast the critic of a constant η follows near π*, at least Γ. Null
   * where it is not computed, and where there is no such direction.
   */
  criticRate(): number | null;
  /** V_0^{π_w}(ρ) − V_0^*(ρ) ≥ 0: how far π_w is from the optimum without regularisation. */
  unregularisedGap(w: Float64Array): number;
  /** What is looked at along a path, at one of its points. Both arguments have the shape [N]. */
  diagnose(theta: Float64Array, w: Float64Array): Diagnosis;
}
