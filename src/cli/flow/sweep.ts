import { mkdirSync } from 'node:fs';
import type { Command } from 'commander';
import { ConfigError } from '../../config/configError.js';
import { sweepTable, writeSweep } from '../../report/index.js';
import { type SweepParameter, sweep, sweepParameters } from '../../theory/index.js';
import { newFolderIn } from '../config.js';
import type { FlowCommandOptions } from './options.js';
import { problemOf } from './problemOf.js';
import { provenance } from './provenance.js';
import { tableText } from './tableText.js';

/** Runs of a sweep at most. */
const MOST_RUNS = 200;

/** `flow ENV --sweep PARAMETER=VALUES`: the flow at each value, and what depends on it. */
export async function runSweep(
  name: string,
  options: FlowCommandOptions & { sweep: string },
  command: Command,
): Promise<void> {
  const { parameter, values } = parseSweep(options.sweep);
  checkConflicts(parameter, options, command);
  if (options.out !== undefined) mkdirSync(options.out, { recursive: true });
  const problem = await problemOf(name, options);
  const result = { ...sweep(problem, parameter, values, options), ...provenance(command) };
  const out = options.out ?? newFolderIn('runs/flow', `${result.name}-${parameter}`);
  const { report } = await writeSweep(out, result);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${tableText(sweepTable(result))}\nreport ${report}\n`);
}

/**
 * Reads `k1=0,0.1,0.5`, `k1=0:1:11` (11 values from 0 to 1) and `eta0=log:0.1:100:7` (7 values with equal ratios), which may be mixed with commas.
 * @throws ConfigError that says what is wrong
 */
export function parseSweep(text: string): { parameter: SweepParameter; values: number[] } {
  const [name, list, ...more] = text.split('=');
  const parameter = sweepParameters.find((known) => known === name);
  const expected = 'expected for example k1=0,0.1,0.5 or k1=0:1:11 or eta0=log:0.1:100:7';
  if (parameter === undefined) {
    throw new ConfigError(
      `--sweep ${text}: "${name}" is no parameter; expected one of ${sweepParameters.join(', ')}, as in k1=0,0.1,0.5`,
    );
  }
  if (list === undefined || list.trim() === '' || more.length > 0)
    throw new ConfigError(`--sweep ${text}: no list of values; ${expected}`);
  const values = list.split(',').flatMap((part) => {
    const found = valuesOf(part.trim());
    if (typeof found === 'string') throw new ConfigError(`--sweep ${text}: ${found}; ${expected}`);
    return found;
  });
  if (values.length < 2)
    throw new ConfigError(`--sweep ${text}: one value; expected two or more, or leave out --sweep`);
  if (values.length > MOST_RUNS)
    throw new ConfigError(`--sweep ${text}: ${values.length} values; expected at most ${MOST_RUNS}`);
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new ConfigError(`--sweep ${text}: ${twice} is there twice; expected each value once`);
  return { parameter, values: [...values].sort((a, b) => a - b) };
}

/** The values of a number or a range, or what is wrong with it. */
function valuesOf(part: string): number[] | string {
  const [kind, rest] = part.startsWith('log:') ? ['log', part.slice(4)] : ['linear', part];
  const numbers = rest.split(':').map((x) => (x.trim() === '' ? Number.NaN : Number(x)));
  if (!numbers.every(Number.isFinite)) return `"${part}" is no number and no range`;
  if (numbers.length === 1 && kind === 'linear') return numbers;
  const [from, to, count] = numbers;
  if (numbers.length !== 3) return `"${part}" has ${numbers.length} numbers; a range has three, from:to:count`;
  if (!(Number.isInteger(count) && count >= 2 && count <= MOST_RUNS))
    return `"${part}" has ${count} values; a range has 2 to ${MOST_RUNS}`;
  if (kind === 'log' && !(from > 0 && to > 0)) return `"${part}" reaches 0; a logarithmic range has positive ends`;
  return Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    // The ends are what was given, and 0:1:11 has 0.3.
    if (i === 0 || i === count - 1) return i === 0 ? from : to;
    return Number((kind === 'log' ? from * (to / from) ** share : from + (to - from) * share).toPrecision(12));
  });
}

/** @throws ConfigError where an option has no meaning in this sweep */
function checkConflicts(parameter: SweepParameter, options: FlowCommandOptions, command: Command): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  const own = parameter === 'criticSteps' ? ['eta0', 'k1', 'horizon'] : [parameter];
  const wrong = own.filter(isGiven).map((name) => `--${name}`);
  if (wrong.length > 0)
    throw new ConfigError(
      `--sweep ${parameter} sets ${wrong.join(' and ')} itself; leave ${wrong.length > 1 ? 'them' : 'it'} out`,
    );
  const discrete = ['discrete', 'baselines', 'updates', 'mirror', 'criticSteps'];
  const idle = (parameter === 'criticSteps' ? discrete : [...discrete, 'mirrorStep', 'criticStep']).filter(isGiven);
  if (idle.length > 0) {
    const names = idle.map((name) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`);
    throw new ConfigError(`--sweep ${parameter}: ${names.join(', ')} without effect; leave out`);
  }
  if (options.tauSchedule !== undefined) throw new ConfigError('--sweep: --tau is a schedule; expected a number');
  for (const name of ['agent', 'compare'] as const) {
    if (options[name]) throw new ConfigError(`--sweep and --${name} cannot be together; give one of them`);
  }
}
