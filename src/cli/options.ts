import { InvalidArgumentError } from 'commander';

/** Parses an option's number. @throws InvalidArgumentError, which commander reports with the option's name */
export function number(text: string): number {
  const x = Number(text);
  if (text.trim() === '' || !Number.isFinite(x)) throw new InvalidArgumentError('expected a number.');
  return x;
}

/** Parses an option's integer ≥ 0. @throws InvalidArgumentError, which commander reports with the option's name */
export function naturalNumber(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 0) throw new InvalidArgumentError('expected an integer of 0 or more.');
  return n;
}

/** Parses an option's integer ≥ 1. @throws InvalidArgumentError */
export function positiveInteger(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('expected an integer of 1 or more.');
  return n;
}

/** Parses an option's port. @throws InvalidArgumentError */
export function portNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0 || n > 65535) {
    throw new InvalidArgumentError('expected a port of 0 … 65535, or nothing at the end of the line for a free one.');
  }
  return n;
}

/** Collects `key=value` options; the value is read as JSON where it is JSON, and as text otherwise. @throws InvalidArgumentError */
export function setting(text: string, before: [string, unknown][]): [string, unknown][] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new InvalidArgumentError(
      'expected key=value, for example critic.lambda=0.9, or states=5 for an argument of an environment.',
    );
  const value = text.slice(at + 1);
  try {
    return [...before, [text.slice(0, at), JSON.parse(value)]];
  } catch {
    return [...before, [text.slice(0, at), value]];
  }
}
