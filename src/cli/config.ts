import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, type ConfigInput, parseConfig } from '../agent/index.js';

/**
 * A configuration with what the command line changes in it.
 * @param source named in the error
 * @throws ConfigError
 */
export function changedConfig(
  base: ConfigInput,
  { seed, steps, set }: { seed?: number; steps?: number; set: [string, unknown][] },
  source: string,
): Config {
  const changed = structuredClone(base) as unknown as Record<string, unknown>;
  if (seed !== undefined) changed.seed = seed;
  if (steps !== undefined) changed.totalSteps = steps;
  for (const [key, value] of set) assign(changed, key, value);
  return parseConfig(changed, source);
}

/** Sets `a.b.c` in nested objects. @throws ConfigError for a key that no object has of its own */
export function assign(target: Record<string, unknown>, key: string, value: unknown): void {
  const path = key.split('.');
  if (path.includes('__proto__')) {
    throw new ConfigError(
      `--set ${key}: "__proto__" is no key of a configuration; see docs/configuration.md for every key`,
    );
  }
  const last = path.pop()!;
  let at = target;
  for (const name of path) {
    if (!Object.hasOwn(at, name) || typeof at[name] !== 'object' || at[name] === null) at[name] = {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
}

/** Makes a folder in runs/ for a training. */
export function newFolder(config: Pick<Config, 'env' | 'seed'>): string {
  return newFolderIn('runs', `${config.env.id}-seed${config.seed}`);
}

/** Makes a folder that did not exist yet, so that no other process takes it; a number is added to the name where it is taken. */
export function newFolderIn(parent: string, name: string): string {
  const safe = name.replaceAll(/[^\w.-]+/g, '_').replaceAll(/_(?=-|$)/g, '');
  for (let n = 1; ; n++) {
    const folder = join(parent, n === 1 ? safe : `${safe}-${n}`);
    mkdirSync(parent, { recursive: true });
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
