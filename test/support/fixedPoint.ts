import { Matrix, solve } from 'ml-matrix';
import type { LinearFeatures, Rows } from '../../src/features/index.js';
import { makeRows } from '../../src/features/index.js';
import type { Policy } from '../../src/policy/policy.js';
import { type Batch, encodeStates, makeBatch } from '../../src/sampling/batch.js';
import type { Rng } from '../../src/spaces/index.js';
import type { FiniteMdp } from './finiteMdp.js';

/** φ(s,a) of an encoded state from its definition χ(a) ⊗ ψ(s), shape [N]; the code of the action begins with `node`. */
export function phiOf({ state, action, size }: LinearFeatures, rows: Rows, row: number, node: number): number[] {
  const phi = new Array<number>(size).fill(0);
  const chis = new Float64Array(action.size);
  action.encode(Float64Array.of(node), 0, chis);
  for (let k = 0; k < action.size; k++) {
    const chi = chis[k];
    for (let i = 0; i < state.active; i++) {
      const place = state.dense ? i : rows.indices[row * state.active + i];
      phi[k * state.size + place] += chi * rows.values[row * state.active + i];
    }
  }
  return phi;
}

/** θ = A⁻¹b with A = Σ φ(φ − γ E φ')ᵀ and b = Σ φ(c + τγ KL') over the transitions of a batch, by one linear solve. */
export function batchFixedPoint(batch: Batch, policy: Policy, gamma: number, tau: number): number[] {
  const { features } = policy;
  const N = features.size;
  const A = Matrix.zeros(N, N);
  const b = Matrix.zeros(N, 1);
  for (let at = 0; at < batch.steps * batch.numEnvs; at++) {
    const phi = phiOf(features, batch.states, at, batch.actions[at]);
    const next = new Array<number>(N).fill(0);
    let target = batch.costs[at];
    if (!batch.terminated[at]) {
      const { mean, kl } = policy.at(batch.states, at + batch.numEnvs);
      target += tau * gamma * kl;
      mean.forEach((p, a) => {
        phiOf(features, batch.states, at + batch.numEnvs, a).forEach((x, i) => {
          next[i] += p * x;
        });
      });
    }
    phi.forEach((x, i) => {
      b.set(i, 0, b.get(i, 0) + x * target);
      phi.forEach((y, j) => {
        A.set(i, j, A.get(i, j) + x * (y - gamma * next[j]));
      });
    });
  }
  return solve(A, b).to1DArray();
}

/** Every state of an MDP, encoded, and π(a|s) and KL(π(·|s)|μ) in it. */
export function tabulatePolicy(policy: Policy, states: number) {
  const rows = makeRows(policy.features.state, states);
  const { state } = policy.features;
  for (let s = 0; s < states; s++) state.encode([s], 0, rows.values, rows.indices, s * state.active);
  const at = Array.from({ length: states }, (_, s) => {
    const { mean, kl } = policy.at(rows, s);
    return { pi: [...mean], kl };
  });
  return { rows, pi: at.map((x) => x.pi), kl: at.map((x) => x.kl) };
}

/**
 * The fixed point of TD(λ) under the stationary law d of the policy's pairs: A = Φᵀ D (I − γλP)⁻¹ (I − γP) Φ,
 * b = Φᵀ D (I − γλP)⁻¹ (c + τγ P KL) (Tsitsiklis & Van Roy 1997).
 */
export function lambdaFixedPoint(mdp: FiniteMdp, policy: Policy, gamma: number, tau: number, lambda: number): number[] {
  const { states: S, actions: m, parts } = mdp;
  const { rows, pi, kl } = tabulatePolicy(policy, S);
  const P = Matrix.zeros(S * m, S * m);
  const c = Matrix.zeros(S * m, 1);
  const phi = new Matrix(
    Array.from({ length: S * m }, (_, p) => phiOf(policy.features, rows, Math.floor(p / m), p % m)),
  );
  mdp.next.forEach((byAction, s) => {
    byAction.forEach((next, a) => {
      c.set(s * m + a, 0, mdp.cost[s][a]);
      for (const to of next) {
        c.set(s * m + a, 0, c.get(s * m + a, 0) + (gamma * tau * kl[to]) / parts);
        for (let b = 0; b < m; b++) {
          P.set(s * m + a, to * m + b, P.get(s * m + a, to * m + b) + pi[to][b] / parts);
        }
      }
    });
  });
  let d = Matrix.ones(1, S * m).div(S * m);
  for (let n = 0; n < 2000; n++) d = d.mmul(P);
  const eye = Matrix.eye(S * m);
  const weighted = phi.transpose().mmul(Matrix.diag(d.to1DArray()));
  const traced = weighted.mmul(solve(Matrix.sub(eye, Matrix.mul(P, gamma * lambda)), eye));
  const A = traced.mmul(Matrix.sub(eye, Matrix.mul(P, gamma))).mmul(phi);
  return solve(A, traced.mmul(c)).to1DArray();
}

/**
 * A trajectory of each of E environments under a behaviour, b[s][a]; none ends.
 * @param from the state of each environment; receives the last ones
 */
export function trajectories(
  mdp: FiniteMdp,
  features: LinearFeatures,
  behaviour: number[][],
  steps: number,
  from: number[],
  rng: Rng,
): Batch {
  const E = from.length;
  const batch = makeBatch(features.state, steps, E);
  for (let t = 0; t <= steps; t++) {
    for (let e = 0; e < E; e++) {
      const s = from[e];
      const at = t * E + e;
      batch.observations[at] = s;
      if (t === steps) continue;
      let u = rng.next();
      let a = 0;
      while (a < mdp.actions - 1 && u >= behaviour[s][a]) u -= behaviour[s][a++];
      batch.actions[at] = a;
      batch.behaviour[at] = behaviour[s][a] * mdp.actions;
      batch.costs[at] = mdp.cost[s][a];
      batch.valid[at] = 1;
      from[e] = mdp.next[s][a][rng.integer(mdp.parts)];
    }
    encodeStates(features.state, batch, t);
  }
  return batch;
}

/** Three states, two actions, random successors; every state is reached from every other. */
export const ring: FiniteMdp = {
  states: 3,
  actions: 2,
  parts: 2,
  next: [
    [
      [0, 1],
      [1, 2],
    ],
    [
      [0, 2],
      [2, 2],
    ],
    [
      [1, 0],
      [0, 2],
    ],
  ],
  // The state in the middle is the cheap one, so that features linear in the state do not realise Q.
  cost: [
    [1, 0.2],
    [-2, -2.4],
    [1.3, 1],
  ],
};
