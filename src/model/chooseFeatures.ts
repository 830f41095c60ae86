import type { ConfigInput } from '../config/config.js';
import { ConfigError, nameOf } from '../config/configError.js';
import { finiteObservations } from '../sampling/finiteObservations.js';
import { flatObservations, flatSize, partsOf } from '../sampling/flatObservations.js';
import { imageLayout } from '../sampling/imageObservations.js';
import { type Box, Discrete, type Space, Text } from '../spaces/index.js';
import { isImage } from './views.js';

/** How many features there may be. */
export interface Budget {
  /** Of a regression, in each update. */
  most: number;
  /** Values of a table. */
  mostValues: number;
  /** Tiles of all tilings. */
  mostTiles: number;
  /** Whether actions are discrete: no features of actions multiply those of states. */
  discrete: boolean;
}

type State = Pick<ConfigInput, 'features' | 'observations'>;

/** Values of a finite observation that a table is kept for. */
const MOST_VALUES = 100_000;
/** Numbers of an observation that linear features are made of. */
const MOST_NUMBERS = 1000;
/** Height and width from which a Box of bytes is taken for an image, and one of other numbers, where these are too many. */
const IMAGE = 16;
const SMALL_IMAGE = 8;
/** An image becomes at most so many rows and columns of grey. */
const GRID = 10;
/** Numbers that all images of an observation become together, at most. */
const MOST_PIXELS = 256;
/** Observations beyond this are as good as unbounded. */
const UNBOUNDED = 1e6;

/**
 * A table for few values, a grid for images, else features of numbers.
 * @param reasons receives what is chosen and why
 * @throws ConfigError naming the space and the remedy
 */
export function chooseFeatures(id: string, space: Space, budget: Budget, reasons: string[]): State {
  const values = finiteObservations(space)?.size ?? Number.POSITIVE_INFINITY;
  if (values <= Math.min(MOST_VALUES, budget.mostValues)) {
    reasons.push(`features: oneHot, since the observation has ${values} values`);
    return { features: { type: 'oneHot' } };
  }
  const size = flatSize(space);
  if (space instanceof Discrete || size === null) {
    throw new ConfigError(
      `${id} has the observation space ${nameOf(space)}; expected at most ${MOST_VALUES} values, or numbers: a Box, MultiDiscrete, MultiBinary, or Dict and Tuple ` +
        'of these. Put a wrapper around the environment that gives such observations (env.wrappers)',
    );
  }
  const texts = textsOf(space);
  if (texts.length > 0) reasons.push(`observations: the text ${texts.join(', ')} is not read`);
  return imagesOf(id, space, budget, reasons) ?? numbersOf(id, space, size, budget, reasons);
}

/** The names of the texts in an observation. */
function textsOf(space: Space, name = 'of the observation'): string[] {
  if (space instanceof Text) return [name];
  const inner = (key: string) => (name === 'of the observation' ? `"${key}"` : `${name}."${key}"`);
  return (partsOf(space) ?? []).flatMap(([key, part]) => textsOf(part, inner(key)));
}

/** Grids of the images of an observation, beside what else it has; null where there are no images. */
function imagesOf(id: string, space: Space, { most }: Budget, reasons: string[]): State | null {
  const whole = isPicture(space, most);
  const parts = whole ? [['', space] as const] : (partsOf(space) ?? []);
  const images = parts.flatMap(([, part]) => (isPicture(part, most) ? [part] : []));
  if (images.length === 0) return null;
  const read = parts.filter(([, part]) => textsOf(part).length === 0 && flatSize(part) !== 0);
  const rest = read.reduce((sum, [, part]) => sum + (isPicture(part, most) ? 1 : flatSize(part)! + 1), 0);
  const grid = gridOf(images, most - rest);
  if (grid < 1) {
    throw new ConfigError(
      `${id} has the observation space ${nameOf(space)}: settings are chosen for at most ${most} numbers, and its images would be more. ` +
        'Put a wrapper around the environment that gives fewer (env.wrappers), or write a configuration (docs/configuration.md)',
    );
  }
  const frames = framesOf(images);
  const shapes = images.map(({ shape }) => shape.join('×')).join(' and ');
  reasons.push(
    `observations: images of ${shapes} become ${grid}×${grid} grey numbers${frames > images.length ? ', one grid a frame' : ''}`,
  );
  const names = read.map(([key]) => `"${key}"`).join(', ');
  reasons.push(`features: polynomial of degree 1 of ${whole ? `${frames * grid * grid} numbers` : names}`);
  const isOpen = read.some(([, part]) => !(part instanceof Discrete) && hasOpenBounds(part));
  if (isOpen) reasons.push(RUNNING);
  const maps = read.map(([key, part]) => (part instanceof Discrete ? ({ type: 'oneHot', key } as const) : linear(key)));
  return {
    observations: { image: grid, ...(isOpen && { scaling: 'running' as const }) },
    features: whole ? { type: 'polynomial', degree: 1 } : { type: 'concatenate', parts: maps },
  };
}

const linear = (key: string) => ({ type: 'polynomial', degree: 1, key }) as const;

/** Rows and columns of the grids, of which all together have at most `room` numbers. */
function gridOf(images: readonly Box[], room: number): number {
  const sides = images.map(({ shape }) => imageLayout(shape)!).map(({ height, width }) => Math.min(height, width));
  const numbers = Math.max(0, Math.min(MOST_PIXELS, room)) / framesOf(images);
  return Math.min(GRID, ...sides, Math.floor(Math.sqrt(numbers)));
}

function framesOf(images: readonly Box[]): number {
  return images.reduce((sum, { shape }) => sum + imageLayout(shape)!.frames, 0);
}

/** Whether a Box is an image: of bytes, or of so many other numbers that they cannot be read one by one. */
function isPicture(space: Space, most: number): space is Box {
  return isImage(space, IMAGE)
    ? space.dtype === 'uint8' || space.size > most
    : isImage(space, SMALL_IMAGE) && space.size > most;
}

const RUNNING = 'observations: scaled by their running mean and deviation, since the space is unbounded';

function hasOpenBounds(space: Space): boolean {
  const { low, high } = flatObservations(space).bounds;
  return Array.from(low).some((l, i) => !(l > -UNBOUNDED && high[i] < UNBOUNDED));
}

/** Features of the numbers of an observation, but for those of texts. */
function numbersOf(id: string, space: Space, size: number, budget: Budget, reasons: string[]): State {
  const dimensions = numbered(space);
  const inputs = dimensions.length;
  if (inputs === 0) {
    throw new ConfigError(
      `${id} has the observation space ${nameOf(space)}, which has no number that could be learned from. ` +
        'Put a wrapper around the environment that gives numbers (env.wrappers)',
    );
  }
  if (inputs > MOST_NUMBERS || inputs > budget.most) {
    throw new ConfigError(
      `${id} has the observation space ${nameOf(space)} of ${inputs} numbers; settings are chosen for at most ${Math.min(budget.most, MOST_NUMBERS)}. ` +
        'Choose some of them by features.dimensions in a configuration (docs/configuration.md), or put a wrapper around the environment',
    );
  }
  const features = numberFeatures(inputs, budget);
  reasons.push(`features: ${describe(features)} of ${inputs} numbers`);
  const chosen = inputs === size ? features : { ...features, dimensions };
  if (!hasOpenBounds(space)) return { features: chosen };
  reasons.push(RUNNING);
  return { features: chosen, observations: { scaling: 'running' } };
}

/** Which numbers of the flat form are of no text. */
function numbered(space: Space): number[] {
  let at = 0;
  const walk = (part: Space): number[] => {
    const parts = partsOf(part);
    if (parts !== null) return parts.flatMap(([, inner]) => walk(inner));
    const from = at;
    at += flatSize(part)!;
    return part instanceof Text ? [] : Array.from({ length: at - from }, (_, i) => from + i);
  };
  return walk(space);
}

type NumberFeatures = Extract<ConfigInput['features'], { type: 'fourier' | 'polynomial' | 'tileCoding' }>;

/**
 * Where actions are discrete (no features of actions multiply them), tiles in up to three dimensions, whose values stay as they began where nothing
 * was tried, so that costs explore, and coarse ones in six to eight. Else all products of cosines up to an order in few dimensions, then
 * products of two cosines, products of numbers or the numbers themselves: the richest of these that has at most `most` features.
 */
function numberFeatures(n: number, { most, mostTiles, discrete }: Budget): NumberFeatures {
  const tiled = (tilings: number, tiles: number) => discrete && tilings * (tiles + 1) ** n <= mostTiles;
  if (n <= 3 && tiled(8, 8)) return { type: 'tileCoding', tilings: 8, tiles: 8 };
  const budget = Math.min(most, 256);
  const order = Math.floor(budget ** (1 / n) + 1e-9) - 1;
  if (order >= 2) return { type: 'fourier', order: Math.min(order, 7) };
  if (n <= 8 && tiled(16, 2)) return { type: 'tileCoding', tilings: 16, tiles: 2 };
  const pairs = (k: number) => 1 + n * k + ((n * (n - 1)) / 2) * k * k;
  for (const k of [3, 2]) if (pairs(k) <= budget) return { type: 'fourier', order: k, maxNonZero: 2 };
  if (((n + 1) * (n + 2)) / 2 <= budget) return { type: 'polynomial', degree: 2 };
  return { type: 'polynomial', degree: 1 };
}

function describe(features: NumberFeatures): string {
  if (features.type === 'tileCoding') return `${features.tilings} tilings of ${features.tiles} tiles in each dimension`;
  if (features.type === 'polynomial') return `polynomial of degree ${features.degree}`;
  return `fourier of order ${features.order}${features.maxNonZero === undefined ? '' : ', at most two dimensions combined'}`;
}
