import type { Measure } from '../measure/measure.js';

/** Buffers for one state's Gibbs density; made once by `gibbsBuffers`, filled by `gibbs`. */
export interface Gibbs {
  /** π({a_j}|s) = weights_j dπ/dμ(s,a_j); shape [m], of sum 1. */
  readonly probabilities: Float64Array;
  /** log dπ/dμ(s,a_j); shape [m]. */
  readonly logDensity: Float64Array;
  /** log Z(s) = log ∫ e^{−energy} dμ. */
  logZ: number;
  /** KL(π(·|s) | μ) ≥ 0. */
  kl: number;
}

export function gibbsBuffers(m: number): Gibbs {
  return { probabilities: new Float64Array(m), logDensity: new Float64Array(m), logZ: 0, kl: 0 };
}

/**
 * The Gibbs density of one state: log dπ/dμ(s,a_j) = −energy_j − log Z(s), where energy_j = ⟨w, φ(s,a_j)⟩. This is the
 * form that both the flow and the mirror step keep when Q is linear in φ (docs/method.md, "The policy is one vector").
 * @param energy shape [m]
 * @param out receives the probabilities, the log density, log Z and the KL divergence from μ
 */
export function gibbs(energy: Float64Array, measure: Measure, out: Gibbs): void {
  const { weights, nodes } = measure;
  const { probabilities, logDensity } = out;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < nodes; j++) if (energy[j] < least) least = energy[j];
  let mass = 0;
  for (let j = 0; j < nodes; j++) {
    const p = weights[j] * Math.exp(least - energy[j]);
    probabilities[j] = p;
    mass += p;
  }
  const logZ = Math.log(mass) - least;
  let kl = 0;
  for (let j = 0; j < nodes; j++) {
    const p = probabilities[j] / mass;
    const l = -energy[j] - logZ;
    probabilities[j] = p;
    logDensity[j] = l;
    kl += p * l;
  }
  out.logZ = logZ;
  out.kl = Math.max(0, kl);
}

/**
 * The node that the uniform number u ∈ [0,1) falls on (inverse distribution function).
 * @param probabilities shape [m], of sum 1
 */
export function sampleNode(probabilities: Float64Array, u: number): number {
  let sum = 0;
  for (let j = 0; j < probabilities.length; j++) {
    sum += probabilities[j];
    if (u < sum) return j;
  }
  // Rounding can leave the sum a little below one; the last node of positive probability takes the rest.
  let last = probabilities.length - 1;
  while (last > 0 && probabilities[last] === 0) last--;
  return last;
}

/** The first node of least energy: the mode of dπ/dμ. */
export function modeNode(energy: Float64Array): number {
  let best = 0;
  for (let j = 1; j < energy.length; j++) if (energy[j] < energy[best]) best = j;
  return best;
}
