import type { ActionFamily } from './family.js';

/**
 * log Z(u) and its standard error, from independent randomisations of the rule that integrates (Owen, "Monte Carlo theory, methods and
 * examples", 17.2): the rules are identically distributed, so the spread between them is the error of each, `spread`, and over √R that of
 * their mean.
 * @param families R ≥ 2 of them, equal but for the randomisation
 * @param u natural parameter, shape [K]
 */
export function randomisedLogZ(
  families: readonly ActionFamily[],
  u: Float64Array,
): { mean: number; standardError: number; spread: number } {
  const R = families.length;
  if (R < 2) throw new RangeError(`randomisedLogZ: ${R} families; expected two or more`);
  const values = families.map((family) => {
    const density = family.density();
    density.set(u);
    return density.logZ;
  });
  const mean = values.reduce((a, b) => a + b, 0) / R;
  const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (R - 1));
  return { mean, standardError: spread / Math.sqrt(R), spread };
}
