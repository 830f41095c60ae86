import { Command } from 'commander';
import { presetIds, readPreset } from '../agent/index.js';
import { table } from './table.js';

/** `mirrorflow envs`: the presets. */
export function envsCommand(): Command {
  return new Command('envs')
    .description('list the environments that have a preset')
    .option('--json', 'print them as JSON')
    .action((options: { json?: boolean }) => {
      const presets = presetIds().map(readPreset);
      if (options.json) {
        process.stdout.write(`${JSON.stringify(presets, null, 2)}\n`);
        return;
      }
      const rows = presets.map(({ env, features, critic, totalSteps, evaluation }) => [
        env.id,
        features.type,
        critic.type,
        String(totalSteps),
        String(evaluation.threshold ?? ''),
      ]);
      process.stdout.write(table(['environment', 'features', 'critic', 'steps at most', 'threshold'], rows));
      process.stdout.write(
        '\nTrain with `mirrorflow train ENVIRONMENT`; from a clone: `npm start -- train ENVIRONMENT`.\n',
      );
    });
}
