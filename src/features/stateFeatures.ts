/**
 * A feature map ψ of states. Together with the action features χ it makes φ(s,a) = ψ(s) ⊗ χ(a), the map of the
 * critic Q(s,a;θ) = ⟨θ, φ(s,a)⟩. Every map here keeps ‖ψ(s)‖₂ ≤ 1, so that assumption A1 holds.
 */
export interface StateFeatures {
  /** Length d of ψ(s). */
  readonly size: number;
  /** Entries written for one state: d for a dense map, the number of non-zero entries for a sparse one. */
  readonly active: number;
  /** Whether all d entries are written, in order (then no indices are needed). */
  readonly dense: boolean;
  /** Numbers read from one observation. */
  readonly inputs: number;
  /** k with ⟨k, ψ(s)⟩ = 1 for every state s; shape [d]. A critic with a constant initial value starts from a multiple of it. */
  readonly constant: Float64Array;
  /** Relative critic step of each feature (Konidaris et al. 2011 for Fourier features); shape [d], null where all are 1. */
  readonly stepScale: Float64Array | null;
  /** What is learned of the map, changed in place; none where the map is fixed. */
  readonly parameters?: readonly Float64Array[];
  /**
   * Writes ψ of one observation.
   * @param observation numbers; the state is read from `offset` on
   * @param values receives `active` entries from `at` on
   * @param indices receives their places 0…d−1 from `at` on, all different (not touched by a dense map)
   */
  encode(observation: ArrayLike<number>, offset: number, values: Float64Array, indices: Int32Array, at: number): void;
  /**
   * ψ of n observations, one after the other, where that is faster than one by one; the same numbers.
   * @param values receives n·active entries from `at` on
   */
  forward?(observations: ArrayLike<number>, offset: number, n: number, values: Float64Array, at: number): void;
}

/** A bounded box of states, by which an observation is scaled to [0,1] in every dimension; values outside are clipped. */
export interface Bounds {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

/** Checks that bounds are finite, ordered and of one length. @throws RangeError naming the dimension. */
export function checkBounds({ low, high }: Bounds): number {
  if (low.length !== high.length) {
    throw new RangeError(`bounds: low has ${low.length} entries and high has ${high.length}; expected as many`);
  }
  for (let i = 0; i < low.length; i++) {
    if (!(Number.isFinite(low[i]) && Number.isFinite(high[i]) && low[i] < high[i])) {
      throw new RangeError(
        `bounds: dimension ${i} is [${low[i]}, ${high[i]}]; expected finite numbers with low < high. ` +
          'Give `low` and `high` in the features of the configuration where the observation space is unbounded.',
      );
    }
  }
  return low.length;
}

/** What every fixed dense map says of itself, before `encode`. @param constant shape [d] */
export function denseMap(inputs: number, constant: Float64Array, stepScale: Float64Array | null = null) {
  const { length: size } = constant;
  return { size, active: size, dense: true, inputs, constant, stepScale };
}

/** k of a map of d features whose first is 1/√d in every state. */
export function firstIsConstant(size: number): Float64Array {
  const constant = new Float64Array(size);
  // Not √d: the last bit is that of the feature's reciprocal.
  constant[0] = 1 / (1 / Math.sqrt(size));
  return constant;
}

/** One number a dimension, of one for all or a list. @throws RangeError naming the map and its option where the list has another length */
export function perDimension(name: string, given: number | readonly number[], inputs: number): readonly number[] {
  if (typeof given === 'number') return new Array<number>(inputs).fill(given);
  if (given.length === inputs) return given;
  throw new RangeError(`${name} has ${given.length} entries; expected one for each of the ${inputs} dimensions`);
}

/** Features of a map at most; more is taken for a mistake rather than for memory to be filled. */
const MAX_FEATURES = 2 ** 24;

/** @throws RangeError where a map would have too many features, naming it and the remedy */
export function checkCount(name: string, size: number, remedy: string): void {
  if (size <= MAX_FEATURES) return;
  throw new RangeError(`${name}: ${size} features; expected at most ${MAX_FEATURES}. ${remedy}`);
}
