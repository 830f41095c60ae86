import { mkdirSync } from 'node:fs';
import { Command, Option } from 'commander';
import { ConfigError } from '../../config/configError.js';
import { flowJson, writeFlow } from '../../report/index.js';
import { type FlowResult, flow } from '../../theory/flowResult.js';
import { MdpError } from '../../theory/index.js';
import { builtinNames } from '../../theory/named.js';
import { newFolderIn } from '../config.js';
import { number, setting } from '../options.js';
import { addAgentOptions, agentText, checkAgentOptions, runBeside } from './agent.js';
import { baselineText, runBaselines } from './baselines.js';
import { certificateText } from './certificateText.js';
import { compareRuns } from './compare.js';
import { addDiscreteOptions, checkDiscreteOptions, discreteText, runDiscrete } from './discrete.js';
import { checkOptions, type FlowCommandOptions } from './options.js';
import { problemOf } from './problemOf.js';
import { provenance } from './provenance.js';
import { runSweep } from './sweep.js';
import { parseTemperature, type Temperature } from './temperature.js';

/** `mirrorflow flow ENV`: the exact flow on a process, its certificate and its report. */
export function flowCommand(): Command {
  const command = new Command('flow')
    .description('run the flow of the paper exactly, check its assumptions and draw its bounds (docs/theory.md)')
    .argument(
      '<env...>',
      `an environment that has P or is a regulator, a JSON or NPZ file, or one of ${builtinNames.join(', ')}`,
    );
  return addRunOptions(addAgentOptions(addDiscreteOptions(addFlowOptions(addProcessOptions(command))))).action(
    async (names: string[], given: Omit<FlowCommandOptions, 'tau'> & { tau: Temperature }, command: Command) => {
      const options: FlowCommandOptions = { ...given, ...given.tau };
      try {
        await (options.compare && options.sweep === undefined
          ? compareRuns(names, options, command)
          : runFlow(names, options, command));
      } catch (error) {
        // What the user can fix is reported without a stack.
        if (error instanceof MdpError || error instanceof RangeError) throw new ConfigError(error.message);
        throw error;
      }
    },
  );
}

function addProcessOptions(command: Command): Command {
  return command
    .optionsGroup('Process:')
    .option('--gamma <x>', "discount γ (the process's own, or 0.99 for an environment)", number)
    .option('--beta <law>', 'uniform, reset (ρ ⊗ μ, as an agent starts), own, or a file (own, or uniform)')
    .option('--rho <law>', 'own, uniform, or a file (own)')
    .option('--mu <law>', 'own, uniform, or a file (own)')
    .option('--sigma <x>', 'standard deviation of μ, for a regulator (1)', number)
    .option('--features <name>', "tabular or aggregate:K (the process's own, or tabular)")
    .addOption(
      new Option('--import <module>', 'Python module that registers the environment')
        .argParser(collect)
        .default([], 'mirrorflow_envs for mirrorflow/…'),
    )
    .addOption(
      new Option('--env-arg <key=value>', 'an argument of the environment: states=5')
        .argParser(setting)
        .default([], 'none'),
    )
    .option('--python <path>', 'Python to run the environment with');
}

function addFlowOptions(command: Command): Command {
  return command
    .optionsGroup('Flow:')
    .addOption(
      new Option('--tau <x>', 'temperature τ, or a schedule of t as JSON')
        .argParser(parseTemperature)
        .default({ tau: 0.1 }, '0.1'),
    )
    .option('--eta0 <x>', 'η₀ of the critic speed η₀·exp(k₁t) (twice τ/Γ, at least 1)', number)
    .option('--k1 <x>', 'k₁ of the critic speed (τ/2)', number)
    .option('--horizon <t>', 'end of the path (20/τ)', number)
    .option('--samples <n>', 'number of times that are looked at (161)', number);
}

function addRunOptions(command: Command): Command {
  return command
    .optionsGroup('Several runs:')
    .option(
      '--sweep <parameter=values>',
      'a run for each value of k1, eta0, tau, epsilon or criticSteps: k1=0,0.1 or k1=0:1:11',
    )
    .option('--compare', 'overlay finished runs: <env...> are their flow.json files or directories')
    .optionsGroup('Output:')
    .option('--out <directory>', 'where report.html and flow.json go (a new folder in runs/flow/)')
    .option('--json', 'print one JSON object instead of the table')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help');
}

async function runFlow(names: string[], options: FlowCommandOptions, command: Command): Promise<void> {
  if (names.length !== 1) throw new ConfigError(`flow: ${names.length} environments; expected one, or --compare`);
  checkOptions(options);
  checkAgentOptions(options);
  const { sweep } = options;
  if (sweep !== undefined) return runSweep(names[0], { ...options, sweep }, command);
  checkDiscreteOptions(options);
  // Before the run, which may take minutes.
  if (options.out !== undefined) mkdirSync(options.out, { recursive: true });
  const found = await (options.agent ? runBeside(names[0], options) : runExact(names[0], options));
  const result = { ...found, ...provenance(command) };
  const out = options.out ?? newFolderIn('runs/flow', result.name);
  const { report } = await writeFlow(out, result);
  if (options.json) process.stdout.write(flowJson(result));
  else {
    process.stdout.write(`${result.name}: N = ${result.size}, ${result.seconds.toFixed(1)} s\n`);
    process.stdout.write(`β ${result.beta}; ρ ${result.rho}; μ ${result.mu}; ${result.start}\n\n`);
    const notes = result.notes.map((note) => `${note}\n\n`).join('');
    process.stdout.write(`${certificateText(result.certificate)}\n${notes}`);
    if (result.discrete) process.stdout.write(`${discreteText(result.discrete)}\n`);
    if (result.baselines) process.stdout.write(`${baselineText(result.baselines)}\n`);
    if (result.agent) process.stdout.write(`${agentText(result.agent)}\n`);
    process.stdout.write(`report ${report}\n`);
  }
}

async function runExact(name: string, options: FlowCommandOptions): Promise<FlowResult> {
  const problem = await problemOf(name, options);
  // Before the flow: they are quick, and refuse what they cannot do.
  const discrete = options.discrete && runDiscrete(problem, options);
  const others = options.baselines && runBaselines(problem, options);
  return { ...flow(problem, options), ...(discrete && { discrete }), ...(others && { baselines: others }) };
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
