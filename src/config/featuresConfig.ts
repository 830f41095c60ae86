import { z } from 'zod';

const positive = z.number().positive();
const natural = z.number().int().min(1);
const knots = z.number().int().min(2);

const key = z
  .string()
  .optional()
  .describe('which part of a Dict (its key) or Tuple ("0", "1", …) it reads; default: the whole observation');

/** What every map of numbers has. */
const numbers = {
  key,
  low: z.array(z.number()).optional().describe('lowest observation of each dimension; default: the observation space'),
  high: z.array(z.number()).optional().describe('highest observation of each dimension'),
  dimensions: z
    .array(z.number().int().min(0))
    .min(1)
    .optional()
    .describe('which numbers of the observation, or of the part, it reads; default: all'),
};

const oneHot = z.strictObject({ type: z.literal('oneHot'), key });

const map = [
  oneHot,
  z.strictObject({
    type: z.literal('tileCoding'),
    tilings: natural,
    tiles: z.union([natural, z.array(natural)]),
    memory: natural.optional().describe('number of features that the tiles are hashed to'),
    ...numbers,
  }),
  z.strictObject({ type: z.literal('fourier'), order: natural, maxNonZero: natural.optional(), ...numbers }),
  z.strictObject({
    type: z.literal('hat'),
    knots: z.union([knots, z.array(knots)]),
    ...numbers,
  }),
  z.strictObject({
    type: z.literal('radial'),
    grid: z.union([natural, z.array(natural)]).optional(),
    centres: z.array(z.array(z.number())).optional(),
    width: positive.optional(),
    ...numbers,
  }),
  z.strictObject({
    type: z.literal('randomFourier'),
    features: z.number().int().min(2),
    width: positive,
    seed: z.number().int().min(0).default(0),
    ...numbers,
  }),
  z.strictObject({ type: z.literal('polynomial'), degree: natural, maxNonZero: natural.optional(), ...numbers }),
] as const;

const network = z.strictObject({
  type: z.literal('network'),
  hidden: z
    .array(natural)
    .min(1)
    .default([64, 64])
    .describe('units of each layer; the last are the features. Learned by the critic "network"'),
  seed: z.number().int().min(0).default(0),
  ...numbers,
});

const product = z.strictObject({
  type: z.literal('product'),
  parts: z.array(z.discriminatedUnion('type', map)).min(2),
});

const concatenate = z.strictObject({
  type: z.literal('concatenate'),
  parts: z.array(z.discriminatedUnion('type', [...map, product])).min(1),
});

/** The schema of `features`: a map of the whole observation, of some of its numbers, or maps put together. */
export const features = z.discriminatedUnion('type', [...map, network, product, concatenate]);

/** Features as the configuration has them. */
export type FeaturesConfig = z.output<typeof features>;

/** A map that reads an observation itself. */
export type FeatureMap = Exclude<FeaturesConfig, { type: 'product' | 'concatenate' }>;

/** The maps that the features are put together of, in order, with the place of each in the configuration. */
export function mapsOf(features: FeaturesConfig, path = 'features'): { map: FeatureMap; path: string }[] {
  if (features.type !== 'concatenate' && features.type !== 'product') return [{ map: features, path }];
  return features.parts.flatMap((part, i) => mapsOf(part, `${path}.parts.${i}`));
}
