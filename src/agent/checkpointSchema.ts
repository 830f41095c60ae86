import { z } from 'zod';
import { parseConfig } from '../config/config.js';
import { fromJSON } from '../spaces/index.js';

const count = z.number().int().min(0);
const floats = z.instanceof(Float64Array);
const numbers = z.custom<ArrayLike<number>>(
  (x) => (Array.isArray(x) || x instanceof Float64Array) && Array.from(x).every((n) => typeof n === 'number'),
  'expected numbers',
);
const map = z.record(z.string(), z.unknown());

/** Fields of `Checkpoint`; what learns and what samples check their own parts when these are restored. */
const checkpoint = z.object({
  config: map,
  observationSpace: map,
  actionSpace: map,
  version: z.string(),
  steps: count,
  state: z.looseObject({
    agent: z.object({
      w: floats,
      updates: count,
      time: z.number(),
      lambda: z.number(),
      critic: map,
      average: floats.nullable(),
      scaling: z.object({ low: numbers, high: numbers }).nullable(),
      temperature: map.nullable(),
    }),
    rollout: map.optional(),
    rng: z.array(z.number().int()).length(4),
    seconds: z.number().min(0),
    evaluation: map.nullable(),
  }),
});

/** What is wrong with the contents of a checkpoint's file, in a sentence; null: nothing. */
export function faultOf(contents: unknown): string | null {
  const result = checkpoint.safeParse(contents);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    return `${path.join('.') || 'the whole'}: ${message}`;
  }
  const { config, observationSpace, actionSpace } = result.data;
  try {
    parseConfig(config, 'its configuration');
    for (const space of [observationSpace, actionSpace]) fromJSON(space);
  } catch (error) {
    return (error as Error).message;
  }
  return null;
}

/**
 * Whether `saved` has what `own` has: numbers where there are numbers, arrays of the same type and length, and so in what is nested.
 * @returns the place of the first thing that differs; null: none
 */
export function difference(own: unknown, saved: unknown, where: string): string | null {
  if (ArrayBuffer.isView(own)) {
    const isSame =
      saved?.constructor === own.constructor && (saved as Float64Array).length === (own as Float64Array).length;
    return isSame ? null : where;
  }
  if (typeof own !== 'object' || own === null) return typeof saved === typeof own ? null : where;
  if (Array.isArray(own)) return Array.isArray(saved) ? null : where;
  if (typeof saved !== 'object' || saved === null) return where;
  for (const [key, value] of Object.entries(own)) {
    const found = difference(value, (saved as Record<string, unknown>)[key], `${where}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
