import { statSync } from 'node:fs';
import { Command } from 'commander';
import {
  type Config,
  ConfigError,
  chooseConfig,
  readCheckpoint,
  readConfigFile,
  readPreset,
  runFolderOf,
} from '../agent/index.js';
import { lockRunFolder } from '../report/runLock.js';
import { type Chooser, serveAgent } from '../serve/index.js';
import { changedConfig, newFolder } from './config.js';
import { naturalNumber, setting } from './options.js';

/** The id of an environment that only its client knows. */
const AUTO = 'served';

interface ServeCommandOptions {
  bind: string;
  new?: string;
  config?: string;
  seed?: number;
  set: [string, unknown][];
  out?: string;
  lease: number;
  curveSecret?: string;
  curveClients: string[];
  child?: boolean;
}

/** `mirrorflow serve`: an agent as a process, for programs that have the environments. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve an agent to Python programs that have the environments (docs/agent-server.md)')
    .argument('[checkpoint]', 'file that `mirrorflow train` or `serve` wrote, or its folder')
    .requiredOption('--bind <endpoint>', 'ipc://PATH (and the lane beside it, PATH.lane) or tcp://HOST:PORT')
    .option(
      '--new <preset>',
      'a new agent, by the preset of an environment (see `mirrorflow envs`), or auto: by the spaces of the first client',
    )
    .option('--config <file>', 'a new agent, by a configuration in JSON')
    .option('--seed <n>', 'seed of a new agent', naturalNumber)
    .option('--set <key=value>', 'change one key of a new agent’s configuration', setting, [])
    .option('--out <folder>', 'where the checkpoint goes (default: beside the checkpoint, or a new folder in runs/)')
    .option('--lease <seconds>', 'a client silent for this long is forgotten', naturalNumber, 3600)
    .option('--curve-secret <file>', "the server's secret key (`mirrorflow-bridge keys`)")
    .option(
      '--curve-clients <path>',
      "clients' public keys: a file or folder",
      (path, all: string[]) => [...all, path],
      [],
    )
    .option('--child', 'serve the process that starts this one: end with it, save only what it asks for')
    .action(runServer);
}

async function runServer(path: string | undefined, options: ServeCommandOptions): Promise<void> {
  if ([path, options.new, options.config].filter((source) => source !== undefined).length !== 1) {
    throw new ConfigError('what to serve: expected one of a checkpoint, --new PRESET and --config FILE');
  }
  if ((options.curveSecret === undefined) !== (options.curveClients.length === 0)) {
    throw new ConfigError('--curve-secret and --curve-clients go together; give both or neither');
  }
  const checkpoint = path === undefined ? null : readCheckpoint(path);
  if (checkpoint !== null && (options.seed !== undefined || options.set.length > 0)) {
    throw new ConfigError('--seed and --set are for a new agent; a checkpoint has its configuration');
  }
  const config = checkpoint?.config ?? newConfig(options);
  if (options.out !== undefined && statSync(options.out, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new ConfigError(`--out names the file ${options.out}; expected a folder, in which checkpoint.mf is written`);
  }
  const out =
    options.out ?? (options.child ? null : path === undefined ? newFolder(named(config, options)) : runFolderOf(path));
  if (out !== null) lockRunFolder(out);
  const abort = new AbortController();
  const end = () => abort.abort();
  process.on('SIGINT', options.child ? () => {} : end).on('SIGTERM', end);
  // The parent holds the other end of standard input, which closes when the parent ends, however it ends.
  if (options.child) process.stdin.on('end', end).on('error', end).resume();
  const { curveSecret: secret, curveClients: clients } = options;
  await serveAgent({
    endpoint: options.bind,
    config,
    checkpoint,
    out,
    lease: options.child ? null : options.lease,
    curve: secret === undefined ? undefined : { secret, clients },
    signal: abort.signal,
    onListening: (listening) => process.stdout.write(`${JSON.stringify({ listening })}\n`),
    onNote: (message) => process.stderr.write(`mirrorflow serve: ${message}\n`),
  });
  // A handle that is still open must not keep the process.
  process.exit();
}

/** The configuration of a new agent, or what chooses it. */
function newConfig(options: ServeCommandOptions): Config | Chooser {
  if (options.new === 'auto') return chooser(options);
  const base = options.config ? readConfigFile(options.config) : readPreset(options.new!);
  return changedConfig(base, options, options.config ?? `the preset of ${options.new} with the options given`);
}

/** Settings as `train ANY-ID` chooses them. */
function chooser(options: ServeCommandOptions): Chooser {
  return (observationSpace, actionSpace) => {
    const { config, reasons } = chooseConfig({ observationSpace, actionSpace });
    return {
      config: changedConfig(config, options, 'the settings chosen for the spaces, with the options given'),
      reasons,
    };
  };
}

/** What the folder of a new agent is named by. */
function named(config: Config | Chooser, { seed = 0 }: ServeCommandOptions): Pick<Config, 'env' | 'seed'> {
  return typeof config === 'function' ? { env: { id: AUTO, numEnvs: 1 }, seed } : config;
}
