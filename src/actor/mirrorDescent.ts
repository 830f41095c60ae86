/**
 * The mirror step of slide 4, π' = argmin_π ∫ (∫ A(s,a;θ) π(da|s) + λ⁻¹ KL(π|πⁿ)) d_ρ(ds), minimised pointwise in s.
 * For a linear critic the whole path stays in the Gibbs family log dπ/dμ = −⟨w,φ⟩ − log Z, so the step moves w alone.
 */
export type MirrorStep = (w: Float64Array, theta: Float64Array, lambda: number, tau: number) => void;

/**
 * w ← (1 − λτ) w + λθ: the term τ log dπⁿ/dμ inside A is frozen at πⁿ. An Euler step of dw/dt = θ − τw. For λτ < 1 it is the proximal step
 * λ/(1−λτ), with all its guarantees. For a θ that does not move it converges for λτ < 2; with a critic that follows the policy it may end in
 * a cycle where λτ is above 1 (seen at 1.9, docs/theory.md).
 * @param w the policy's vector, shape [N], changed in place
 * @param theta the critic's vector, shape [N]
 * @throws RangeError where λτ ≥ 2: the iteration would diverge
 */
export const explicitStep: MirrorStep = (w, theta, lambda, tau) => {
  checkStep(w, theta, lambda);
  if (lambda * tau >= 2) {
    throw new RangeError(
      `explicit mirror step: mirrorStep × tau is ${lambda * tau}; expected less than 2 (it diverges; ` +
        'above 1 it may cycle). Lower mirrorStep, or use the proximal step, which is stable for every size.',
    );
  }
  const keep = 1 - lambda * tau;
  for (let i = 0; i < w.length; i++) w[i] = keep * w[i] + lambda * theta[i];
};

/**
 * w ← (w + λθ)/(1 + λτ): the regulariser τ KL(π|μ) is kept at the new π. An implicit Euler step of dw/dt = θ − τw; stable for every λ > 0.
 * @param w the policy's vector, shape [N], changed in place
 * @param theta the critic's vector, shape [N]
 */
export const proximalStep: MirrorStep = (w, theta, lambda, tau) => {
  checkStep(w, theta, lambda);
  const scale = 1 / (1 + lambda * tau);
  for (let i = 0; i < w.length; i++) w[i] = scale * (w[i] + lambda * theta[i]);
};

export const mirrorSteps = { explicit: explicitStep, proximal: proximalStep };

/**
 * average ← keep·average + (1 − keep)·θ: the weights that the mirror step takes in place of θ where they are averaged (Polyak & Juditsky,
 * SIAM J. Control Optim. 30, 1992, in the exponential form).
 * @param average shape [N], changed in place
 */
export function polyakStep(average: Float64Array, theta: Float64Array, keep: number): void {
  for (let i = 0; i < average.length; i++) average[i] = keep * average[i] + (1 - keep) * theta[i];
}

function checkStep(w: Float64Array, theta: Float64Array, lambda: number): void {
  if (w.length !== theta.length) {
    throw new RangeError(`mirror step: w has ${w.length} entries and theta ${theta.length}; expected as many`);
  }
  if (!(lambda > 0)) throw new RangeError(`mirror step: the step is ${lambda}; expected a positive number`);
}
