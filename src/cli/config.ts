import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type ConfigInput, parseConfig } from '../agent/index.js';

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

/** Sets `a.b.c` in nested objects. */
export function assign(target: Record<string, unknown>, key: string, value: unknown): void {
  const path = key.split('.');
  const last = path.pop()!;
  let at = target;
  for (const name of path) {
    if (typeof at[name] !== 'object' || at[name] === null) at[name] = {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
}

/** A folder in runs/ that does not exist yet. */
export function newFolder(config: Pick<Config, 'env' | 'seed'>): string {
  const name = `${config.env.id.replaceAll(/[^\w.-]+/g, '_')}-seed${config.seed}`;
  for (let n = 1; ; n++) {
    const folder = join('runs', n === 1 ? name : `${name}-${n}`);
    if (!existsSync(folder)) return folder;
  }
}
