import { z } from 'zod';
import type { LinearFeatures } from '../features/index.js';

/** What a checkpoint keeps of a critic: the form of the data, and the one place where it is checked. */

const floats = z.custom<Float64Array>((x) => x instanceof Float64Array, 'expected a Float64Array');
const flags = z.custom<Uint8Array>((x) => x instanceof Uint8Array, 'expected a Uint8Array');
const places = z.custom<Int32Array>((x) => x instanceof Int32Array, 'expected an Int32Array');
const count = z.number().int().min(0);
/** Float64Arrays of a length that the features determine. */
const vector = (length: number) => floats.refine((x) => x.length === length, `expected ${length} numbers`);

/** `RootMeanSquare`. */
const errors = z.object({ squares: z.number(), count });
/** `ReturnTargets`. */
const targets = z.object({ lowestCost: z.number(), highestCost: z.number(), errors });
/** `EligibilityTrace`: its entries that are not 0. */
const trace = z
  .object({ list: places, values: floats })
  .refine(({ list, values }) => list.length === values.length, 'expected as many values as places');
/** `Adam`. */
const adam = z
  .object({ first: floats, second: floats, steps: count, parameters: floats })
  .refine((x) => x.first.length === x.parameters.length && x.second.length === x.parameters.length, {
    error: 'expected as many moments as parameters',
  });

/** Batches without their encoded states, `window` of them at most. */
function batches({ state: { inputs }, action: { width } }: LinearFeatures, window: number) {
  const batch = z
    .object({
      steps: count,
      numEnvs: count,
      observations: floats,
      actions: floats,
      behaviour: floats,
      costs: floats,
      terminated: flags,
      truncated: flags,
      valid: flags,
    })
    .refine(({ steps, numEnvs: E, observations, actions, ...perStep }) => {
      const { behaviour, costs, terminated, truncated, valid } = perStep;
      const size = steps * E;
      return (
        observations.length === (size + E) * inputs &&
        actions.length === size * width &&
        [behaviour, costs, terminated, truncated, valid].every(({ length }) => length === size)
      );
    }, 'expected arrays of steps × numEnvs entries');
  return z.array(batch).max(window);
}

/** @param numEnvs environments, each of which has a trace */
export function temporalDifferenceState({ size }: LinearFeatures, numEnvs: number) {
  return z.object({ theta: vector(size), errors, traces: z.array(trace).length(numEnvs) });
}

/** @param numEnvs environments, each of which has a stream */
export function trueOnlineState({ size, action }: LinearFeatures, numEnvs: number) {
  const stream = z.object({ trace, before: vector(action.size), running: z.literal([0, 1]) });
  return z.object({ theta: vector(size), errors, streams: z.array(stream).length(numEnvs) });
}

/** @param gramSize entries of the Gram matrix */
export function leastSquaresState(features: LinearFeatures, gramSize: number, window: number) {
  const { size } = features;
  return z.object({ theta: vector(size), gram: vector(gramSize), targets, batches: batches(features, window) });
}

/** @param gramSize entries of the Gram matrix */
export function recursiveLeastSquaresState({ size }: LinearFeatures, gramSize: number) {
  return z.object({ theta: vector(size), gram: vector(gramSize), past: vector(size), targets });
}

/** @param layerSizes parameters of each layer of the network */
export function networkState(features: LinearFeatures, layerSizes: readonly number[], window: number) {
  return z.object({
    theta: adam.refine(({ parameters }) => parameters.length === features.size, `expected ${features.size} parameters`),
    layers: z
      .array(adam)
      .length(layerSizes.length)
      .refine(
        (layers) => layers.every(({ parameters }, l) => parameters.length === layerSizes[l]),
        `expected layers of ${layerSizes.join(', ')} parameters`,
      ),
    targets,
    rng: z.array(z.number().int()).length(4),
    batches: batches(features, window),
  });
}

export type TemporalDifferenceState = z.infer<ReturnType<typeof temporalDifferenceState>>;
export type TrueOnlineState = z.infer<ReturnType<typeof trueOnlineState>>;
export type LeastSquaresState = z.infer<ReturnType<typeof leastSquaresState>>;
export type RecursiveLeastSquaresState = z.infer<ReturnType<typeof recursiveLeastSquaresState>>;
export type NetworkState = z.infer<ReturnType<typeof networkState>>;

/** What `Critic.snapshot` gives. */
export type CriticState =
  | TemporalDifferenceState
  | TrueOnlineState
  | LeastSquaresState
  | RecursiveLeastSquaresState
  | NetworkState;
