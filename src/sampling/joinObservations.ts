import type { Observations } from './observations.js';

/** One of the things that are joined: of a part of a Dict or Tuple by its key in a batch, or of the whole observation. */
export interface Joined {
  readonly key: string | undefined;
  readonly observations: Observations;
}

/**
 * Rows that have those of several observations side by side.
 * @param parts what each reads; at least one
 * @param batchLength E of a batch
 */
export function joinObservations(
  parts: readonly Joined[],
  batchLength: (observations: unknown) => number,
): Observations {
  const inputs = parts.reduce((sum, { observations }) => sum + observations.inputs, 0);
  let scratch = new Float64Array(0);
  return {
    inputs,
    bounds: {
      low: parts.flatMap(({ observations }) => Array.from(observations.bounds.low)),
      high: parts.flatMap(({ observations }) => Array.from(observations.bounds.high)),
    },
    write(batch, out, at, step, first) {
      const E = batchLength(batch);
      if (scratch.length < E * inputs) scratch = new Float64Array(E * inputs);
      for (const { key, observations } of parts) {
        const n = observations.inputs;
        observations.write(
          key === undefined ? batch : (batch as Record<string, unknown>)[key],
          scratch,
          0,
          step,
          first,
        );
        for (let e = 0; e < E; e++) {
          for (let i = 0; i < n; i++) out[at + e * inputs + i] = scratch[e * n + i];
        }
        at += n;
      }
    },
  };
}
