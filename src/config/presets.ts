import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Config, type ConfigInput, parseConfig } from './config.js';
import { ConfigError } from './configError.js';

const folder = new URL('../../envs/', import.meta.url);

/** The environment ids that have a preset, in alphabetical order. */
export function presetIds(): string[] {
  return namesIn(folder).map((name) => name.replaceAll('__', '/'));
}

function namesIn(of: URL): string[] {
  return readdirSync(of)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/** Settings for an environment, known to work (envs/). @throws ConfigError naming the presets there are */
export function readPreset(id: string): Config {
  const file = new URL(`${id.replaceAll('/', '__')}.json`, folder);
  if (!existsSync(file)) {
    throw new ConfigError(
      `there is no preset for "${id}"; expected one of ${presetIds().join(', ')}. ` +
        'For another environment write a configuration (docs/configuration.md) and give it with --config FILE.',
    );
  }
  return readConfigFile(fileURLToPath(file));
}

/** Settings of a regime, for any environment: they go over those that are chosen from its spaces. */
export type RegimeSettings = Omit<ConfigInput, 'env' | 'features'> & { env: { numEnvs: number } };

/** The names of the regimes (envs/regimes/). */
export function regimeNames(): string[] {
  return namesIn(new URL('regimes/', folder));
}

/** The settings of a regime. @throws ConfigError naming the regimes there are */
export function readRegime(name: string): RegimeSettings {
  if (!regimeNames().includes(name)) {
    throw new ConfigError(
      `there is no preset "${name}" for any environment; expected one of ${regimeNames().join(', ')}`,
    );
  }
  return readJson(fileURLToPath(new URL(`regimes/${name}.json`, folder))) as RegimeSettings;
}

/** Reads a configuration from a JSON file. @throws ConfigError naming the file and what is wrong in it */
export function readConfigFile(path: string): Config {
  return parseConfig(readJson(path), path);
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read the configuration ${path}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message}`);
  }
}
