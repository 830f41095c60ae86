import type { PathDiagnosis } from './pathDiagnosis.js';

/** Whether an assumption or a theorem's bound was found to hold along a path; undecided where the path does not tell. */
export type Verdict = 'holds' | 'fails' | 'undecided' | 'does not apply';

/** What an entry of a certificate is about. */
export type CertificateKey = 'A1' | 'A2' | 'A3' | 'eta0' | 'theorem1' | 'theorem2' | 'withoutA3' | 'gap' | 'rate';

/** One line of a certificate. */
export interface CertificateEntry {
  readonly key: CertificateKey;
  readonly name: string;
  readonly verdict: Verdict;
  /** What was found, in words and figures. */
  readonly figure: string;
}

/** Makes the entry of a key and name from what was found. */
export function entryMaker(key: CertificateKey, name: string): (verdict: Verdict, figure: string) => CertificateEntry {
  return (verdict, figure) => ({ key, name, verdict, figure });
}

export function verdict(holds: boolean): Verdict {
  return holds ? 'holds' : 'fails';
}

/** Why a theorem about a flow with one temperature τ > 0 does not apply; null where it may. */
export function withoutTemperature(path: PathDiagnosis, tau: number): string | null {
  if (!(tau > 0)) return 'τ = 0';
  return path.tau.every((x) => x === tau) ? null : 'τ_t is not constant';
}

/** A number in a figure. */
export function show(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'not measurable' : x > 0 ? '∞' : '−∞';
  if (x === 0) return '0';
  return Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5 ? String(Number(x.toPrecision(digits))) : x.toExponential(digits - 2);
}

/** e^x as `show` writes it, also where it is no double. */
export function showExp(x: number): string {
  if (x < 700) return show(Math.exp(x));
  const digits = x / Math.LN10;
  return `${(10 ** (digits % 1)).toFixed(2)}e+${Math.floor(digits)}`;
}
