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
import { flowCommand } from './flow/flow.js';
import { plotCommand } from './plot.js';
import { recordCommand } from './record.js';
import { serveCommand } from './serve.js';
import { trainCommand } from './train.js';

/** Runs the command line tool. @param args the words after the program's name */
export async function main(args: string[]): Promise<void> {
  const program = new Command('mirrorflow')
    .description('Actor-critic mirror descent for entropy-regularised MDPs on Gymnasium environments')
    .version(version)
    .option('--debug', 'print the stack of an error, too; before or after any command')
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
  const report = (error: unknown) => reportError(error, program.opts<{ debug?: boolean }>().debug);
  process.stdout.on('error', (error) => tellLostOutput(error, report));
  process.stderr.on('error', () => {});
  process.once('uncaughtException', (error) => process.exit(report(error)));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

let lostOutput = false;

/** A run goes on without its output. Whoever read it may have ended (`| head`), which is no error; that it was lost is one, told once. */
function tellLostOutput(error: NodeJS.ErrnoException, report: (error: unknown) => number): void {
  if (error.code === 'EPIPE' || lostOutput) return;
  lostOutput = true;
  process.exitCode = report(Object.assign(error, { path: 'standard output' }));
}

const script = process.argv[1];
if (script && realpathSync(script) === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
