import { resetBeta } from './finiteProblem.js';
import { occupiedPairs } from './reach.js';
import type { FiniteProblem } from './setting.js';

/** What it means for the agent that A2 fails; null where the features are independent under β. */
export function withoutA2(problem: FiniteProblem): string | null {
  const { mdp, beta, rank } = problem;
  if (rank.found === rank.full) return null;
  const count = (which: Uint8Array) => which.reduce((sum, x) => sum + x, 0);
  const pairs = beta.length;
  const reached = occupiedPairs(mdp, beta);
  const visited = occupiedPairs(mdp, resetBeta(mdp));
  const missed = count(visited.map((x, p) => (x === 1 && reached[p] === 0 ? 1 : 0)));
  const support = count(Uint8Array.from(beta, (b) => (b > 0 ? 1 : 0)));
  const begin = `A2 fails: the features have rank ${rank.found} of ${rank.full} under β, which has mass on ${support} of ${pairs} pairs.`;
  if (support === pairs) {
    return (
      `A2 fails: the features are dependent, of rank ${rank.found} of ${rank.full}. Several θ are the same ⟨θ,φ⟩: ` +
      'the critic learns this function wherever the agent goes, and only the proofs of Theorems 1 and 2 are lost.'
    );
  }
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
