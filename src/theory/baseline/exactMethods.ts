import { proximalStep } from '../../actor/mirrorDescent.js';
import { actionValue, actionValueOf, policyMean } from '../finite/exact.js';
import { type FinitePolicy, gibbsPolicy, klDivergence } from '../finite/finitePolicy.js';
import { solveDiscounted } from '../finite/linearSystem.js';
import type { FiniteProblem } from '../finite/setting.js';
import { greedy } from '../finite/softOptimal.js';
import { type Baseline, BaselineRecord, isRecorded } from './baseline.js';

/** When a method stops. */
export interface Limits {
  /** Of `Baseline.cost`. */
  readonly most: number;
  /** A gap at which it has done enough. */
  readonly gap: number;
}

/** π ← argmin ∫ Q^π dπ + τ KL(π|μ) from μ: Newton's method on the soft Bellman equation. For τ = 0 the greedy improvement. */
export function policyIteration(problem: FiniteProblem, limits: Limits): Baseline {
  const record = new BaselineRecord({ key: 'policyIteration', name: 'soft policy iteration', unit: 'solves' }, problem);
  const { mdp, tau } = problem;
  let policy = referencePolicy(problem);
  for (let n = 0; record.add(policy, n, n) > limits.gap && n < limits.most; n++) {
    policy = greedyFor(problem, actionValue(mdp, policy, tau));
  }
  return record.finish();
}

/** Mirror descent with the exact Q^π, w ← (w + λQ)/(1+λτ) at every pair: the natural policy gradient of the softmax policy. */
export function naturalPolicyGradient(problem: FiniteProblem, lambda: number, limits: Limits): Baseline {
  const record = new BaselineRecord(
    { key: 'naturalPolicyGradient', name: `natural policy gradient, λ = ${lambda}`, unit: 'solves' },
    problem,
  );
  const { mdp, tau } = problem;
  const energy = new Float64Array(mdp.cost.length);
  for (let n = 0; n <= limits.most; n++) {
    const policy = gibbsPolicy(mdp, energy);
    if (isRecorded(n) && record.add(policy, n, n) <= limits.gap) break;
    proximalStep(energy, actionValue(mdp, policy, tau), lambda, tau);
  }
  return record.finish();
}

/**
 * Q ← Q − α(Q − T*Q) at every pair, T*Q = c − γτ P log ∫ e^{−Q/τ} dμ, from Q = 0: soft Q-learning in expectation; α = 1 is soft value
 * iteration. The policy is that of Q.
 */
export function softQIteration(problem: FiniteProblem, alpha: number, limits: Limits): Baseline {
  const record = new BaselineRecord(
    { key: 'softQIteration', name: `soft Q-learning in expectation, α = ${alpha}`, unit: 'evaluations' },
    problem,
  );
  const Q = new Float64Array(problem.mdp.cost.length);
  for (let n = 0; n <= limits.most; n++) {
    if (isRecorded(n) && record.add(greedyFor(problem, Q), n, n) <= limits.gap) break;
    const target = optimalBellman(problem, Q);
    for (let p = 0; p < Q.length; p++) Q[p] += alpha * (target[p] - Q[p]);
  }
  return record.finish();
}

/** T*Q = c + γP min_π(∫ Q dπ + τ KL(π|μ)). @param Q shape [S·m]; @returns shape [S·m] */
export function optimalBellman(problem: FiniteProblem, Q: Float64Array): Float64Array {
  const { mdp, tau } = problem;
  const policy = greedyFor(problem, Q);
  const V = policyMean(mdp, policy, Q);
  return actionValueOf(mdp, tau > 0 ? V.map((v, s) => v + tau * policy.kl[s]) : V);
}

/**
 * Without regularisation in the end: natural policy gradient steps for c + τ KL(π|ν), and every `every` updates the reference ν, at first μ,
 * is replaced by the policy (the proximal point method). The gap is that of c alone.
 */
export function movedReference(
  problem: FiniteProblem,
  { lambda, every }: { lambda: number; every: number },
  limits: Limits,
): Baseline {
  const { mdp, tau } = problem;
  const record = new BaselineRecord(
    {
      key: 'movedReference',
      name: `reference moved to the policy every ${every} updates, λ = ${lambda}`,
      unit: 'solves',
    },
    problem.withTau(0),
  );
  const energy = new Float64Array(mdp.cost.length);
  let reference = gibbsPolicy(mdp, energy);
  for (let n = 0; n <= limits.most; n++) {
    const policy = gibbsPolicy(mdp, energy);
    if (isRecorded(n) && record.add(policy, n, n) <= limits.gap) break;
    if (n > 0 && n % every === 0) reference = policy;
    const Q = valueAgainst(problem, policy, reference);
    // log dπ/dμ ← (log dπ/dμ − λ(Q − τ log dν/dμ))/(1+λτ) up to a function of the state.
    for (let p = 0; p < Q.length; p++) Q[p] -= tau * reference.logDensity[p];
    proximalStep(energy, Q, lambda, tau);
  }
  return record.finish();
}

/** Q of the cost c + τ KL(π|ν). @returns shape [S·m] */
function valueAgainst({ mdp, tau }: FiniteProblem, policy: FinitePolicy, reference: FinitePolicy): Float64Array {
  const kl = klDivergence(mdp, policy, reference);
  const cost = policyMean(mdp, policy, mdp.cost).map((c, s) => c + tau * kl[s]);
  const weight = policy.probabilities.map((p) => mdp.gamma * p);
  return actionValueOf(mdp, solveDiscounted(mdp, weight, cost));
}

/** The minimiser of ∫ Q dπ + τ KL(π|μ); for τ = 0 a greedy one. */
export function greedyFor({ mdp, tau }: FiniteProblem, Q: Float64Array): FinitePolicy {
  if (tau === 0) return greedy(mdp, Q);
  return gibbsPolicy(
    mdp,
    Q.map((q) => q / tau),
  );
}

/** μ at every state. */
function referencePolicy({ mdp }: FiniteProblem): FinitePolicy {
  return gibbsPolicy(mdp, new Float64Array(mdp.cost.length));
}
