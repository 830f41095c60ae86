import type { FiniteMdp } from './finiteMdp.js';

/** How far the mass of a row of P may be below one by rounding. */
const ROUNDING = 1e-9;

/** The states that some policy (with a density to μ) reaches from `start`, those of `start` among them. @param start shape [S] */
export function reachableStates(mdp: FiniteMdp, start: ArrayLike<number>): Uint8Array {
  const { states, actions: m, measure, transitions } = mdp;
  const seen = new Uint8Array(states);
  const open: number[] = [];
  const visit = (s: number) => {
    if (seen[s] === 0) open.push(s);
    seen[s] = 1;
  };
  for (let s = 0; s < states; s++) if (start[s] > 0) visit(s);
  for (let s = open.pop(); s !== undefined; s = open.pop()) {
    for (let a = 0; a < m; a++) {
      if (!(measure.weights[a] > 0)) continue;
      const p = s * m + a;
      for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
        if (transitions.values[k] > 0) visit(transitions.columns[k]);
      }
    }
  }
  return seen;
}

/** The pairs that d_β^π gives mass to, for every π equivalent to μ; shape [S·m]. @param beta shape [S·m] */
export function occupiedPairs(mdp: FiniteMdp, beta: Float64Array): Uint8Array {
  const { states, actions: m, measure, transitions, gamma } = mdp;
  const next = new Float64Array(states);
  if (gamma > 0) {
    for (let p = 0; p < beta.length; p++) {
      if (!(beta[p] > 0)) continue;
      for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
        if (transitions.values[k] > 0) next[transitions.columns[k]] = 1;
      }
    }
  }
  const later = reachableStates(mdp, next);
  return Uint8Array.from(beta, (b, p) =>
    b > 0 || (later[Math.floor(p / m)] === 1 && measure.weights[p % m] > 0) ? 1 : 0,
  );
}

/** Whether an episode may terminate at one of the states. @param states shape [S], as of `reachableStates` */
export function mayTerminate({ actions: m, measure, transitions }: FiniteMdp, states: Uint8Array): boolean {
  for (let p = 0; p < states.length * m; p++) {
    if (states[Math.floor(p / m)] === 0 || !(measure.weights[p % m] > 0)) continue;
    let mass = 0;
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) mass += transitions.values[k];
    if (mass < 1 - ROUNDING) return true;
  }
  return false;
}

/** Where a process that starts from ρ comes to, whatever the policy is. */
export interface Reach {
  /** The states that ρ leads to, shape [S]. */
  readonly reached: Uint8Array;
  /** Whether an episode may terminate at one of them. */
  readonly ends: boolean;
}

/** It costs a walk through P: what is asked along a path is worth keeping. */
export function reachOf(mdp: FiniteMdp): Reach {
  const reached = reachableStates(mdp, mdp.rho);
  return { reached, ends: mayTerminate(mdp, reached) };
}
