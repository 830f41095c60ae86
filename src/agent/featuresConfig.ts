import { z } from 'zod';

const positive = z.number().positive();
const natural = z.number().int().min(1);

/** What every map of numbers has. */
const numbers = {
  low: z.array(z.number()).optional().describe('lowest observation of each dimension; default: the observation space'),
  high: z.array(z.number()).optional().describe('highest observation of each dimension'),
  dimensions: z
    .array(z.number().int().min(0))
    .min(1)
    .optional()
    .describe('which numbers of the observation it reads; default: all'),
};

const oneHot = z.strictObject({ type: z.literal('oneHot') });

const map = [
  z.strictObject({
    type: z.literal('tileCoding'),
    tilings: natural,
    tiles: z.union([natural, z.array(natural)]),
    memory: natural.optional().describe('number of features that the tiles are hashed to'),
    ...numbers,
  }),
  z.strictObject({ type: z.literal('fourier'), order: natural, maxNonZero: natural.optional(), ...numbers }),
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
export const features = z.discriminatedUnion('type', [oneHot, ...map, network, product, concatenate]);

/** Features as the configuration has them. */
export type FeaturesConfig = z.output<typeof features>;
