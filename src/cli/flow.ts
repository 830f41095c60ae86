import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { ConfigError } from '../config/configError.js';
import { compareReport, flowReport } from '../report/flowReport.js';
import { type Certificate, type ExactProblem, MdpError, parseMdp } from '../theory/index.js';
import { builtinNames, builtinProblem, processProblem } from '../theory/named.js';
import { type FlowResult, flowResult } from '../theory/result.js';
import { fetchProcess } from './flowEnv.js';
import { table } from './table.js';

export interface FlowCommandOptions {
  tau: number;
  gamma?: number;
  eta0?: number;
  k1?: number;
  features?: string;
  horizon?: number;
  out: string;
  import: string[];
  python?: string;
  json?: boolean;
  compare?: boolean;
}

/** `mirrorflow flow ENV`: the exact flow on a process, its certificate and its report. */
export function flowCommand(): Command {
  return new Command('flow')
    .description('run the flow of the paper exactly, check its assumptions and draw its bounds')
    .argument('<env...>', `an environment that has P, a JSON file, or one of ${builtinNames.join(', ')}`)
    .option('--tau <x>', 'temperature τ', number, 0.1)
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
    .action(async (names: string[], options: FlowCommandOptions) => {
      try {
        await (options.compare ? compareRuns(names, options) : runFlow(names, options));
      } catch (error) {
        // What the user can fix is reported without a stack.
        if (error instanceof MdpError || error instanceof RangeError) throw new ConfigError(error.message);
        throw error;
      }
    });
}

async function runFlow(names: string[], options: FlowCommandOptions): Promise<void> {
  if (names.length !== 1) throw new ConfigError(`flow: ${names.length} environments; expected one, or --compare`);
  checkOptions(options);
  const problem = await problemOf(names[0], options);
  const result = flowResult(problem, options);
  const report = write(options.out, await flowReport(result));
  writeFileSync(join(options.out, 'flow.json'), `${JSON.stringify(result)}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    process.stdout.write(`${result.name}: N = ${result.size}, ${result.seconds.toFixed(1)} s\n\n`);
    process.stdout.write(`${certificateText(result.certificate)}\nreport ${report}\n`);
  }
}

async function compareRuns(paths: string[], options: FlowCommandOptions): Promise<void> {
  const results = paths.map(readResult);
  const report = write(options.out, await compareReport(results));
  process.stdout.write(`${results.length} runs compared\nreport ${report}\n`);
}

/** A built-in name, a file, or an environment. */
async function problemOf(name: string, options: FlowCommandOptions): Promise<ExactProblem> {
  const builtin = builtinProblem(name, options);
  if (builtin !== null) return builtin;
  if (name.endsWith('.json') || existsSync(name)) {
    if (!existsSync(name)) throw new ConfigError(`${name} does not exist; expected a JSON file with gamma and P`);
    return processProblem({ mdp: parseMdp(readFileSync(name, 'utf8'), name, options.gamma) }, options);
  }
  return processProblem({ mdp: await fetchProcess(name, options) }, options);
}

function checkOptions({ tau, gamma, eta0, k1, horizon }: FlowCommandOptions): void {
  const rules: [string, number | undefined, (x: number) => boolean, string][] = [
    ['--tau', tau, (x) => x >= 0, 'a number of 0 or more'],
    ['--gamma', gamma, (x) => x >= 0 && x < 1, '0 ≤ γ < 1'],
    ['--eta0', eta0, (x) => x > 0, 'a positive number'],
    ['--k1', k1, (x) => x >= 0, 'a number of 0 or more'],
    ['--horizon', horizon, (x) => x > 0, 'a positive time'],
  ];
  const wrong = rules.filter(([, x, holds]) => x !== undefined && !holds(x));
  if (wrong.length > 0) throw new ConfigError(wrong.map(([o, x, , e]) => `${o} is ${x}; expected ${e}`).join('\n'));
}

function readResult(path: string): FlowResult {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'flow.json') : path;
  let result: Partial<FlowResult>;
  try {
    result = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}; expected the flow.json of a run of mirrorflow flow`);
  }
  if (!result?.diagnosis?.times || !result.certificate) {
    throw new ConfigError(`${file} is not the flow.json of a run of mirrorflow flow; give its directory or file`);
  }
  return result as FlowResult;
}

function certificateText({ entries }: Certificate): string {
  const colour = { holds: pc.green, fails: pc.red, 'does not apply': pc.dim };
  const text = table(
    ['condition', 'verdict', 'figure'],
    entries.map((e) => [e.name, e.verdict, e.figure]),
  );
  const lines = text.split('\n');
  return lines
    .map((line, i) => {
      const verdict = entries[i - 2]?.verdict;
      return verdict === undefined ? line : line.replace(`  ${verdict}`, `  ${colour[verdict](verdict)}`);
    })
    .join('\n');
}

function write(directory: string, html: string): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'report.html');
  writeFileSync(path, html);
  return path;
}

function number(text: string): number {
  const x = Number(text);
  if (text.trim() === '' || !Number.isFinite(x)) throw new InvalidArgumentError('expected a number.');
  return x;
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
