/**
 * Pearson's χ² of counts against probabilities as a standard normal number (Wilson & Hilferty 1931): above 3.09 with probability 0.001, above 4.26 with
 * 10⁻⁵. Bins of less than five expected counts are put together.
 */
export function chiSquareScore(counts: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const n = Array.from(counts).reduce((a, b) => a + b, 0);
  const bins: [number, number][] = [];
  const rest: [number, number] = [0, 0];
  Array.from(counts).forEach((count, j) => {
    const expected = n * probabilities[j];
    if (expected >= 5) bins.push([count, expected]);
    else {
      rest[0] += count;
      rest[1] += expected;
    }
  });
  if (rest[1] >= 1) bins.push(rest);
  else if (rest[0] > 3) return Number.POSITIVE_INFINITY;
  const chi = bins.reduce((sum, [count, expected]) => sum + (count - expected) ** 2 / expected, 0);
  const k = Math.max(1, bins.length - 1);
  return (Math.cbrt(chi / k) - 1 + 2 / (9 * k)) / Math.sqrt(2 / (9 * k));
}
