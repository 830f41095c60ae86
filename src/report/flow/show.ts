import type { Verdict } from '../../theory/index.js';
import type { Cell } from '../html.js';
import type { LinePoint } from '../lineChart.js';

/** A number in a few digits; JSON has null where it was not finite. */
export function show(x: number | null): string {
  if (x === null || !Number.isFinite(x)) return Number.isNaN(x) ? '–' : '∞';
  if (x === 0) return '0';
  return Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5 ? String(Number(x.toPrecision(4))) : x.toExponential(2);
}

const tones: Record<Verdict, 'good' | 'bad' | 'muted'> = {
  holds: 'good',
  fails: 'bad',
  undecided: 'muted',
  'does not apply': 'muted',
};

export function verdictCell(verdict: Verdict): Cell {
  return { text: verdict, tone: tones[verdict] };
}

export function points(x: readonly number[], y: readonly number[]): LinePoint[] {
  return x.map((t, i) => ({ x: t, y: y[i] }));
}

export const TIME = 'time t of the flow';
export const GAP = 'min_{r≤t} V^{π_r}(ρ) − V*(ρ)';
export const CRITIC = '‖θ_t − θ_{π_t}‖₂';
export const K = 'K_t = sup_{s} KL(π_t(·|s)|μ)';
