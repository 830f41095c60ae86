import { regularisedMean } from '../../critic/stateValue.js';
import type { Rng } from '../../numeric/rng.js';
import { sampleNode } from '../../policy/gibbs.js';
import { combine, type FiniteFeatures } from './finiteFeatures.js';
import type { FiniteMdp } from './finiteMdp.js';
import type { FinitePolicy } from './finitePolicy.js';

/** Draws a next state, or −1 where the step terminates. */
export type TransitionSampler = (pair: number, rng: Rng) => number;

/** The sampler of a finite process's own P. */
export function transitionSampler({ transitions }: FiniteMdp): TransitionSampler {
  const { offsets, columns, values } = transitions;
  return (pair, rng) => {
    let u = rng.next();
    for (let k = offsets[pair]; k < offsets[pair + 1]; k++) {
      u -= values[k];
      if (u < 0) return columns[k];
    }
    // Rounding can leave a row's sum a little below one; a row that cannot terminate gives its last successor.
    return u < 1e-9 && offsets[pair + 1] > offsets[pair] ? columns[offsets[pair + 1] - 1] : -1;
  };
}

/**
 * One pair drawn from d_β^π: begin at β, follow π, stop after each step with probability 1−γ.
 * @returns the pair, or −1 where the episode terminated first (the mass d_β^π lacks)
 */
export function samplePair(
  { gamma, actions }: Pick<FiniteMdp, 'gamma' | 'actions'>,
  policy: FinitePolicy,
  beta: Float64Array,
  next: TransitionSampler,
  rng: Rng,
): number {
  let pair = sampleNode(beta, rng.next());
  while (rng.next() < gamma) {
    const state = next(pair, rng);
    if (state < 0) return -1;
    pair = drawPair(policy, actions, state, rng);
  }
  return pair;
}

/** A mean of independent samples and its standard error; shape of what was asked for. */
export interface Estimate {
  readonly mean: Float64Array;
  readonly standardError: Float64Array;
}

/** Mean and standard error of n independent vectors, each written by `draw` into a zeroed buffer. */
export function estimate(size: number, n: number, draw: (out: Float64Array) => void): Estimate {
  const sum = new Float64Array(size);
  const squares = new Float64Array(size);
  const sample = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    sample.fill(0);
    draw(sample);
    for (let j = 0; j < size; j++) {
      sum[j] += sample[j];
      squares[j] += sample[j] ** 2;
    }
  }
  const mean = sum.map((x) => x / n);
  const standardError = squares.map((x, j) => Math.sqrt(Math.max(0, x / n - mean[j] ** 2) / (n - 1)));
  return { mean, standardError };
}

/** d_β^π from n stopped pairs; shape [S·m]. */
export function estimateOccupancy(
  mdp: FiniteMdp,
  policy: FinitePolicy,
  beta: Float64Array,
  next: TransitionSampler,
  rng: Rng,
  n: number,
): Estimate {
  return estimate(mdp.cost.length, n, (out) => {
    const pair = samplePair(mdp, policy, beta, next, rng);
    if (pair >= 0) out[pair] = 1;
  });
}

/** T_τ^π f at one pair from n next states; the integral over a' is taken exactly. Shape [1]. */
export function estimateBellman(
  mdp: FiniteMdp,
  policy: FinitePolicy,
  tau: number,
  f: Float64Array,
  pair: number,
  next: TransitionSampler,
  rng: Rng,
  n: number,
): Estimate {
  return estimate(1, n, (out) => {
    out[0] = sampledTarget(mdp, policy, tau, f, pair, next(pair, rng));
  });
}

/** g(θ,π) from n stopped pairs, each with one next state. @param theta shape [N]; the estimate's shape is [N] */
export function estimateSemiGradient(
  mdp: FiniteMdp,
  features: FiniteFeatures,
  policy: FinitePolicy,
  tau: number,
  theta: Float64Array,
  beta: Float64Array,
  next: TransitionSampler,
  rng: Rng,
  n: number,
): Estimate {
  const Q = combine(features, theta, new Float64Array(mdp.cost.length));
  const { table, size } = features;
  return estimate(size, n, (out) => {
    const pair = samplePair(mdp, policy, beta, next, rng);
    if (pair < 0) return;
    const error = Q[pair] - sampledTarget(mdp, policy, tau, Q, pair, next(pair, rng));
    if (table === null) out[pair] = error;
    else for (let i = 0; i < size; i++) out[i] = error * table[pair * size + i];
  });
}

/** c + γ (∫ f(s',a') π(da'|s') + τ KL(π(·|s')|μ)), or c where the step terminated. */
function sampledTarget(
  { cost, gamma, actions }: FiniteMdp,
  policy: FinitePolicy,
  tau: number,
  f: Float64Array,
  pair: number,
  state: number,
): number {
  if (state < 0) return cost[pair];
  const next = regularisedMean(
    f.subarray(state * actions, (state + 1) * actions),
    policy.probabilities,
    state * actions,
    tau * policy.kl[state],
  );
  return cost[pair] + gamma * next;
}

function drawPair(policy: FinitePolicy, actions: number, state: number, rng: Rng): number {
  const at = state * actions;
  return at + sampleNode(policy.probabilities.subarray(at, at + actions), rng.next());
}
