import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../agent/checkpointFile.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/configError.js';
import { type LogEntry, readRunLog } from './runLog.js';

/** What a run wrote. */
export interface RunFolder {
  readonly folder: string;
  readonly config: Config;
  readonly entries: readonly LogEntry[];
}

/** Reads the folder of a run. @throws ConfigError where it is none; CheckpointError */
export function readRunFolder(folder: string): RunFolder {
  const remedy = 'expected the folder of a run, as `mirrorflow train` makes them in runs/ or at --out';
  if (!existsSync(folder)) throw new ConfigError(`${folder} does not exist; ${remedy}`);
  if (!statSync(folder).isDirectory()) throw new ConfigError(`${folder} is no folder; ${remedy}`);
  const [log, checkpoint] = [join(folder, 'metrics.jsonl'), join(folder, 'checkpoint.mf')];
  for (const [path, name] of [
    [log, 'metrics.jsonl'],
    [checkpoint, 'checkpoint.mf'],
  ] as const) {
    if (!existsSync(path)) throw new ConfigError(`${folder} has no ${name}; ${remedy}`);
  }
  const entries = readRunLog(log);
  return { folder, config: readCheckpoint(checkpoint).config, entries };
}
