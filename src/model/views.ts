import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import { type FeatureMap, mapsOf } from '../config/featuresConfig.js';
import { arrayObservations } from '../sampling/arrayObservations.js';
import { finiteObservations } from '../sampling/finiteObservations.js';
import { flatObservations, partsOf } from '../sampling/flatObservations.js';
import { imageLayout, imageObservations } from '../sampling/imageObservations.js';
import { joinObservations } from '../sampling/joinObservations.js';
import type { Observations } from '../sampling/observations.js';
import { Box, Discrete, type Space } from '../spaces/index.js';

/** What maps read of an observation, and where it stands in a row. */
export interface View {
  /** The space of the part, or of the whole observation. */
  readonly space: Space;
  readonly observations: Observations;
  /** First number in the row. */
  readonly at: number;
}

/** The views of the maps of a configuration by `viewOf`, in the order of a row. */
export type Views = ReadonlyMap<string, View & { readonly key: string | undefined }>;

/** Maps that read the same numbers share a view: the part of that key, by its numbers or, for `oneHot`, by the number of its value. */
export function viewOf({ type, key }: FeatureMap): string {
  return JSON.stringify([key, type === 'oneHot']);
}

/**
 * What the maps of the configuration read of an environment's observations: `oneHot` the number of the value, the others a grey grid of images, else
 * the flat form of the space or of the part of a Dict or Tuple that `key` names.
 * @throws ConfigError where they do not fit the observation space
 */
export function makeViews(config: Config, whole: Space): Views {
  const views = new Map<string, View & { key: string | undefined }>();
  let at = 0;
  for (const { map, path } of mapsOf(config.features)) {
    const { key } = map;
    if (views.has(viewOf(map))) continue;
    const space = key === undefined ? whole : partOf(whole, key, `${config.env.id}: ${path}.key`);
    const observations = map.type === 'oneHot' ? finite(space, config) : numbers(space, map, config);
    views.set(viewOf(map), { key, space, observations, at });
    at += observations.inputs;
  }
  return views;
}

/** How the observations of an environment become rows: what the views read, one after the other. */
export function rowsOf(views: Views, space: Space): Observations {
  const list = [...views.values()];
  if (list.length === 1 && list[0].key === undefined) return list[0].observations;
  return joinObservations(
    list.map(({ key, observations }) => ({ key, observations })),
    (batch) => space.batchLength(batch),
  );
}

function partOf(space: Space, key: string, where: string): Space {
  const parts = partsOf(space);
  const part = parts?.find(([name]) => name === key)?.[1];
  if (part !== undefined) return part;
  const expected =
    parts === null ? 'no key: it is no Dict or Tuple' : `one of ${parts.map(([name]) => name).join(', ')}`;
  throw new ConfigError(`${where} is "${key}"; expected, for the observation space ${space}, ${expected}`);
}

function finite(space: Space, { env }: Config): Observations {
  const observations = space instanceof Discrete ? arrayObservations(space) : finiteObservations(space);
  if (observations !== null) return observations;
  throw new ConfigError(
    `features "oneHot" need a Discrete observation space; ${env.id} has ${space}. MultiDiscrete and MultiBinary, and Dict and ` +
      'Tuple of these, serve as well, or one part of a Dict or Tuple by `key`.',
  );
}

/** Numbers of a space. A part that is no image is read as it is where `observations.image` is meant for another part. */
function numbers(space: Space, { type, key }: FeatureMap, { observations: { image }, env }: Config): Observations {
  if (space instanceof Discrete) {
    throw new ConfigError(`features "${type}" need an observation of numbers; ${env.id} has ${space}. Use "oneHot".`);
  }
  try {
    if (image !== undefined && (key === undefined || isImage(space, image))) return imageObservations(space, image);
    return arrayObservations(space) ?? flatObservations(space);
  } catch (error) {
    throw new ConfigError(`${env.id}: ${(error as Error).message}`);
  }
}

/** Whether a Box can be read as images of at least `size` rows and columns. */
export function isImage(space: Space, size: number): space is Box {
  const layout = space instanceof Box ? imageLayout(space.shape) : null;
  return layout !== null && layout.height >= size && layout.width >= size;
}
