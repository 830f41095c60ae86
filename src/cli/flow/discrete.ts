import { type Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { ConfigError } from '../../config/configError.js';
import type { StepCount } from '../../critic/schedule.js';
import { type DiscreteResult, discreteRun } from '../../theory/discreteResult.js';
import { isFiniteProblem } from '../../theory/finite/setting.js';
import type { ExactProblem } from '../../theory/index.js';
import { number, positiveInteger } from '../options.js';
import { certificateText } from './certificateText.js';
import type { FlowCommandOptions } from './options.js';

/** What `--critic-steps` may be. */
const counts = 'constant:M, logarithmic:M,scale, linear:M,slope or infinite';

/** Adds the options of the updates in discrete time, and of the methods that they are compared with. */
export function addDiscreteOptions(command: Command): Command {
  return command
    .optionsGroup('Discrete time and other methods:')
    .option('--discrete', 'run the updates in discrete time, too, and check their certificates')
    .option('--updates <n>', 'with --discrete: policy updates (200)', positiveInteger)
    .option('--mirror <step>', 'with --discrete: proximal or explicit (proximal)', parseMirror)
    .option('--mirror-step <x>', 'λ, with --discrete (1), --baselines (1/τ) or --sweep criticSteps (0.1/τ)', number)
    .option('--critic-step <x>', 'h (1 for tabular features, (1−√γ)/(1+√γ)² for others)', number)
    .option('--critic-steps <count>', `M_n: ${counts} (constant:1)`, parseCriticSteps)
    .option('--baselines', 'run other methods on the process, too, and print what each one spent');
}

/** @throws ConfigError where an option is wrong or has no effect */
export function checkDiscreteOptions(options: FlowCommandOptions): void {
  const { discrete, baselines, agent, updates, mirror, mirrorStep, criticStep, criticSteps } = options;
  if (agent && (discrete || baselines)) {
    throw new ConfigError('flow: --agent with --discrete or --baselines; expected one of them in a run');
  }
  if (options.tauSchedule && (discrete || baselines)) {
    throw new ConfigError('flow: --tau is a schedule; --discrete and --baselines expect a number');
  }
  for (const [name, x] of Object.entries({ '--mirror-step': mirrorStep, '--critic-step': criticStep })) {
    if (x !== undefined && !(x > 0)) throw new ConfigError(`${name} is ${x}; expected a positive number`);
  }
  const own = { '--updates': updates, '--mirror': mirror };
  const shared = { '--mirror-step': mirrorStep, '--critic-step': criticStep, '--critic-steps': criticSteps };
  const idle = Object.entries({ ...(discrete ? {} : own), ...(discrete || baselines ? {} : shared) });
  const given = idle.filter(([, x]) => x !== undefined).map(([name]) => name);
  if (given.length > 0)
    throw new ConfigError(`${given.join(', ')}: no effect without --discrete; add it, or leave it out`);
}

/** Reads `--critic-steps`: the words of the configuration's `criticSteps`, with the numbers after a colon. */
function parseCriticSteps(text: string): StepCount | 'infinite' {
  if (text === 'infinite') return text;
  const [type, list = ''] = text.split(':', 2) as [string, string?];
  const [value, growth = Number.NaN, ...more] = list.split(',').map((x) => (x.trim() === '' ? Number.NaN : Number(x)));
  const grows = type !== 'constant';
  const fits = value >= 1 && (grows ? growth >= 0 : Number.isNaN(growth) && !list.includes(',')) && more.length === 0;
  if (fits && type === 'constant') return { type, value };
  if (fits && type === 'logarithmic') return { type, value, scale: growth };
  if (fits && type === 'linear') return { type, value, slope: growth };
  throw new InvalidArgumentError(`expected ${counts}, with M of 1 or more, for example linear:1,2.`);
}

/** Reads `--mirror`. */
function parseMirror(text: string): 'proximal' | 'explicit' {
  if (text === 'proximal' || text === 'explicit') return text;
  throw new InvalidArgumentError('expected proximal or explicit.');
}

/** The updates in discrete time that the options ask for. @throws ConfigError where the process is not finite */
export function runDiscrete(problem: ExactProblem, options: FlowCommandOptions): DiscreteResult {
  if (!isFiniteProblem(problem)) {
    throw new ConfigError(
      `--discrete: ${problem.name} is not a finite process, for which its inequalities are computed at every state; ` +
        'expected a finite process, such as garnet or FrozenLake-v1',
    );
  }
  const { updates, criticStep, mirrorStep, mirror, criticSteps } = options;
  return discreteRun(problem, {
    ...(updates !== undefined && { updates }),
    ...(criticStep !== undefined && { criticStep }),
    ...(mirrorStep !== undefined && { mirrorStep }),
    ...(mirror !== undefined && { mirror }),
    ...(criticSteps !== undefined && { criticSteps }),
  });
}

/** What the updates were, and their certificate, for a terminal. */
export function discreteText(result: DiscreteResult): string {
  const { updates, criticStep, mirrorStep, mirror, criticSteps } = result.options;
  const count = typeof criticSteps === 'string' ? criticSteps : Object.values(criticSteps).join(' ');
  const head = `discrete time: ${updates} updates, ${mirror} λ = ${mirrorStep}, h = ${criticStep}, M_n ${count}`;
  return `${pc.bold(head)}\n\n${certificateText(result)}\n`;
}
