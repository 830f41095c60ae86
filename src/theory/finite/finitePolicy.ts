import { type Gibbs, gibbs, gibbsBuffers } from '../../policy/gibbs.js';
import { combine, type FiniteFeatures } from './finiteFeatures.js';
import type { FiniteMdp } from './finiteMdp.js';

/** A policy at every state of a finite process. */
export interface FinitePolicy {
  /** π({a}|s); shape [S·m]. */
  readonly probabilities: Float64Array;
  /** log dπ/dμ(s,a); shape [S·m]. */
  readonly logDensity: Float64Array;
  /** KL(π(·|s)|μ); shape [S]. */
  readonly kl: Float64Array;
}

/** The Gibbs policy log dπ/dμ = −energy − log Z. @param energy shape [S·m] */
export function gibbsPolicy({ states, actions, measure }: FiniteMdp, energy: Float64Array): FinitePolicy {
  const probabilities = new Float64Array(states * actions);
  const logDensity = new Float64Array(states * actions);
  const kl = new Float64Array(states);
  const buffer: Gibbs = gibbsBuffers(actions);
  for (let s = 0; s < states; s++) {
    const at = s * actions;
    // From the least energy on: next to one of 10¹⁶, log Z would lose the mass.
    const own = energy.subarray(at, at + actions);
    const least = own.reduce((found, x) => Math.min(found, x), Number.POSITIVE_INFINITY);
    gibbs(
      own.map((x) => x - least),
      measure,
      buffer,
    );
    probabilities.set(buffer.probabilities, at);
    logDensity.set(buffer.logDensity, at);
    kl[s] = buffer.kl;
  }
  return { probabilities, logDensity, kl };
}

/** The Gibbs policy of a vector: log dπ/dμ(s,a) = −⟨w, φ(s,a)⟩ − log Z(s). @param w shape [N] */
export function policyOf(mdp: FiniteMdp, features: FiniteFeatures, w: Float64Array): FinitePolicy {
  return gibbsPolicy(mdp, combine(features, w, new Float64Array(mdp.states * mdp.actions)));
}

/** A policy given by its probabilities, which may be zero. @param probabilities shape [S·m] */
export function policyFrom({ states, actions, measure }: FiniteMdp, probabilities: Float64Array): FinitePolicy {
  const logDensity = probabilities.map((p, i) => Math.log(p / measure.weights[i % actions]));
  const kl = new Float64Array(states);
  probabilities.forEach((p, i) => {
    if (p > 0) kl[Math.floor(i / actions)] += p * logDensity[i];
  });
  return { probabilities, logDensity, kl };
}

/**
 * KL(π(·|s)|ν(·|s)) for every state, as Σ ν h(π/ν) with h(x) = x log x − x + 1 ≥ 0: no cancellation, so that it keeps its relative
 * precision however close the two are.
 * @returns shape [S]
 */
export function klDivergence({ states, actions }: FiniteMdp, pi: FinitePolicy, nu: FinitePolicy): Float64Array {
  const out = new Float64Array(states);
  for (let p = 0; p < states * actions; p++) {
    const [x, y] = [pi.probabilities[p], nu.probabilities[p]];
    const u = pi.logDensity[p] - nu.logDensity[p];
    // ν h(π/ν) = π u − π + ν; the series is for π near ν, and a probability may have fallen to zero.
    const term = Math.abs(u) < 0.3 ? y * entropyKernel(u) : (x > 0 ? x * u : 0) - x + y;
    out[Math.floor(p / actions)] += term;
  }
  return out;
}

/** h(e^u) = u e^u − e^u + 1 by its series Σ_{k≥2} u^k (k−1)/k!, since the difference would cancel. */
function entropyKernel(u: number): number {
  let sum = 0;
  for (let k = 2, term = u; k < 20; k++) {
    term *= u / k;
    sum += term * (k - 1);
  }
  return sum;
}
