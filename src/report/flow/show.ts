import { show as certified } from '../../theory/certificate/entry.js';
import type { CertificateEntry, Verdict } from '../../theory/index.js';
import type { Cell, ReportTable } from '../html.js';
import type { LinePoint } from '../lineChart.js';

/** A number in a few digits; JSON has null where it was not finite. */
export function show(x: number | null, digits?: number): string {
  if (x === null) return '∞';
  return Number.isNaN(x) ? '–' : certified(x, digits);
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

/** The entries of a certificate, a row each. */
export function entriesTable(entries: readonly Pick<CertificateEntry, 'name' | 'verdict' | 'figure'>[]): ReportTable {
  const rows = entries.map((e): Cell[] => [e.name, verdictCell(e.verdict), e.figure]);
  return { columns: ['condition', 'verdict', 'figure'], rows };
}

export function points(x: readonly number[], y: readonly (number | null)[]): LinePoint[] {
  return x.map((t, i) => ({ x: t, y: finite(y[i]) }));
}

/** JSON has null where a number was not finite. */
export function finite(x: number | null | undefined): number {
  return x ?? Number.NaN;
}

/** Titles of axes. */
export const TIME = 'time t of the flow';
export const GAP = 'min_{r≤t} V^{π_r}(ρ) − V*(ρ)';
/** Of the gap itself, not of the least one so far. */
export const GAP_NOW = 'V^{π_t}(ρ) − V*(ρ)';
export const CRITIC = '‖θ_t − θ_{π_t}‖₂';
export const K = 'K_t = sup_{s} KL(π_t(·|s)|μ)';
