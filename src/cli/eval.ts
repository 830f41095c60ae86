import { Command } from 'commander';
import { ConfigError, evaluatePolicy, makeEvaluationEnv, readCheckpoint } from '../agent/index.js';
import { seedOf } from '../agent/run.js';
import { writeEpisodes } from '../report/csv.js';
import { fromJSON } from '../spaces/index.js';
import { agentOf } from './agentOf.js';
import { evaluateExactly } from './exactEvaluation.js';
import { naturalNumber, positiveInteger } from './options.js';

interface EvalOptions {
  episodes: number;
  seed: number;
  stochastic?: boolean;
  exact?: boolean;
  out?: string;
  json?: boolean;
  python?: string;
}

/** `mirrorflow eval CHECKPOINT`: the mean return of a trained policy. */
export function evalCommand(): Command {
  return new Command('eval')
    .description('evaluate a checkpoint on fresh episodes')
    .argument('<checkpoint>', 'file that `mirrorflow train` wrote, or the folder of its run')
    .option('--episodes <n>', 'episodes to run', positiveInteger, 100)
    .option('--seed <n>', 'seed of the episodes, other than those of training', naturalNumber, 1)
    .option('--stochastic', "draw actions instead of taking the policy's mode")
    .option('--exact', "compute the return from the environment's transition table P instead, and the exact optimum")
    .option('--out <file>', 'write each episode to a CSV file, too: episode, return, length')
    .option('--json', 'print one JSON object')
    .option('--python <path>', 'Python to run the environment with')
    .action(async (path: string, options: EvalOptions) => {
      if (options.exact) {
        if (options.out !== undefined)
          throw new ConfigError('--exact plays no episodes that --out could list; leave one out');
        return exactly(path, options);
      }
      const result = await evaluateCheckpoint(path, options);
      if (options.json) {
        process.stdout.write(`${JSON.stringify(result)}\n`);
        return;
      }
      const { env, mean, std, standardError, episodes, length } = result;
      process.stdout.write(
        `${env}: mean return ${mean.toFixed(2)} ± ${standardError.toFixed(2)} (standard error), ` +
          `standard deviation ${std.toFixed(2)}, ${episodes} episodes of ${length.toFixed(1)} steps on average\n`,
      );
    });
}

/** Prints the exact return of the policy and the optimum. */
async function exactly(path: string, options: EvalOptions): Promise<void> {
  const checkpoint = readCheckpoint(path);
  const { config, observationSpace, actionSpace } = checkpoint;
  const agent = agentOf(checkpoint, fromJSON(observationSpace), fromJSON(actionSpace));
  const deterministic = !options.stochastic;
  const result = { env: config.env.id, ...(await evaluateExactly(agent, { deterministic, python: options.python })) };
  const { env, policyReturn, optimum, ratio, maxEpisodeSteps } = result;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...result, deterministic })}\n`
      : `${env}: exact return ${policyReturn.toFixed(4)}, exact optimum ${optimum.toFixed(4)} within ${maxEpisodeSteps} steps: ` +
          `${((1 - ratio) * 100).toFixed(2)} % below it (ratio ${ratio.toFixed(4)})\n`,
  );
}

async function evaluateCheckpoint(path: string, options: EvalOptions) {
  const checkpoint = readCheckpoint(path);
  const { config } = checkpoint;
  const env = await makeEvaluationEnv(config, Math.min(options.episodes, 64), { python: options.python });
  try {
    const agent = agentOf(checkpoint, env.singleObservationSpace, env.singleActionSpace);
    const { mean, std, returns, lengths } = await evaluatePolicy(env, agent.policy, {
      episodes: options.episodes,
      seed: seedOf(options.seed, 'report', 0),
      deterministic: !options.stochastic,
      actions: agent.model.actions,
      observations: agent.model.observations,
    });
    if (options.out !== undefined) writeEpisodes(options.out, returns, lengths);
    return {
      env: config.env.id,
      episodes: returns.length,
      mean,
      std,
      standardError: std / Math.sqrt(returns.length),
      length: lengths.reduce((a, b) => a + b, 0) / lengths.length,
      deterministic: !options.stochastic,
      seed: options.seed,
    };
  } finally {
    await env.close();
  }
}
