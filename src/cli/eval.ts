import { Command } from 'commander';
import { Agent, type AgentState, evaluatePolicy, makeEnv, readCheckpoint } from '../agent/index.js';
import { seedOf } from '../agent/run.js';
import { naturalNumber, positiveInteger } from './options.js';

interface EvalOptions {
  episodes: number;
  seed: number;
  stochastic?: boolean;
  json?: boolean;
  python?: string;
}

/** `mirrorflow eval CHECKPOINT`: the mean return of a trained policy. */
export function evalCommand(): Command {
  return new Command('eval')
    .description('evaluate a checkpoint on fresh episodes')
    .argument('<checkpoint>', 'file that `mirrorflow train` wrote')
    .option('--episodes <n>', 'episodes to run', positiveInteger, 100)
    .option('--seed <n>', 'seed of the episodes, other than those of training', naturalNumber, 1)
    .option('--stochastic', "draw actions instead of taking the policy's mode")
    .option('--json', 'print one JSON object')
    .option('--python <path>', 'Python to run the environment with')
    .action(async (path: string, options: EvalOptions) => {
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

async function evaluateCheckpoint(path: string, options: EvalOptions) {
  const { config, state } = readCheckpoint(path);
  const env = await makeEnv(config, Math.min(options.episodes, 64), { python: options.python });
  try {
    const saved = state.agent as AgentState;
    const agent = new Agent(config, env.singleObservationSpace, env.singleActionSpace, saved.scaling);
    agent.policy.w.set(saved.w);
    const { mean, std, returns, lengths } = await evaluatePolicy(env, agent.policy, {
      episodes: options.episodes,
      seed: seedOf(options.seed, 'report', 0),
      deterministic: !options.stochastic,
      actions: agent.model.actions,
      observations: agent.model.observations,
    });
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
