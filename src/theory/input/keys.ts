import { MdpError, show } from '../errors.js';

/**
 * @param known the keys that a description may have
 * @param needed those that it must have
 * @throws MdpError that names the key, and the nearest known one where it is unknown
 */
export function checkKeys(
  description: unknown,
  known: readonly string[],
  needed: readonly string[],
  where: string,
): asserts description is Record<string, unknown> {
  if (typeof description !== 'object' || description === null || Array.isArray(description)) {
    throw new MdpError(`${where} is ${show(description)}; expected an object with the keys ${needed.join(', ')}`);
  }
  for (const key of Object.keys(description)) {
    if (!known.includes(key)) throw new MdpError(`${where}: unknown key "${key}"; ${hint(key, known)}`);
  }
  const given = description as Record<string, unknown>;
  const missing = needed.filter((key) => given[key] === undefined);
  if (missing.length > 0) throw new MdpError(`${where}: ${missing.join(', ')} missing; expected ${needed.join(', ')}`);
}

function hint(key: string, known: readonly string[]): string {
  const distances = known.map((name) => editDistance(key.toLowerCase(), name.toLowerCase()));
  const least = Math.min(...distances);
  const all = `expected some of ${known.join(', ')}`;
  return least <= Math.max(1, key.length / 3) ? `did you mean "${known[distances.indexOf(least)]}"? ${all}` : all;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
