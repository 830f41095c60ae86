/** The description of a decision process is wrong; the message says what, where, what was expected and what to do. */
export class MdpError extends Error {
  override name = 'MdpError';
}

/** What a number of a description may be at most in size, so that its powers do not overflow. */
export const LARGEST = 1e50;

/** A value as text of at most 60 characters. */
export function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value, (_, x) => (typeof x === 'bigint' ? String(x) : x)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
