import type { FiniteFeatures } from './finiteFeatures.js';
import type { FiniteMdp } from './finiteMdp.js';

/** A finite process, its temperature and the features of its critic: what the equations of the critic are about. */
export interface FiniteSetting {
  readonly mdp: FiniteMdp;
  readonly features: FiniteFeatures;
  /** τ ≥ 0. */
  readonly tau: number;
}
