import { Command } from 'commander';
import { writeRunTables } from '../report/csv.js';
import { readRunFolder } from '../report/runFolder.js';

/** `mirrorflow export RUN…`: the logs of runs as CSV. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write metrics.csv and evaluations.csv of runs into their folders')
    .argument('<run...>', 'folders of runs')
    .action((folders: string[]) => {
      const runs = folders.map(readRunFolder);
      const written = runs.flatMap(({ folder, entries }) => writeRunTables(folder, entries));
      process.stdout.write(written.map((path) => `${path}\n`).join(''));
    });
}
