import { evaluationEnv } from '../agent/environments.js';
import { type Agent, type Config, ConfigError, policyTable } from '../agent/index.js';
import { Env } from '../bridge/index.js';
import { finiteHorizonOptimum, finiteHorizonReturn } from '../theory/index.js';
import { readProcess } from './flow/processOfEnv.js';

/** What a policy returns and what could be had, computed from the transition table of its environment. */
export interface ExactEvaluation {
  /** The time limit that both are for. */
  maxEpisodeSteps: number;
  /** Expected undiscounted return of the policy. */
  policyReturn: number;
  /** The greatest of any policy, those that look at the clock included. */
  optimum: number;
  /** 1 − (optimum − policyReturn)/|optimum|: one for an optimal policy, whatever the sign. */
  ratio: number;
}

/** A wrapper that leaves the table valid: it only shows the time. */
const TIME = 'TimeAwareObservation';

/**
 * Evaluates an agent exactly, by backward recursion over P, the initial distribution and the time limit of its environment.
 * @throws ConfigError where the environment has no P or no time limit, or is changed by wrappers
 */
export async function evaluateExactly(
  agent: Agent,
  { deterministic, python }: { deterministic: boolean; python?: string | undefined },
): Promise<ExactEvaluation> {
  const { config } = agent;
  checkWrappers(config);
  const { numEnvs: _, id, ...options } = evaluationEnv(config);
  const env = await Env.make(id, { ...options, python });
  try {
    const mdp = await readProcess(env, config.env.id, config.gamma);
    if (mdp === null) {
      throw new ConfigError(
        `--exact: ${config.env.id} has no transition table P; expected an environment such as FrozenLake-v1 or Taxi-v4. ` +
          'Leave --exact out to evaluate on episodes.',
      );
    }
    const maxEpisodeSteps = options.maxEpisodeSteps ?? env.spec?.maxEpisodeSteps;
    if (maxEpisodeSteps === undefined || maxEpisodeSteps === null) {
      throw new ConfigError(
        `--exact: ${config.env.id} has no time limit; expected one, since a policy may go on for ever. Train with env.maxEpisodeSteps.`,
      );
    }
    const table = policyTable(agent, env.observationSpace, maxEpisodeSteps, deterministic);
    const policyReturn = finiteHorizonReturn(mdp, table, maxEpisodeSteps);
    const optimum = finiteHorizonOptimum(mdp, maxEpisodeSteps);
    return { maxEpisodeSteps, policyReturn, optimum, ratio: 1 - (optimum - policyReturn) / Math.abs(optimum) };
  } finally {
    await env.close();
  }
}

function checkWrappers({ env }: Config): void {
  const other = env.wrappers?.find(({ id }) => id !== TIME);
  if (other === undefined) return;
  throw new ConfigError(
    `--exact: ${env.id} has the wrapper ${other.id}, by which its table P may no longer hold; expected none but ${TIME}`,
  );
}
