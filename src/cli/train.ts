import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import {
  type Config,
  ConfigError,
  parseConfig,
  readCheckpoint,
  readConfigFile,
  readPreset,
  train,
} from '../agent/index.js';
import { RunLog } from '../report/runLog.js';
import { writeTrainingReport } from '../report/training.js';
import { naturalNumber, positiveInteger, setting } from './options.js';
import { makeProgress } from './progress.js';

interface TrainCommandOptions {
  config?: string;
  seed?: number;
  steps?: number;
  set: [string, unknown][];
  resume?: string;
  out?: string;
  json?: boolean;
  python?: string;
}

/** `mirrorflow train ENV`: trains with a preset or a configuration file. */
export function trainCommand(): Command {
  return new Command('train')
    .description('train an agent, by the preset of an environment or a configuration file')
    .argument('[environment]', 'environment id, for example CartPole-v1 (see `mirrorflow envs`)')
    .option('--config <file>', 'configuration in JSON instead of a preset')
    .option('--seed <n>', 'seed of the run', naturalNumber)
    .option('--steps <n>', 'steps at most', positiveInteger)
    .option('--set <key=value>', 'change one key of the configuration, for example critic.lambda=0.9', setting, [])
    .option('--resume <checkpoint>', 'go on with an interrupted run')
    .option('--out <folder>', 'where checkpoint, log and report go (default: a new folder in runs/)')
    .option('--json', 'print one JSON object a line, for machines')
    .option('--python <path>', 'Python to run the environment with (default: .venv, or MIRRORFLOW_PYTHON)')
    .action(runTraining);
}

async function runTraining(environment: string | undefined, options: TrainCommandOptions): Promise<void> {
  const resume = options.resume === undefined ? undefined : readCheckpoint(options.resume);
  const config = configOf(environment, options, resume?.config);
  const out = options.out ?? (options.resume ? dirname(options.resume) : newFolder(config));
  const checkpoint = join(out, 'checkpoint.mf');
  const log = new RunLog(join(out, 'metrics.jsonl'), resume ? resume.steps : null);
  const progress = makeProgress(config, options.json ? 'json' : process.stderr.isTTY ? 'bar' : 'lines');

  const abort = new AbortController();
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(130); // the second time: at once
    progress.note('stopping after this update; a checkpoint is being saved (again to end at once)');
    abort.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const result = await train(config, {
      signal: abort.signal,
      checkpoint,
      ...(resume ? { resume } : {}),
      ...(options.python === undefined ? {} : { python: options.python }),
      onMetrics: (metrics) => {
        log.metrics(metrics);
        progress.metrics(metrics);
      },
      onEvaluation: (evaluation) => {
        log.evaluation(evaluation);
        progress.evaluation(evaluation);
      },
      onWarning: (message) => progress.note(message),
    });
    const aborted = result.reason === 'aborted';
    const report = aborted ? null : await writeTrainingReport(out, config, log.entries, result);
    progress.end(result, checkpoint, report);
    if (aborted) process.exitCode = 130;
  } catch (error) {
    progress.stop();
    if (existsSync(checkpoint)) progress.note(`the last checkpoint is ${checkpoint}; go on from it with --resume`);
    throw error;
  } finally {
    log.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function configOf(environment: string | undefined, options: TrainCommandOptions, saved: Config | undefined): Config {
  if (saved && (options.config || (environment && environment !== saved.env.id))) {
    throw new ConfigError(
      `--resume goes on with ${saved.env.id} as the checkpoint has it; leave out the environment and --config`,
    );
  }
  if (!saved && !options.config && !environment) {
    throw new ConfigError('what to train on is missing: give an environment (see `mirrorflow envs`) or --config FILE');
  }
  const base = saved ?? (options.config ? readConfigFile(options.config) : readPreset(environment!));
  if (!saved && options.config && environment && environment !== base.env.id) {
    throw new ConfigError(`${options.config} is for ${base.env.id}, not for ${environment}; leave one out`);
  }
  const changed = structuredClone(base) as unknown as Record<string, unknown>;
  if (options.seed !== undefined) changed.seed = options.seed;
  if (options.steps !== undefined) changed.totalSteps = options.steps;
  for (const [key, value] of options.set) assign(changed, key, value);
  return parseConfig(changed, options.config ?? `the preset of ${base.env.id} with the options given`);
}

/** Sets `a.b.c` in nested objects. */
function assign(target: Record<string, unknown>, key: string, value: unknown): void {
  const path = key.split('.');
  const last = path.pop()!;
  let at = target;
  for (const name of path) {
    if (typeof at[name] !== 'object' || at[name] === null) at[name] = {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
}

function newFolder(config: Config): string {
  const name = `${config.env.id.replaceAll(/[^\w.-]+/g, '_')}-seed${config.seed}`;
  for (let n = 1; ; n++) {
    const folder = join('runs', n === 1 ? name : `${name}-${n}`);
    if (!existsSync(folder)) return folder;
  }
}
