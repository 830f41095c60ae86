import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ConfigError, readCheckpoint, runFolderOf, train } from '../agent/index.js';
import { Dashboard, type End } from '../dashboard/index.js';
import { lockRunFolder, type RunLock } from '../report/runLock.js';
import { RunLog } from '../report/runLog.js';
import { TensorBoardLog } from '../report/tensorboard.js';
import { writeTrainingReport } from '../report/training.js';
import { newFolder } from './config.js';
import { sentenceOf } from './errors.js';
import { naturalNumber, portNumber, positiveInteger, setting } from './options.js';
import { makeProgress } from './progress.js';
import { type TrainConfigOptions, trainConfig } from './trainConfig.js';

interface TrainCommandOptions extends TrainConfigOptions {
  resume?: string;
  freshEnvs?: boolean;
  out?: string;
  tensorboard?: boolean;
  dashboard?: number | true;
  json?: boolean;
  printConfig?: boolean;
}

/** `mirrorflow train ENV`: trains with a preset, a configuration file, or settings chosen from the environment's spaces. */
export function trainCommand(): Command {
  return new Command('train')
    .description(
      'train an agent, by the preset of an environment, a configuration file or settings chosen from its spaces',
    )
    .argument('[environment]', 'environment id, for example CartPole-v1 (see `mirrorflow envs`)')
    .option('--config <file>', 'configuration in JSON instead of a preset')
    .option('--preset <name>', 'a regime for any environment, with features chosen from its spaces: theory')
    .option('--no-preset', 'choose the settings from the spaces of the environment even where it has a preset')
    .option('--print-config', 'print the configuration as JSON instead of training')
    .option('--seed <n>', 'seed of the run', naturalNumber)
    .option('--steps <n>', 'steps at most', positiveInteger)
    .option('--set <key=value>', 'change one key of the configuration, for example critic.lambda=0.9', setting, [])
    .option('--resume <checkpoint>', 'go on with an interrupted run: its checkpoint, or its folder')
    .option('--fresh-envs', 'with --resume: go on with new environments instead of replaying what was done to them')
    .option('--out <folder>', 'where checkpoint, log and report go (default: a new folder in runs/)')
    .option('--tensorboard', "write TensorBoard's event file beside the log")
    .option('--dashboard [port]', 'serve a live page on this machine, at a free port unless one is given', portNumber)
    .option('--json', 'print one JSON object a line, for machines')
    .option('--python <path>', 'Python to run the environment with (default: .venv, or MIRRORFLOW_PYTHON)')
    .action(runTraining);
}

async function runTraining(environment: string | undefined, options: TrainCommandOptions): Promise<void> {
  if (options.freshEnvs && options.resume === undefined) {
    throw new ConfigError('--fresh-envs is for --resume: a new run has new environments; leave it out');
  }
  // The folder of a resumed run is taken before its checkpoint is read: who had it until now may have written another.
  const taken = options.printConfig ? null : lockResumed(options);
  const resume = options.resume === undefined ? undefined : readCheckpoint(options.resume);
  const { config, reasons } = await trainConfig(environment, options, resume?.config);
  if (options.printConfig) {
    process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
    return;
  }
  if (reasons.length > 0) printChoice(config.env.id, reasons, options.preset);
  const out = options.out ?? (options.resume ? runFolderOf(options.resume) : newFolder(config));
  const lock = taken ?? lockRunFolder(out);
  const checkpoint = join(out, 'checkpoint.mf');
  const foreign = resume ? undefined : savedAt(checkpoint);
  const dashboard =
    options.dashboard === undefined
      ? null
      : await Dashboard.start(options.dashboard === true ? 0 : options.dashboard, config, options.python);
  const resumeAt = resume ? resume.steps : null;
  const progress = makeProgress(config, options.json ? 'json' : process.stderr.isTTY ? 'bar' : 'lines');
  const note = (message: string) => progress.note(message);
  const log = new RunLog(join(out, 'metrics.jsonl'), resumeAt, note);
  const events = options.tensorboard ? new TensorBoardLog(out, resumeAt, note) : null;

  if (dashboard) progress.note(`dashboard: ${dashboard.url}`);

  const abort = new AbortController();
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(130); // the second time: at once
    progress.note('stopping after this update; a checkpoint is being saved (again to end at once)');
    abort.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  let end: End = { reason: 'error' };
  try {
    const result = await train(config, {
      signal: abort.signal,
      checkpoint,
      ...(resume ? { resume, freshEnvs: options.freshEnvs } : {}),
      ...(options.python === undefined ? {} : { python: options.python }),
      onStart: (agent) => dashboard?.begin(agent.core, log.entries),
      onMetrics: (metrics) => {
        log.metrics(metrics);
        events?.metrics(metrics);
        dashboard?.metrics(metrics);
        progress.metrics(metrics);
      },
      onEvaluation: (evaluation) => {
        log.evaluation(evaluation);
        events?.evaluation(evaluation);
        dashboard?.evaluation(evaluation);
        progress.evaluation(evaluation);
      },
      onSave: () => log.flush(),
      onWarning: note,
      onSpread: note,
    });
    end = { reason: result.reason };
    // Drawing the report opens hundreds of files at once: those of the dashboard are given back first.
    await dashboard?.close(end);
    const aborted = result.reason === 'aborted';
    const report = aborted ? null : await writeTrainingReport(out, config, log.entries, result);
    progress.end(result, checkpoint, report);
    log.close();
    events?.close();
    if (aborted) process.exitCode = 130;
  } catch (error) {
    end = { reason: 'error', message: sentenceOf(error as Error) };
    progress.stop();
    for (const file of [log, events]) closeQuietly(file);
    if (![undefined, foreign].includes(savedAt(checkpoint))) {
      progress.note(`the last checkpoint is ${checkpoint}; go on from it with --resume`);
    }
    throw error;
  } finally {
    await dashboard?.close(end);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    lock.release();
  }
}

/** Closes a log of a run that ends by an error, which matters more than what the log may lack. */
function closeQuietly(file: { close(): void } | null): void {
  try {
    file?.close();
  } catch {
    // That it could not be written was told when it happened.
  }
}

/** Takes the folder of a run that is resumed; where there is none, reading its checkpoint says so. */
function lockResumed({ resume, out }: TrainCommandOptions): RunLock | null {
  return resume !== undefined && existsSync(resume) ? lockRunFolder(out ?? runFolderOf(resume)) : null;
}

/** When a file was written; undefined where there is none. */
function savedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** What was chosen and why, and how to keep and change it. */
function printChoice(id: string, reasons: readonly string[], preset: TrainCommandOptions['preset']): void {
  const choice = typeof preset !== 'string' ? '--no-preset' : `--preset ${preset}`;
  const lines = reasons.map((reason) => `  ${reason}\n`).join('');
  process.stderr.write(
    `settings chosen from the spaces of ${id}:\n${lines}` +
      `  to change them: mirrorflow train ${id} ${choice} --print-config > my.json, then mirrorflow train --config my.json\n`,
  );
}
