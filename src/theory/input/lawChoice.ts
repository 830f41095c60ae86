import type { TensorLike } from './tensor.js';

/** β, ρ or μ by a word, or by numbers and the name of where they are from. */
export type LawChoice = string | { readonly name: string; readonly values: TensorLike };

/** What may be chosen in place of the process's own laws. */
export interface LawChoices {
  /** `uniform` (uniform on S, ⊗ μ), `reset` (ρ ⊗ μ, the agent's own), `own`, or shape [S, m]. The process's own, or uniform, if left out. */
  beta?: LawChoice | undefined;
  /** `own`, `uniform`, or shape [S]. */
  rho?: LawChoice | undefined;
  /** `own`, `uniform`, or shape [m], positive. */
  mu?: LawChoice | undefined;
}
