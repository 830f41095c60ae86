/** `mirrorflow/policy`: the families of policies dπ/dμ ∝ e^{−⟨u,χ⟩}, without any Node API. */
export { gaussian, type Reference, uniform } from '../measure/reference.js';
export { discreteFamily } from '../policy/discreteFamily.js';
export type { ActionDensity, ActionFamily } from '../policy/family.js';
export { Policy } from '../policy/policy.js';
export { quadraticFamily } from '../policy/quadraticFamily.js';
