import { Command } from 'commander';
import { seedOf } from '../agent/index.js';
import { naturalNumber, positiveInteger } from './options.js';

/** What `eval` and `record` have in common. */
export interface EpisodeOptions {
  episodes: number;
  seed: number;
  stochastic?: boolean;
  json?: boolean;
  out?: string;
  python?: string;
}

/** A command that plays episodes by the policy of a checkpoint. */
export function episodeCommand(name: string, episodes: number): Command {
  return new Command(name)
    .argument('<checkpoint>', 'file that `mirrorflow train` wrote, or the folder of its run')
    .option('--episodes <n>', 'episodes to run', positiveInteger, episodes)
    .option('--seed <n>', 'seed of the episodes, other than those of training', naturalNumber, 1)
    .option('--stochastic', "draw actions instead of taking the policy's mode")
    .option('--json', 'print one JSON object')
    .option('--python <path>', 'Python to run the environment with');
}

/** The seed of the environments: none that training has. */
export function episodeSeed({ seed }: EpisodeOptions): number {
  return seedOf(seed, 'report', 0);
}
