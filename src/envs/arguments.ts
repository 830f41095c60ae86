import { shown } from './checks.js';
import type { AutoresetMode, Environment, VectorResetOptions } from './environment.js';
import { EnvironmentError } from './environmentError.js';

const MODES: readonly AutoresetMode[] = ['next_step', 'same_step', 'disabled'];

/** The functions that make a vector's environments: one function n times, or a list. @throws EnvironmentError */
export function makers<E extends Environment>(
  make: (() => E) | readonly (() => E)[],
  n: unknown,
): readonly (() => E)[] {
  const isList = Array.isArray(make);
  const count = isList && n === undefined ? make.length : n;
  if (!Number.isSafeInteger(count) || (count as number) < 1) {
    throw bad('n', `the number of environments is ${shown(count)}`, 'an integer from 1 on');
  }
  if (isList && count !== make.length) {
    throw bad('n', `${make.length} functions for ${count} environments`, 'one function an environment');
  }
  const list = isList ? (make as readonly (() => E)[]) : Array.from({ length: count as number }, () => make as () => E);
  const index = list.findIndex((entry) => typeof entry !== 'function');
  if (index < 0) return list;
  throw bad(
    'make',
    `make is ${shown(list[index])}`,
    'a function that returns an Environment, or a list of them',
    index,
  );
}

/** @throws EnvironmentError */
export function checkMode(mode: unknown): AutoresetMode {
  if (MODES.includes(mode as AutoresetMode)) return mode as AutoresetMode;
  throw bad('autoreset', `autoreset is ${shown(mode)}`, MODES.join(', '));
}

/** The seed of each environment. @throws EnvironmentError */
export function seedsOf(seed: VectorResetOptions['seed'], n: number): (i: number) => number | null | undefined {
  if (seed === undefined || seed === null) return () => seed;
  if (typeof seed === 'number') {
    checkSeed(seed, n - 1);
    return (i) => seed + i;
  }
  checkLength('seed', seed, n);
  for (const entry of seed) if (entry !== null) checkSeed(entry, 0);
  return (i) => seed[i];
}

/** Whether environment i is reset. @throws EnvironmentError */
export function maskOf(mask: VectorResetOptions['mask'], n: number): (i: number) => boolean {
  if (mask === undefined) return () => true;
  checkLength('mask', mask, n);
  for (const entry of mask) {
    if (typeof entry !== 'boolean' && entry !== 0 && entry !== 1) {
      throw bad('mask', `an entry of mask is ${shown(entry)}`, 'true, false, 0 or 1');
    }
  }
  return (i) => Boolean(mask[i]);
}

function checkLength(name: 'seed' | 'mask', list: unknown, n: number): void {
  const isList = Array.isArray(list) || (name === 'mask' && list instanceof Uint8Array);
  if (isList && list.length === n) return;
  throw bad(name, `${name} is ${shown(list)}`, `a list of ${n} entries, one an environment`);
}

function checkSeed(seed: unknown, last: number): void {
  const greatest = Number.MAX_SAFE_INTEGER - last;
  if (Number.isSafeInteger(seed) && (seed as number) >= 0 && (seed as number) <= greatest) return;
  throw bad('seed', `seed is ${shown(seed)}`, `an integer from 0 to ${greatest}, or null`);
}

function bad(member: string, reason: string, expected: string, index?: number): EnvironmentError {
  return new EnvironmentError(reason, { index, member, expected });
}
