import { driftSetting, regulatorSetting } from '../../beside/continuousSettings.js';
import { type AgentSetting, finiteSetting } from '../../beside/setting.js';
import type { ConfigInput } from '../../config/config.js';
import { ConfigError } from '../../config/configError.js';
import { isFiniteProblem } from '../../theory/finite/setting.js';
import type { ExactProblem, FiniteMdp, FiniteProblem, Lqr } from '../../theory/index.js';
import type { LqrProblem } from '../../theory/lqr/lqrProblem.js';
import type { FlowCommandOptions } from './options.js';
import { ENVS, importsOf, problemOf } from './problemOf.js';

/** What an agent is trained on beside a flow. */
export interface AgentTask {
  /** With the agent's own β. */
  readonly problem: AgentProblem;
  readonly setting: AgentSetting;
  readonly env: ConfigInput['env'];
  /** sup ‖φ‖₂ where the process goes. */
  readonly largestFeatures: number;
}

/**
 * The task of a name: an environment id with P or a regulator's matrices as it stands; a built-in process or a file as an environment made of
 * its P or matrices, on the other side of the bridge.
 * @throws ConfigError where there is no environment for it
 */
export async function agentTask(name: string, given: FlowCommandOptions): Promise<AgentTask> {
  const options = { ...given, import: importsOf(name, given.import) };
  checkLaws(name, given);
  const problem = checked(await problemOf(name, { ...options, beta: 'reset' }));
  const { setting, largestFeatures } = settingOf(problem);
  return { problem, setting, largestFeatures, env: envOf(name, problem, options) };
}

/** An agent's β is ρ ⊗ μ, and an environment has its own ρ. @throws ConfigError where the options ask for others */
function checkLaws(name: string, { beta = 'reset', rho = 'own', mu = 'own' }: FlowCommandOptions): void {
  if (beta !== 'reset') throw new ConfigError(`--beta is ${beta}; expected reset, the agent's own, with --agent`);
  const other = Object.entries({ rho, mu }).find(([, law]) => law !== 'own');
  if (other !== undefined && /-v\d+$/.test(name)) {
    throw new ConfigError(
      `--${other[0]} is ${other[1]}; expected own with --agent, since ${name} has a law of its own`,
    );
  }
}

/** A problem that an agent can be trained on. */
type AgentProblem = FiniteProblem | LqrProblem;

/** @throws ConfigError for a problem that the agent does not begin as */
function checked(problem: ExactProblem): AgentProblem {
  if (problem.start !== undefined) {
    throw new ConfigError(
      `${problem.name}: it has a start of its own; an agent begins at θ₀ = 0 and π₀ = μ. Leave theta0, pi0 and logPi0 out`,
    );
  }
  const isContinuous = isFiniteProblem(problem) && problem.continuum !== undefined && !isDrift(problem);
  if (!isContinuous && (isFiniteProblem(problem) || 'lqr' in problem)) return problem as AgentProblem;
  throw new ConfigError(
    `${problem.name}: there is no environment of it; expected a finite process, a regulator or drift with --agent`,
  );
}

function settingOf(problem: AgentProblem): Pick<AgentTask, 'setting' | 'largestFeatures'> {
  if ('lqr' in problem) return regulatorSetting(problem);
  return { setting: (isDrift(problem) ? driftSetting : finiteSetting)(problem), largestFeatures: problem.supPhi };
}

/** Whether a problem is the built-in one, not a file's of that name. */
function isDrift({ mdp, continuum }: FiniteProblem): boolean {
  return continuum !== undefined && mdp.name === 'drift';
}

function envOf(name: string, problem: AgentProblem, options: FlowCommandOptions): ConfigInput['env'] {
  if (/-v\d+$/.test(name)) {
    const kwargs = Object.fromEntries(options.envArg ?? []);
    return { id: name, kwargs, imports: options.import };
  }
  if ('lqr' in problem) return { id: 'mirrorflow/LQR-v0', imports: [ENVS], kwargs: regulatorArguments(problem.lqr) };
  if (isDrift(problem)) return { id: 'mirrorflow/Drift-v0', imports: [ENVS] };
  return {
    id: 'mirrorflow/Finite-v0',
    imports: [ENVS],
    kwargs: { P: transitionTable(problem.mdp), rho: [...problem.mdp.rho] },
  };
}

/** P[s][a] = [[probability, next state, reward, terminated], …]; the mass that a row lacks terminates. */
export function transitionTable({
  states,
  actions,
  cost,
  transitions,
}: FiniteMdp): [number, number, number, boolean][][][] {
  const { offsets, columns, values } = transitions;
  return Array.from({ length: states }, (_, s) =>
    Array.from({ length: actions }, (_, a) => {
      const p = s * actions + a;
      const reward = 0 - cost[p];
      const outcomes: [number, number, number, boolean][] = [];
      let rest = 1;
      for (let k = offsets[p]; k < offsets[p + 1]; k++) {
        outcomes.push([values[k], columns[k], reward, false]);
        rest -= values[k];
      }
      if (rest > 1e-9) outcomes.push([rest, s, reward, true]);
      return outcomes;
    }),
  );
}

/** The arguments of mirrorflow/LQR-v0. @throws ConfigError for a regulator that it is not */
function regulatorArguments({ name, A, B, Q, R, noise, rho }: Lqr): Record<string, unknown> {
  const n = A.rows;
  const isIdentity = (M: Lqr['A'], scale: number) =>
    M.to2DArray().every((row, i) => row.every((x, j) => Math.abs(x - (i === j ? scale : 0)) <= 1e-12));
  if (!isIdentity(rho, 1) || !isIdentity(noise, noise.get(0, 0))) {
    throw new ConfigError(
      `${name}: its noise or its first state has a covariance that mirrorflow/LQR-v0 has not; expected a multiple of the identity and the identity`,
    );
  }
  const matrix = (M: Lqr['A']) => M.to2DArray();
  return { A: matrix(A), B: matrix(B), Q: matrix(Q), R: matrix(R), noise: n > 0 ? Math.sqrt(noise.get(0, 0)) : 0 };
}
