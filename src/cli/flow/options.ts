import type { Command } from 'commander';
import { ConfigError } from '../../config/configError.js';
import type { Schedule, StepCount } from '../../critic/schedule.js';

/** The options of `mirrorflow flow`. */
export interface FlowCommandOptions {
  /** τ₀. */
  tau: number;
  /** τ_t, where a schedule was given. */
  tauSchedule?: Schedule;
  gamma?: number;
  eta0?: number;
  k1?: number;
  features?: string;
  beta?: string;
  rho?: string;
  mu?: string;
  horizon?: number;
  samples?: number;
  out?: string;
  import: string[];
  envArg?: [string, unknown][];
  sigma?: number;
  python?: string;
  json?: boolean;
  compare?: boolean;
  sweep?: string;
  agent?: boolean;
  seeds?: string;
  steps?: number;
  envs?: number;
  discrete?: boolean;
  baselines?: boolean;
  updates?: number;
  mirror?: 'proximal' | 'explicit';
  mirrorStep?: number;
  criticStep?: number;
  criticSteps?: StepCount | 'infinite';
}

/** Times that are looked at, at most: each takes the time of a policy evaluation, and room in flow.json. */
const MOST_SAMPLES = 100_000;

/** The options that the user gave, as they are written: `--critic-steps`. */
export function givenOptions(command: Command): string[] {
  return command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => option.long ?? option.flags);
}

/** @throws ConfigError that names each option that is wrong */
export function checkOptions({ tau, gamma, eta0, k1, horizon, samples, sigma }: FlowCommandOptions): void {
  const rules: [string, number | undefined, (x: number) => boolean, string][] = [
    ['--tau', tau, (x) => x >= 0 && Number.isFinite(x), 'a number of 0 or more'],
    ['--gamma', gamma, (x) => x >= 0 && x < 1, '0 ≤ γ < 1'],
    ['--eta0', eta0, (x) => x > 0 && Number.isFinite(x), 'a positive number'],
    ['--k1', k1, (x) => x >= 0 && Number.isFinite(x), 'a number of 0 or more'],
    ['--sigma', sigma, (x) => x > 0 && Number.isFinite(x), 'a positive standard deviation'],
    [
      '--samples',
      samples,
      (x) => Number.isInteger(x) && x >= 2 && x <= MOST_SAMPLES,
      `an integer from 2 to ${MOST_SAMPLES}`,
    ],
    ['--horizon', horizon, (x) => x > 0 && Number.isFinite(x), 'a positive time'],
  ];
  const wrong = rules.filter(([, x, holds]) => x !== undefined && !holds(x));
  if (wrong.length > 0) throw new ConfigError(wrong.map(([o, x, , e]) => `${o} is ${x}; expected ${e}`).join('\n'));
}
