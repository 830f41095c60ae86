import type { FiniteFeatures } from '../finite/finiteFeatures.js';
import type { Continuum } from '../finite/setting.js';
import type { Discretised } from './discretise.js';
import { leastCost } from './leastCost.js';
import { nystrom } from './nystrom.js';
import { staticSuprema, supremaOf } from './suprema.js';

/** What a problem needs of a discretised process beside its nodes. */
export interface Parts {
  readonly features: FiniteFeatures;
  readonly continuum: Continuum;
  /** What φ was divided by. */
  readonly scale: number;
}

/** Divides φ by sup‖φ‖₂ over the space where that is above 1 and finite, so that A1 holds on the space and not at the nodes only. */
export function partsOf(found: Discretised, name: string, error: number): Parts {
  const { phi, cost } = staticSuprema(found);
  const scale = phi > 1 && Number.isFinite(phi) ? phi : 1;
  return {
    scale,
    features: { name, size: found.size, table: found.table.map((x) => x / scale) },
    continuum: {
      nodes: found.nodes,
      error,
      // φ/sup‖φ‖ has the supremum 1, but for rounding of the division.
      supPhi: scale > 1 ? 1 : phi,
      costBound: cost,
      unregularisedValue: (mdp) => leastCost(found, nystrom(found, scale), mdp),
      suprema: supremaOf(found, scale),
    },
  };
}
