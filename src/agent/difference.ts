/**
 * Whether `saved` has what `own` has: numbers where there are numbers, arrays of the same type and length, and so in what is nested.
 * @returns the place of the first thing that differs; null: none
 */
export function difference(own: unknown, saved: unknown, where: string): string | null {
  if (ArrayBuffer.isView(own)) {
    const isSame =
      saved?.constructor === own.constructor && (saved as Float64Array).length === (own as Float64Array).length;
    return isSame ? null : where;
  }
  if (typeof own !== 'object' || own === null) return typeof saved === typeof own ? null : where;
  if (Array.isArray(own)) return Array.isArray(saved) ? null : where;
  if (typeof saved !== 'object' || saved === null) return where;
  for (const [key, value] of Object.entries(own)) {
    const found = difference(value, (saved as Record<string, unknown>)[key], `${where}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
