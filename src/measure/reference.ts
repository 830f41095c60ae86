/** A reference measure on an interval. Places in it are scaled to [−1,1]. */
export interface Reference {
  readonly low: number;
  readonly high: number;
  /** The place below which the share p of the mass is. */
  quantile(p: number): number;
}

/**
 * The uniform measure on [low, high].
 * @throws RangeError where the bounds are not finite and ordered
 */
export function uniform(low: number, high: number): Reference {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new RangeError(`a uniform measure on [${low}, ${high}]; expected finite bounds with low < high`);
  }
  return { low, high, quantile: (p) => 2 * p - 1 };
}

/** The action at a place scaled to [−1,1]; inside the interval even after rounding. */
export function unscale({ low, high }: Reference, place: number): number {
  return Math.min(high, Math.max(low, low + ((place + 1) / 2) * (high - low)));
}
