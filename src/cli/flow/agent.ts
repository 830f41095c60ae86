import type { Command } from 'commander';
import { agentBeside } from '../../beside/beside.js';
import { meanFieldProblem } from '../../beside/meanField.js';
import { regimeOf } from '../../beside/regime.js';
import { ConfigError } from '../../config/configError.js';
import { readRegime } from '../../config/presets.js';
import { show as inDigits } from '../../report/flow/show.js';
import type { AgentResult } from '../../theory/agentResult.js';
import { type FlowResult, flow } from '../../theory/flowResult.js';
import { positiveInteger } from '../options.js';
import { table } from '../table.js';
import { agentTask } from './agentEnv.js';
import type { FlowCommandOptions } from './options.js';

/** The flow that an agent follows, and agents trained beside it over the bridge, one a seed. @throws ConfigError, BridgeError */
export async function runBeside(name: string, options: FlowCommandOptions): Promise<FlowResult> {
  const { problem, setting, env, largestFeatures } = await agentTask(name, options);
  const preset = readRegime('theory');
  const { eta0, k1, horizon, steps = preset.totalSteps, envs = preset.env.numEnvs } = options;
  const regime = regimeOf(problem, { setting, env, largestFeatures }, { eta0, k1, horizon, steps, numEnvs: envs });
  const result = flow(meanFieldProblem(problem), { ...regime, ...(options.samples && { samples: options.samples }) });
  const note = (line: string) => process.stderr.write(`${line}\n`);
  const agent = await agentBeside(problem, {
    regime,
    setting,
    seeds: seedsOf(options.seeds ?? '0'),
    ...(options.samples && { samples: options.samples }),
    run: { onWarning: note, python: options.python },
    onSeed: ({ seed, seconds, transitions }) =>
      note(`seed ${seed}: ${transitions} transitions in ${seconds.toFixed(0)} s`),
  });
  return { ...result, agent };
}

/** Adds the options of the agents that are trained beside a flow. */
export function addAgentOptions(command: Command): Command {
  return command
    .optionsGroup('Agents:')
    .option('--agent', 'train agents beside the flow, over the bridge')
    .option('--seeds <list>', 'seeds of the agents, for example 0-4 (0)')
    .option('--steps <n>', 'steps of the environments for each agent (1 200 000)', positiveInteger)
    .option('--envs <n>', 'environments of an agent (64)', positiveInteger);
}

/** What a flow may have and the agent beside it may not, and the other way round. @throws ConfigError */
export function checkAgentOptions(options: FlowCommandOptions): void {
  const { agent, tau, tauSchedule } = options;
  const given = (keys: readonly (keyof FlowCommandOptions)[]) => keys.find((key) => options[key] !== undefined);
  const other = given(agent ? ['sweep'] : ['seeds', 'steps', 'envs']);
  if (other !== undefined) {
    throw new ConfigError(
      agent ? `--agent and --${other} are runs of their own; leave one out` : `--${other} is for --agent`,
    );
  }
  if (!agent) return;
  if (!(tau > 0)) throw new ConfigError(`--tau is ${tau}; expected a positive number with --agent`);
  if (tauSchedule !== undefined && tauSchedule.type !== 'constant') {
    throw new ConfigError(
      '--tau is a schedule; expected a number with --agent, whose flow is compared at one temperature',
    );
  }
}

/** The seeds of `0-4`, `3` or `0,2,7-9`. @throws ConfigError */
export function seedsOf(text: string): number[] {
  const seeds = text.split(',').flatMap((part) => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === undefined || !(last >= first) || last - first > 999) {
      throw new ConfigError(`--seeds is "${text}"; expected for example 0-4, or 0,2,5`);
    }
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(seeds)];
}

/** The agents beside the flow at a dozen times, for a terminal. */
export function agentText(agent: AgentResult): string {
  const { times, flow, seeds, own } = agent;
  const rows = pick(times).map((i) => {
    const mean = (of: (s: AgentResult['seeds'][number]) => number | null) =>
      seeds.reduce((sum, s) => sum + (of(s) ?? Number.NaN), 0) / seeds.length;
    return [
      show(times[i]),
      show(flow.gap[i]),
      show(mean((s) => s.gap[i])),
      show(flow.bound[i]),
      show(mean((s) => s.bound[i])),
      show(flow.K[i]),
      show(mean((s) => s.K[i])),
      show(flow.criticError[i]),
      show(mean((s) => s.criticError[i])),
      show(mean((s) => s.relativeDistance[i])),
    ];
  });
  const columns = [
    't',
    ...['gap: flow', 'agent', 'bound: flow', 'agent', 'K: flow', 'agent', '‖θ−θ_π‖: flow', 'agent'],
    '‖w−w_flow‖/‖w_flow‖',
  ];
  const lead =
    `${seeds.length} agent${seeds.length === 1 ? '' : 's'} (seed ${seeds.map((s) => s.seed).join(', ')}; means), ${agent.steps} steps each in ${agent.numEnvs} environments; ` +
    `λ = ${show(agent.mirrorStep)}, η_t = ${show(agent.eta0)}·exp(${show(agent.k1)} t); in the agent's units τ = ${show(own.tau)}, λ = ${show(own.mirrorStep)} (costScale ${show(own.costScale)})`;
  return `${lead}\n\n${table(columns, rows)}`;
}

/** Places of about twelve times, evenly spaced in time, with the last. */
function pick(times: readonly number[]): number[] {
  const end = times.at(-1)!;
  const wanted = Array.from({ length: 12 }, (_, k) => (end * (k + 1)) / 12);
  return [...new Set(wanted.map((t) => times.findIndex((x) => x >= t - 1e-9 * end)))];
}

function show(x: number): string {
  return inDigits(x, 3);
}
