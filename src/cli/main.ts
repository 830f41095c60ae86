#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { version } from '../version.js';
import { doctorCommand } from './doctor.js';
import { envsCommand } from './envs.js';
import { reportError } from './errors.js';
import { evalCommand } from './eval.js';
import { exportCommand } from './export.js';
import { flowCommand } from './flow.js';
import { plotCommand } from './plot.js';
import { recordCommand } from './record.js';
import { serveCommand } from './serve.js';
import { trainCommand } from './train.js';

/** Runs the command line tool. @param args the words after the program's name */
export async function main(args: string[]): Promise<void> {
  const program = new Command('mirrorflow')
    .description('Actor-critic mirror descent for entropy-regularised MDPs on Gymnasium environments')
    .version(version)
    .showHelpAfterError('(--help shows what there is)');
  const commands = [
    trainCommand(),
    evalCommand(),
    recordCommand(),
    plotCommand(),
    exportCommand(),
    envsCommand(),
    flowCommand(),
    serveCommand(),
    doctorCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error);
  }
}

const script = process.argv[1];
if (script && realpathSync(script) === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
