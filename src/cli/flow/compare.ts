import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../../config/configError.js';
import { compareDocument, writeReportFiles } from '../../report/index.js';
import type { FlowResult } from '../../theory/flowResult.js';
import { newFolderIn } from '../config.js';
import { givenOptions } from './options.js';

/** Overlays finished runs. @param paths their flow.json files or directories @throws ConfigError */
export async function compareRuns(paths: string[], options: { out?: string }, command: Command): Promise<void> {
  const idle = givenOptions(command).filter((name) => name !== '--compare' && name !== '--out');
  if (idle.length > 0) {
    throw new ConfigError(
      `--compare draws runs that are finished: ${idle.join(', ')} ${idle.length > 1 ? 'have' : 'has'} no effect; leave out`,
    );
  }
  if (paths.length < 2) throw new ConfigError('--compare: one run; expected two or more');
  const results = paths.map(readResult);
  const out = options.out ?? newFolderIn('runs/flow', 'compared');
  const { report } = await writeReportFiles(out, await compareDocument(results));
  process.stdout.write(`${results.length} runs compared\nreport ${report}\n`);
}

function readResult(path: string): FlowResult {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'flow.json') : path;
  let result: Partial<FlowResult>;
  try {
    result = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${file}: ${reasonOf(error)}; expected the flow.json of a run of mirrorflow flow`);
  }
  if (!result?.diagnosis?.times || !result.certificate) {
    throw new ConfigError(`${file} is not the flow.json of a run of mirrorflow flow; give its directory or file`);
  }
  return result as FlowResult;
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : (error as Error).message;
}
