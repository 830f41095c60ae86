import type { Rng } from '../../numeric/rng.js';
import { sampleNode } from '../../policy/gibbs.js';
import { transitionSampler } from '../finite/sampler.js';
import type { FiniteProblem } from '../finite/setting.js';
import { type Baseline, BaselineRecord, isRecorded } from './baseline.js';
import { greedyFor, type Limits } from './exactMethods.js';

/**
 * Soft Q-learning from transitions: a pair is drawn from β, a next state from P, and
 * Q(s,a) ← Q(s,a) − α(Q(s,a) − c(s,a) + γτ log ∫ e^{−Q(s',·)/τ} dμ), α = 1/(1 + (1−γ)n) with n the visits to the pair so far (Wainwright 2019,
 * arXiv 1905.06265). For τ = 0 it is Q-learning.
 */
export function softQLearning(problem: FiniteProblem, rng: Rng, limits: Limits): Baseline {
  const { mdp, beta } = problem;
  const { cost, gamma } = mdp;
  const record = new BaselineRecord({ key: 'softQLearning', name: 'soft Q-learning', unit: 'samples' }, problem);
  const Q = new Float64Array(cost.length);
  const visits = new Int32Array(cost.length);
  const next = transitionSampler(mdp);
  for (let n = 0; n <= limits.most; n++) {
    if (isRecorded(n) && record.add(greedyFor(problem, Q), n, n) <= limits.gap) break;
    const pair = sampleNode(beta, rng.next());
    const state = next(pair, rng);
    const target = cost[pair] + (state < 0 ? 0 : gamma * softMinimum(problem, Q, state));
    Q[pair] += (target - Q[pair]) / (1 + (1 - gamma) * visits[pair]);
    visits[pair]++;
  }
  return record.finish();
}

/** −τ log ∫ e^{−Q(s,·)/τ} dμ; for τ = 0 the minimum over the actions of positive μ. */
function softMinimum({ mdp, tau }: FiniteProblem, Q: Float64Array, state: number): number {
  const { actions: m, measure } = mdp;
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a < m; a++) if (measure.weights[a] > 0) least = Math.min(least, Q[state * m + a]);
  if (tau === 0) return least;
  let mass = 0;
  for (let a = 0; a < m; a++) mass += measure.weights[a] * Math.exp((least - Q[state * m + a]) / tau);
  return least - tau * Math.log(mass);
}
