import { Matrix, solve } from 'ml-matrix';
import { LinearFeatures, type StateFeatures } from '../../src/features/index.js';
import { discreteFamily } from '../../src/policy/discreteFamily.js';
import { type Batch, encodeStates, makeBatch } from '../../src/sampling/batch.js';

/** A finite MDP whose transition probabilities are multiples of 1/parts, so that a finite batch has them exactly. */
export interface FiniteMdp {
  states: number;
  actions: number;
  /** next[s][a]: `parts` successors, each of probability 1/parts; −1 stands for termination. */
  next: number[][][];
  /** cost[s][a]. */
  cost: number[][];
  parts: number;
}

export function makeFeatures(state: StateFeatures, actions: number) {
  const family = discreteFamily(actions);
  return { features: new LinearFeatures(state, family.features), family };
}

/** Every transition of the MDP once a part: (s,a) uniform, s' by P, as environments that make one step each. */
export function batchOf(mdp: FiniteMdp, state: StateFeatures): Batch {
  const transitions = mdp.next.flatMap((byAction, s) =>
    byAction.flatMap((next, a) => next.map((to) => ({ s, a, to }))),
  );
  const E = transitions.length;
  const batch = makeBatch(state, 1, E);
  transitions.forEach(({ s, a, to }, e) => {
    batch.observations[e] = s;
    batch.observations[E + e] = Math.max(0, to);
    batch.actions[e] = a;
    batch.behaviour[e] = 1;
    batch.costs[e] = mdp.cost[s][a];
    batch.terminated[e] = to < 0 ? 1 : 0;
    batch.truncated[e] = to < 0 ? 0 : 1; // one step each: the next row is another trajectory
    batch.valid[e] = 1;
  });
  encodeStates(state, batch, 0);
  encodeStates(state, batch, 1);
  return batch;
}

/** Q^π as the solution of Q = c + γ P (πQ + τ KL(π|μ)), one linear system; pi[s][a]. */
export function exactActionValue(mdp: FiniteMdp, pi: number[][], gamma: number, tau: number): number[][] {
  const { states: S, actions: A } = mdp;
  const M = Matrix.eye(S * A);
  const b = Matrix.zeros(S * A, 1);
  const kl = pi.map((row) => row.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p * A) : 0), 0));
  for (let s = 0; s < S; s++) {
    for (let a = 0; a < A; a++) {
      const i = s * A + a;
      b.set(i, 0, mdp.cost[s][a]);
      for (const to of mdp.next[s][a]) {
        if (to < 0) continue;
        b.set(i, 0, b.get(i, 0) + (gamma * tau * kl[to]) / mdp.parts);
        for (let a2 = 0; a2 < A; a2++) {
          const j = to * A + a2;
          M.set(i, j, M.get(i, j) - (gamma * pi[to][a2]) / mdp.parts);
        }
      }
    }
  }
  const q = solve(M, b).to1DArray();
  return Array.from({ length: S }, (_, s) => q.slice(s * A, (s + 1) * A));
}

/** Soft value iteration V(s) = −τ log Σ_a μ(a) e^{−Q(s,a)/τ}, Q = c + γPV, until it no longer moves. */
export function softOptimal(
  mdp: FiniteMdp,
  gamma: number,
  tau: number,
): { q: number[][]; v: number[]; pi: number[][] } {
  const { states: S, actions: A } = mdp;
  let v = new Array<number>(S).fill(0);
  for (;;) {
    const q = mdp.next.map((byAction, s) =>
      byAction.map(
        (next, a) => mdp.cost[s][a] + (gamma * next.reduce((sum, to) => sum + (to < 0 ? 0 : v[to]), 0)) / mdp.parts,
      ),
    );
    const next = q.map((row) => {
      const least = Math.min(...row);
      return least - tau * Math.log(row.reduce((sum, x) => sum + Math.exp((least - x) / tau) / A, 0));
    });
    const moved = Math.max(...next.map((x, s) => Math.abs(x - v[s])));
    v = next;
    if (moved < 1e-14) {
      const pi = q.map((row, s) => row.map((x) => Math.exp((v[s] - x) / tau) / A));
      return { q, v, pi };
    }
  }
}

/** Two states, two actions: action 0 stays, action 1 moves, with different costs. */
export const twoState: FiniteMdp = {
  states: 2,
  actions: 2,
  parts: 1,
  next: [
    [[0], [1]],
    [[1], [0]],
  ],
  cost: [
    [1, 2],
    [0.5, 0],
  ],
};

/** Five states on a line, slippery, the last one ends. */
export const slipperyLine: FiniteMdp = {
  states: 5,
  actions: 2,
  parts: 4,
  next: Array.from({ length: 5 }, (_, s) => [
    [Math.max(0, s - 1), Math.max(0, s - 1), Math.max(0, s - 1), s],
    s === 4 ? [-1, -1, -1, s] : [s + 1, s + 1, s + 1, Math.max(0, s - 1)],
  ]),
  cost: Array.from({ length: 5 }, (_, s) => [1, s === 4 ? -3 : 1.2]),
};
