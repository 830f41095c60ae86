import { z } from 'zod';

const natural = z.number().int().min(1);
const counts = z.union([natural, z.array(natural)]);
const numbers = z.union([z.number(), z.array(z.number())]);
const positives = z.union([z.number().positive(), z.array(z.number().positive())]);

const measure = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('uniform') }),
  z.strictObject({
    type: z.literal('gaussian'),
    mean: numbers.default(0),
    standardDeviation: positives.describe('of μ, in the units of the action'),
  }),
]);

const basis = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('quadratic') }).describe('1, a_i, a_i² without cross terms'),
  z.strictObject({ type: z.literal('polynomial'), degree: natural.default(2) }),
  z.strictObject({ type: z.literal('hat'), knots: z.number().int().min(2) }),
]);

const rule = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('exact') }).describe('no rule: truncated Gaussians, with the basis "quadratic"'),
  z
    .strictObject({ type: z.literal('cells'), cells: counts.default(9) })
    .describe('cells of equal mass in each dimension'),
  z.strictObject({ type: z.literal('gauss'), nodes: counts.default(9) }).describe('Gauss nodes in each dimension'),
  z
    .strictObject({
      type: z.literal('lattice'),
      nodes: natural.default(1021),
      seed: z.number().int().min(0).default(0),
    })
    .describe('quasi-Monte-Carlo'),
]);

/** The part of the schema about actions; what is left out follows from the number of dimensions (docs/configuration.md). */
export const actions = z
  .strictObject({
    measure: measure.default({ type: 'uniform' }).describe('μ'),
    basis: basis.optional().describe('features of the action'),
    rule: rule.optional().describe('how μ is integrated'),
  })
  .describe('Box action spaces only');

export type ActionsConfig = z.output<typeof actions>;
