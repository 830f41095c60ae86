import { regularisedMean } from '../../critic/stateValue.js';
import type { Rng } from '../../numeric/rng.js';
import { sampleNode } from '../../policy/gibbs.js';
import { combine } from './finiteFeatures.js';
import type { FiniteMdp } from './finiteMdp.js';
import type { FinitePolicy } from './finitePolicy.js';
import type { FiniteProblem, FiniteSetting } from './setting.js';

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

/** A policy to follow, and how next states are drawn. */
export interface Simulation {
  readonly policy: FinitePolicy;
  readonly next: TransitionSampler;
  readonly rng: Rng;
}

/**
 * One pair drawn from d_β^π: begin at β, follow π, stop after each step with probability 1−γ.
 * @returns the pair, or −1 where the episode terminated first (the mass d_β^π lacks)
 */
export function samplePair({ mdp, beta }: Pick<FiniteProblem, 'mdp' | 'beta'>, simulation: Simulation): number {
  const { policy, next, rng } = simulation;
  let pair = sampleNode(beta, rng.next());
  while (rng.next() < mdp.gamma) {
    const state = next(pair, rng);
    if (state < 0) return -1;
    pair = drawPair(policy, mdp.actions, state, rng);
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
export function estimateOccupancy(problem: FiniteProblem, simulation: Simulation, n: number): Estimate {
  return estimate(problem.mdp.cost.length, n, (out) => {
    const pair = samplePair(problem, simulation);
    if (pair >= 0) out[pair] = 1;
  });
}

/**
 * T_τ^π f at one pair from n next states; the integral over a' is taken exactly. Shape [1].
 * @param f shape [S·m]
 */
export function estimateBellman(
  setting: FiniteSetting,
  simulation: Simulation,
  { f, pair }: { f: Float64Array; pair: number },
  n: number,
): Estimate {
  const { policy, next, rng } = simulation;
  const target = sampledBellman(setting, policy, f);
  return estimate(1, n, (out) => {
    out[0] = target(pair, next(pair, rng));
  });
}

/** g(θ,π) from n stopped pairs, each with one next state. @param theta shape [N]; the estimate's shape is [N] */
export function estimateSemiGradient(
  problem: FiniteProblem,
  simulation: Simulation,
  theta: Float64Array,
  n: number,
): Estimate {
  const { mdp, features } = problem;
  const { policy, next, rng } = simulation;
  const Q = combine(features, theta, new Float64Array(mdp.cost.length));
  const target = sampledBellman(problem, policy, Q);
  const { table, size } = features;
  return estimate(size, n, (out) => {
    const pair = samplePair(problem, simulation);
    if (pair < 0) return;
    const error = Q[pair] - target(pair, next(pair, rng));
    if (table === null) out[pair] = error;
    else for (let i = 0; i < size; i++) out[i] = error * table[pair * size + i];
  });
}

/** T_τ^π f of a pair from one next state: c + γ (∫ f(s',a') π(da'|s') + τ KL(π(·|s')|μ)), or c where the step terminated (state −1). */
function sampledBellman({ mdp, tau }: FiniteSetting, policy: FinitePolicy, f: Float64Array) {
  const { cost, gamma, actions: m } = mdp;
  return (pair: number, state: number): number => {
    if (state < 0) return cost[pair];
    const values = f.subarray(state * m, (state + 1) * m);
    return cost[pair] + gamma * regularisedMean(values, policy.probabilities, state * m, tau * policy.kl[state]);
  };
}

function drawPair(policy: FinitePolicy, actions: number, state: number, rng: Rng): number {
  const at = state * actions;
  return at + sampleNode(policy.probabilities.subarray(at, at + actions), rng.next());
}
