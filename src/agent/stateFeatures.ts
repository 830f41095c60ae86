import {
  type Bounds,
  concatenate,
  fourier,
  NetworkFeatures,
  oneHot,
  polynomial,
  product,
  radial,
  randomFourier,
  type StateFeatures,
  select,
  tileCoding,
} from '../features/index.js';
import { finiteObservations } from '../sampling/finiteObservations.js';
import { Discrete, type Space } from '../spaces/index.js';
import { ConfigError } from './configError.js';
import type { FeaturesConfig } from './featuresConfig.js';

/** A map of numbers: it can be a part of others. */
type MapConfig = Exclude<FeaturesConfig, { type: 'oneHot' | 'product' | 'concatenate' }>;

/**
 * ψ of the configuration.
 * @param bounds the range of each number of an observation that is scaled to [0,1], where the map gives none itself
 * @param space the observation space, which says how many values there are to `oneHot` and is named in errors
 */
export function makeStateFeatures(features: FeaturesConfig, bounds: Bounds, space: Space): StateFeatures {
  if (features.type === 'oneHot') {
    if (space instanceof Discrete) return oneHot(space.n, space.start);
    return oneHot(finiteObservations(space)!.size);
  }
  return compose(features, bounds, space, 'features');
}

function compose(
  features: Exclude<FeaturesConfig, { type: 'oneHot' }>,
  bounds: Bounds,
  space: Space,
  key: string,
): StateFeatures {
  if (features.type !== 'concatenate' && features.type !== 'product') return mapOf(features, bounds, space, key);
  const parts = features.parts.map((part, i) => compose(part, bounds, space, `${key}.parts.${i}`));
  return features.type === 'concatenate' ? concatenate(parts) : parts.reduce(product);
}

function mapOf(features: MapConfig, whole: Bounds, space: Space, key: string): StateFeatures {
  const inputs = whole.low.length;
  const { dimensions } = features;
  const outside = dimensions?.find((i) => i >= inputs);
  if (outside !== undefined) {
    throw new ConfigError(`${key}.dimensions has ${outside}; expected 0 … ${inputs - 1}, the numbers of ${space}`);
  }
  const bounds = boundsOf(features, whole, space, key);
  const map = build({ ...features, ...bounds });
  return dimensions === undefined ? map : select(map, dimensions, inputs);
}

function build(features: MapConfig & Bounds): StateFeatures {
  switch (features.type) {
    case 'tileCoding':
      return tileCoding(features);
    case 'fourier':
      return fourier(features);
    case 'radial':
      return radial(features);
    case 'randomFourier':
      return randomFourier(features);
    case 'polynomial':
      return polynomial(features);
    case 'network':
      return new NetworkFeatures(features);
  }
}

/** The bounds of the dimensions that a map reads: its own, else those of the observation. */
function boundsOf(features: MapConfig, whole: Bounds, space: Space, key: string): { low: number[]; high: number[] } {
  const dimensions = features.dimensions ?? Array.from(whole.low, (_, i) => i);
  const low = features.low ?? dimensions.map((i) => whole.low[i]!);
  const high = features.high ?? dimensions.map((i) => whole.high[i]!);
  if (low.length !== dimensions.length || high.length !== dimensions.length) {
    throw new ConfigError(
      `${key}.low has ${low.length} and ${key}.high ${high.length} entries; expected the ${dimensions.length} of ${
        features.dimensions ? `${key}.dimensions` : space
      }`,
    );
  }
  return { low, high };
}
