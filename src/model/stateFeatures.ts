import { ConfigError } from '../config/configError.js';
import type { FeatureMap, FeaturesConfig } from '../config/featuresConfig.js';
import {
  type Bounds,
  concatenate,
  fourier,
  hat,
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
import { Discrete, type Space } from '../spaces/index.js';
import { type View, type Views, viewOf } from './views.js';

/** A map of numbers. */
type MapConfig = Exclude<FeatureMap, { type: 'oneHot' }>;

/**
 * ψ of the configuration.
 * @param scaled the range of each number of a row that is scaled to [0,1], where the map gives none itself
 * @param views what the maps read of a row
 */
export function makeStateFeatures(
  features: FeaturesConfig,
  scaled: Bounds,
  views: Views,
  key = 'features',
): StateFeatures {
  if (features.type === 'concatenate' || features.type === 'product') {
    const parts = features.parts.map((part, i) => makeStateFeatures(part, scaled, views, `${key}.parts.${i}`));
    return features.type === 'concatenate' ? concatenate(parts) : parts.reduce(product);
  }
  const view = views.get(viewOf(features))!;
  const map = features.type === 'oneHot' ? indicatorsOf(view) : mapOf(features, scaled, view, key);
  const read = (features.type === 'oneHot' ? undefined : features.dimensions) ?? range(view.observations.inputs);
  const inputs = scaled.low.length;
  return read.length === inputs && read.every((n, i) => n === i)
    ? map
    : select(
        map,
        read.map((i) => view.at + i),
        inputs,
      );
}

function indicatorsOf({ space, observations }: View): StateFeatures {
  if (space instanceof Discrete) return oneHot(space.n, space.start);
  return oneHot(Number(observations.bounds.high[0]) + 1);
}

function mapOf(features: MapConfig, scaled: Bounds, { space, observations, at }: View, key: string): StateFeatures {
  const { inputs } = observations;
  const outside = features.dimensions?.find((i) => i >= inputs);
  if (outside !== undefined) {
    throw new ConfigError(`${key}.dimensions has ${outside}; expected 0 … ${inputs - 1}, the numbers of ${space}`);
  }
  const own = (bounds: ArrayLike<number>) => Array.from(bounds).slice(at, at + inputs);
  return build({ ...features, ...boundsOf(features, { low: own(scaled.low), high: own(scaled.high) }, space, key) });
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

function build(features: MapConfig & Bounds): StateFeatures {
  switch (features.type) {
    case 'tileCoding':
      return tileCoding(features);
    case 'fourier':
      return fourier(features);
    case 'hat':
      return hat(features);
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

/**
 * The bounds of the dimensions that a map reads: its own, else those of the observation. A number that the space lets have one value only is scaled as if
 * it could be more.
 */
function boundsOf(features: MapConfig, whole: Bounds, space: Space, key: string): { low: number[]; high: number[] } {
  const dimensions = features.dimensions ?? range(whole.low.length);
  const low = features.low ?? dimensions.map((i) => whole.low[i]);
  const high = features.high ?? dimensions.map((i) => widened(whole.low[i], whole.high[i]));
  if (low.length !== dimensions.length || high.length !== dimensions.length) {
    throw new ConfigError(
      `${key}.low has ${low.length} and ${key}.high ${high.length} entries; expected the ${dimensions.length} of ${
        features.dimensions ? `${key}.dimensions` : space
      }`,
    );
  }
  return { low, high };
}

function widened(low: number, high: number): number {
  return low === high ? high + Math.max(1, Math.abs(high)) : high;
}
