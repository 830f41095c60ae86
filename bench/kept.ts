import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** The result that a file keeps; null where there is none, or it is of other settings. */
export function readKept<R extends { settings: unknown }>(file: string, settings: unknown): R | null {
  if (!existsSync(file)) return null;
  const record = JSON.parse(readFileSync(file, 'utf8')) as R;
  return isDeepStrictEqual(record.settings, JSON.parse(JSON.stringify(settings))) ? record : null;
}

/** Keeps a result in a file, by one line of JSON. */
export function keep(file: string, record: { settings: unknown }): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(record)}\n`);
}
