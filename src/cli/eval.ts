import type { Command } from 'commander';
import { Agent, ConfigError, makeEvaluationEnv } from '../agent/index.js';
import { writeEpisodes } from '../report/csv.js';
import { type EpisodeOptions, episodeCommand, episodeSeed } from './episodes.js';
import { evaluateExactly } from './exactEvaluation.js';

interface EvalOptions extends EpisodeOptions {
  exact?: boolean;
}

/** `mirrorflow eval CHECKPOINT`: the mean return of a trained policy. */
export function evalCommand(): Command {
  return episodeCommand('eval', 100)
    .description('evaluate a checkpoint on fresh episodes')
    .option('--exact', "compute the return from the environment's transition table P instead, and the exact optimum")
    .option('--out <file>', 'write each episode to a CSV file, too: episode, return, length')
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
  const agent = await Agent.load(path);
  const deterministic = !options.stochastic;
  const result = {
    env: agent.config.env.id,
    ...(await evaluateExactly(agent, { deterministic, python: options.python })),
  };
  const { env, policyReturn, optimum, ratio, maxEpisodeSteps } = result;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...result, deterministic })}\n`
      : `${env}: exact return ${policyReturn.toFixed(4)}, exact optimum ${optimum.toFixed(4)} within ${maxEpisodeSteps} steps: ` +
          `${((1 - ratio) * 100).toFixed(2)} % below it (ratio ${ratio.toFixed(4)})\n`,
  );
}

async function evaluateCheckpoint(path: string, options: EvalOptions) {
  const agent = await Agent.load(path);
  const { config } = agent;
  const { episodes, python } = options;
  const env = await makeEvaluationEnv(config, Math.min(episodes, 64), { python });
  try {
    const deterministic = !options.stochastic;
    const how = { episodes, seed: episodeSeed(options), deterministic };
    const { mean, std, returns, lengths } = await agent.evaluate(env, how);
    if (options.out !== undefined) writeEpisodes(options.out, returns, lengths);
    return {
      env: config.env.id,
      episodes: returns.length,
      mean,
      std,
      standardError: std / Math.sqrt(returns.length),
      length: lengths.reduce((a, b) => a + b, 0) / lengths.length,
      deterministic,
      seed: options.seed,
    };
  } finally {
    await env.close();
  }
}
