import type { CellKind, FiniteMdp } from './finiteMdp.js';

/** A step that ends the episode in a state. */
export interface Ending {
  readonly from: number;
  readonly state: number;
  readonly reward: number;
}

/**
 * The kind of each state. Of the states in which episodes end, those with the greatest reward of entering them are goals, the others holes.
 * A start is only told where ρ does not start everywhere.
 */
export function cellKinds({ states, actions, transitions, rho }: FiniteMdp, endings: readonly Ending[]): CellKind[] {
  const best = new Map<number, number>();
  for (const { from, state, reward } of endings) {
    // Gymnasium's tables stay in a terminal state for nothing.
    if (from !== state) best.set(state, Math.max(reward, best.get(state) ?? Number.NEGATIVE_INFINITY));
  }
  const greatest = [...best.values()].reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const entered = new Uint8Array(states);
  const stack = [...rho.keys()].filter((s) => rho[s] > 0);
  const startsEverywhere = stack.length === states;
  for (const s of stack) entered[s] = 1;
  for (let s = stack.pop(); s !== undefined; s = stack.pop()) {
    if (best.has(s)) continue;
    for (let k = transitions.offsets[s * actions]; k < transitions.offsets[(s + 1) * actions]; k++) {
      const next = transitions.columns[k];
      if (entered[next] === 1) continue;
      entered[next] = 1;
      stack.push(next);
    }
  }
  return Array.from(entered, (isEntered, s): CellKind => {
    const reward = best.get(s);
    if (reward !== undefined) return reward === greatest ? 'goal' : 'hole';
    if (isEntered === 0) return 'unreachable';
    return rho[s] > 0 && !startsEverywhere ? 'start' : 'free';
  });
}
