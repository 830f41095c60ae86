import { Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError } from '../../config/configError.js';
import { flowDocument } from '../../report/index.js';
import { flow } from '../../theory/flowResult.js';
import { MdpError } from '../../theory/index.js';
import { builtinNames } from '../../theory/named.js';
import { certificateText } from './certificateText.js';
import { compareRuns } from './compare.js';
import { checkOptions, type FlowCommandOptions } from './options.js';
import { problemOf } from './problemOf.js';
import { parseTemperature, type Temperature } from './temperature.js';
import { flowJson, provenance, writeFolder } from './write.js';

/** `mirrorflow flow ENV`: the exact flow on a process, its certificate and its report. */
export function flowCommand(): Command {
  return new Command('flow')
    .description('run the flow of the paper exactly, check its assumptions and draw its bounds')
    .argument('<env...>', `an environment that has P, a JSON file, or one of ${builtinNames.join(', ')}`)
    .addOption(
      new Option('--tau <x>', 'temperature τ, or a schedule of t as JSON (docs/theory.md)')
        .argParser(parseTemperature)
        .default({ tau: 0.1 }, '0.1'),
    )
    .option('--gamma <x>', "discount γ (the process's own, or 0.99 for an environment)", number)
    .option('--eta0 <x>', 'η₀ of the critic speed η₀·exp(k₁t) (twice τ/Γ, at least 1)', number)
    .option('--k1 <x>', 'k₁ of the critic speed (τ/2)', number)
    .option('--features <name>', "tabular or aggregate:K (the process's own, or tabular)")
    .option('--horizon <t>', 'end of the path (20/τ)', number)
    .option('--out <directory>', 'where report.html and flow.json go', 'runs/flow')
    .option('--import <module>', 'Python module that registers the environment', collect, [])
    .option('--python <path>', 'Python to run the environment with')
    .option('--json', 'print one JSON object instead of the table')
    .option('--compare', 'overlay finished runs: <env...> are their flow.json files or directories')
    .action(
      async (names: string[], given: Omit<FlowCommandOptions, 'tau'> & { tau: Temperature }, command: Command) => {
        const options: FlowCommandOptions = { ...given, ...given.tau };
        try {
          await (options.compare ? compareRuns(names, options) : runFlow(names, options, command));
        } catch (error) {
          // What the user can fix is reported without a stack.
          if (error instanceof MdpError || error instanceof RangeError) throw new ConfigError(error.message);
          throw error;
        }
      },
    );
}

async function runFlow(names: string[], options: FlowCommandOptions, command: Command): Promise<void> {
  if (names.length !== 1) throw new ConfigError(`flow: ${names.length} environments; expected one, or --compare`);
  checkOptions(options);
  const problem = await problemOf(names[0], options);
  const result = { ...flow(problem, options), ...provenance(command) };
  const text = flowJson(result);
  const { report } = await writeFolder(options.out, await flowDocument(result), { name: 'flow.json', text });
  if (options.json) process.stdout.write(text);
  else {
    process.stdout.write(`${result.name}: N = ${result.size}, ${result.seconds.toFixed(1)} s\n\n`);
    process.stdout.write(`${certificateText(result.certificate)}\nreport ${report}\n`);
  }
}

function number(text: string): number {
  const x = Number(text);
  if (text.trim() === '' || !Number.isFinite(x)) throw new InvalidArgumentError('expected a number.');
  return x;
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
