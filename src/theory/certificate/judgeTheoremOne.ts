import { type CertificateEntry, show, verdict, withoutTemperature } from './entry.js';
import { indexAt } from './growth.js';
import type { PathDiagnosis } from './pathDiagnosis.js';
import { type StabilityConstants, stabilityRatio } from './theoremOne.js';

/** What Theorem 1 is judged by. */
interface Found {
  readonly isBounded: boolean;
  /** A1, A2 and η₀ > τ/Γ. */
  readonly premises: boolean;
  readonly derived: StabilityConstants | null;
  readonly fitted: StabilityConstants;
}

/** Judges Theorem 1's bound on K_t along a path. */
export function judgeTheoremOne(
  path: PathDiagnosis,
  tau: number,
  { isBounded, premises, derived, fitted }: Found,
): CertificateEntry {
  const entry = (verdict: CertificateEntry['verdict'], figure: string): CertificateEntry => ({
    key: 'theorem1',
    name: 'Theorem 1: K_t² ≤ a₁ + a₂∫e^{−τ(t−r)}K_r² dr',
    verdict,
    figure,
  });
  if (!isBounded) return entry('does not apply', 'K_t is not bounded in s');
  const irregular = withoutTemperature(path, tau);
  if (irregular !== null) return entry('does not apply', `${irregular}; ${supText(path)}`);
  const seen = `${supText(path)}; fitted a₁ = ${show(fitted.a1)}, a₂ = τ/2 = ${show(fitted.a2)}`;
  if (!premises || derived === null) return entry('does not apply', `its premise fails; ${seen}`);
  const ratio = stabilityRatio(path, tau, derived);
  return entry(
    verdict(ratio <= 1),
    `derived a₁ = ${show(derived.a1)}, a₂ = ${show(derived.a2)}: left side at most ${show(ratio)} of the right; ${seen}`,
  );
}

/** The greatest K_t, and whether it was seen to come to rest: whether the last tenth of the path adds to it. */
function supText({ times, K }: PathDiagnosis): string {
  const last = times.at(-1)!;
  const greatest = (x: Float64Array) => x.reduce((most, k) => Math.max(most, k), 0);
  const [sup, before] = [greatest(K), greatest(K.subarray(0, indexAt(times, 0.9 * last) + 1))];
  return `sup K_t = ${show(sup)}${sup > 1.001 * before ? ' and still rising at the horizon' : ''}`;
}
