import { QuadraticDensity } from './quadraticDensity.js';

/**
 * A reference measure on [low, high], of density proportional to e^{−(linear·y + quadratic·y²)} at the place y, the action scaled to [−1,1]:
 * the uniform one or a Gaussian cut to the interval.
 */
export interface Reference {
  readonly low: number;
  readonly high: number;
  readonly linear: number;
  readonly quadratic: number;
  /** log of the mean of e^{−(linear·y + quadratic·y²)} over [−1,1], which normalises the density. */
  readonly logMass: number;
  /** The place below which the share p of the mass is. */
  quantile(p: number): number;
}

/**
 * The uniform measure on [low, high].
 * @throws RangeError where the bounds are not finite and ordered
 */
export function uniform(low: number, high: number): Reference {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new RangeError(
      `a uniform measure on [${low}, ${high}]; expected finite bounds with low < high. Use a Gaussian measure where there are none.`,
    );
  }
  return { low, high, linear: 0, quadratic: 0, logMass: 0, quantile: (p) => 2 * p - 1 };
}

/** Standard deviations around its mean that a Gaussian measure is kept to; the mass outside, 10⁻¹⁵, is rounding. */
const REACH = 8;

/**
 * N(mean, standardDeviation²) on the part of [low, high], which need not be finite, within eight standard deviations of the mean. So every
 * density relative to it is integrable, and features of actions are bounded (A1).
 * @throws RangeError where the standard deviation is not positive, or no such part is left
 */
export function gaussian(low: number, high: number, mean: number, standardDeviation: number): Reference {
  if (!(Number.isFinite(mean) && Number.isFinite(standardDeviation) && standardDeviation > 0)) {
    throw new RangeError(
      `a Gaussian measure with mean ${mean} and standard deviation ${standardDeviation}; expected finite numbers, the deviation > 0`,
    );
  }
  const from = Math.max(low, mean - REACH * standardDeviation);
  const to = Math.min(high, mean + REACH * standardDeviation);
  if (!(from < to)) {
    throw new RangeError(
      `a Gaussian measure with mean ${mean} and standard deviation ${standardDeviation} on [${low}, ${high}]; ` +
        `expected a part of the interval within ${REACH} standard deviations of the mean`,
    );
  }
  const half = (to - from) / 2;
  const quadratic = half ** 2 / (2 * standardDeviation ** 2);
  const linear = (half * ((from + to) / 2 - mean)) / standardDeviation ** 2;
  const density = new QuadraticDensity();
  density.set(linear, quadratic);
  return {
    low: from,
    high: to,
    linear,
    quadratic,
    logMass: density.logMass,
    quantile: (p) => density.quantile(p),
  };
}

/** −log of the density of μ at a place, but for a constant. */
export function surprisalAt({ linear, quadratic }: Reference, place: number): number {
  return (linear + quadratic * place) * place;
}

/** log of the density of μ at an action, relative to length. */
export function logDensityAt(reference: Reference, action: number): number {
  const { low, high, logMass } = reference;
  // An action at the edge may be beyond it by the rounding of its dtype.
  const slack = 1e-6 * (high - low);
  if (action < low - slack || action > high + slack) return Number.NEGATIVE_INFINITY;
  return -surprisalAt(reference, scale(reference, action)) - logMass - Math.log(high - low);
}

/** The action at a place scaled to [−1,1]; inside the interval even after rounding. */
export function unscale({ low, high }: Reference, place: number): number {
  return Math.min(high, Math.max(low, low + ((place + 1) / 2) * (high - low)));
}

/** The place, scaled to [−1,1], of an action. */
export function scale({ low, high }: Reference, action: number): number {
  return Math.min(1, Math.max(-1, (2 * (action - low)) / (high - low) - 1));
}
