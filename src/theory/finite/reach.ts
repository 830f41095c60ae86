import type { FiniteMdp } from './finiteMdp.js';
import type { FiniteProblem } from './setting.js';

/**
 * The pairs that d_β^π gives mass to: the same for every π with a bounded log dπ/dμ.
 * @param beta shape [S·m]
 * @returns shape [S·m], 1 where it does
 */
export function reachedPairs({ states, actions: m, gamma, transitions }: FiniteMdp, beta: Float64Array): Uint8Array {
  const reached = Uint8Array.from(beta, (b) => (b > 0 ? 1 : 0));
  if (gamma === 0) return reached;
  const entered = new Uint8Array(states);
  const pending = [...reached.keys()].filter((p) => reached[p] === 1);
  for (let p = pending.pop(); p !== undefined; p = pending.pop()) {
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
      const next = transitions.columns[k];
      if (entered[next] === 1) continue;
      entered[next] = 1;
      for (let q = next * m; q < (next + 1) * m; q++) {
        if (reached[q] === 0) pending.push(q);
        reached[q] = 1;
      }
    }
  }
  return reached;
}

/** What it means for the agent that A2 fails; null where the features are independent under β. */
export function withoutA2(problem: FiniteProblem): string | null {
  const { mdp, beta, rank } = problem;
  if (rank.found === rank.full) return null;
  const count = (which: Uint8Array) => which.reduce((sum, x) => sum + x, 0);
  const pairs = beta.length;
  const reached = reachedPairs(mdp, beta);
  const visited = reachedPairs(mdp, resetBeta(mdp));
  const missed = count(visited.map((x, p) => (x === 1 && reached[p] === 0 ? 1 : 0)));
  const support = count(Uint8Array.from(beta, (b) => (b > 0 ? 1 : 0)));
  const begin = `A2 fails: the features have rank ${rank.found} of ${rank.full} under β, which has mass on ${support} of ${pairs} pairs.`;
  const reach = `Whatever π is, d_β^π reaches ${count(reached)} pairs`;
  if (missed === 0) {
    return (
      `${begin} ${reach}, among them all ${count(visited)} that an agent started from ρ comes to: the critic learns wherever the agent goes, ` +
      'and only the proofs of Theorems 1 and 2 are lost.'
    );
  }
  return (
    `${begin} ${reach}, and misses ${missed} of the ${count(visited)} that an agent started from ρ comes to: the critic learns nothing there, ` +
    'and the gap may stay above zero.'
  );
}

/** ρ ⊗ μ: the agent's own β, since it starts anew from ρ. Its first action is drawn from π_t or from μ; both have this support. */
export function resetBeta({ cost, actions: m, rho, measure }: FiniteMdp): Float64Array {
  return cost.map((_, p) => rho[Math.floor(p / m)] * measure.weights[p % m]);
}
