import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Config, parseConfig } from './config.js';
import { ConfigError } from './configError.js';

const folder = new URL('../../envs/', import.meta.url);

/** The environment ids that have a preset, in alphabetical order. */
export function presetIds(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length).replaceAll('__', '/'))
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

/** Reads a configuration from a JSON file. @throws ConfigError naming the file and what is wrong in it */
export function readConfigFile(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read the configuration ${path}: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message}`);
  }
  return parseConfig(value, path);
}
