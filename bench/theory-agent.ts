/**
 * Agents beside the flow: `npm run bench -- theory-agent [--seeds 3] [--steps 1200000]`; a sixth of the steps where an environment of
 * `mirrorflow_envs` is slower. Writes docs/assets/theory-agent.svg, of the first process, and bench/results/theory-agent.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { agentBeside } from '../src/beside/beside.js';
import { regimeOf } from '../src/beside/regime.js';
import { agentTask } from '../src/cli/flow/agentEnv.js';
import { table } from '../src/cli/table.js';
import { readRegime } from '../src/config/presets.js';
import { agentGapChart } from '../src/report/flow/agentFigures.js';
import type { AgentResult } from '../src/theory/agentResult.js';
import { wholeNumber } from './flags.js';

const { values } = parseArgs({ options: { seeds: { type: 'string' }, steps: { type: 'string' } } });
const preset = readRegime('theory');
const seeds = Array.from({ length: wholeNumber('seeds', values.seeds ?? '3', 1) }, (_, i) => i);
const steps = wholeNumber('steps', values.steps ?? String(preset.totalSteps), preset.env.numEnvs);
process.env.PYTHONPATH ??= fileURLToPath(new URL('../envs/mirrorflow_envs', import.meta.url));

/** The processes: their name, γ where it is not their own, τ. */
const tasks: { name: string; gamma?: number; tau: number }[] = [
  { name: 'garnet:5,3,2,1003', tau: 0.1 },
  { name: 'garnet:5,3,2,1003', tau: 1 },
  { name: 'mirrorflow/LinearMDP-v0', gamma: 0.9, tau: 0.1 },
  { name: 'mirrorflow/Drift-v0', tau: 0.1 },
  { name: 'mirrorflow/LQR-v0', gamma: 0.9, tau: 0.1 },
  { name: 'FrozenLake-v1', gamma: 0.9, tau: 0.1 },
];

const results: (AgentResult & { name: string; tau: number })[] = [];
for (const { name, ...given } of tasks) {
  const task = await agentTask(name, { ...given, import: [] });
  const own = name.startsWith('mirrorflow/') ? Math.ceil(steps / 6) : steps;
  const regime = regimeOf(task.problem, task, { steps: own, numEnvs: preset.env.numEnvs });
  const result = await agentBeside(task.problem, { regime, setting: task.setting, seeds });
  results.push({ name, tau: given.tau, ...result });
  process.stderr.write(`${rowOf(results.at(-1)!).join('  ')}\n`);
}

const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('theory-agent.json', folder), `${JSON.stringify(results)}\n`);
writeFileSync(new URL('../docs/assets/theory-agent.svg', import.meta.url), await agentGapChart(results[0]));
process.stdout.write(
  table(
    [
      'process',
      'τ',
      'transitions',
      'gap: t = 0',
      'flow, end',
      'agents, last quarter',
      '‖w−w_flow‖/‖w_flow‖, last quarter',
      's an agent',
    ],
    results.map(rowOf),
  ),
);

function rowOf({ name, tau, flow, seeds: agents, times }: (typeof results)[number]): string[] {
  const late = times.flatMap((t, i) => (t > 0.75 * times.at(-1)! ? [i] : []));
  return [
    name,
    String(tau),
    mean(agents.map((a) => a.transitions)).toFixed(0),
    flow.gap[0].toPrecision(3),
    flow.gap.at(-1)!.toExponential(1),
    mean(agents.map((a) => mean(late.map((i) => a.gap[i])))).toExponential(1),
    mean(agents.flatMap((a) => late.map((i) => a.relativeDistance[i] ?? Number.NaN))).toPrecision(2),
    mean(agents.map((a) => a.seconds)).toFixed(0),
  ];
}

function mean(x: readonly number[]): number {
  return x.reduce((a, b) => a + b, 0) / x.length;
}
