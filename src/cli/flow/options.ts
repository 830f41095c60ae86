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

/** @throws ConfigError that names each option that is wrong */
export function checkOptions({ tau, gamma, eta0, k1, horizon, samples, sigma }: FlowCommandOptions): void {
  const rules: [string, number | undefined, (x: number) => boolean, string][] = [
    ['--tau', tau, (x) => x >= 0 && Number.isFinite(x), 'a number of 0 or more'],
    ['--gamma', gamma, (x) => x >= 0 && x < 1, '0 ≤ γ < 1'],
    ['--eta0', eta0, (x) => x > 0 && Number.isFinite(x), 'a positive number'],
    ['--k1', k1, (x) => x >= 0 && Number.isFinite(x), 'a number of 0 or more'],
    ['--sigma', sigma, (x) => x > 0 && Number.isFinite(x), 'a positive standard deviation'],
    ['--samples', samples, (x) => Number.isInteger(x) && x >= 2, 'an integer of 2 or more'],
    ['--horizon', horizon, (x) => x > 0 && Number.isFinite(x), 'a positive time'],
  ];
  const wrong = rules.filter(([, x, holds]) => x !== undefined && !holds(x));
  if (wrong.length > 0) throw new ConfigError(wrong.map(([o, x, , e]) => `${o} is ${x}; expected ${e}`).join('\n'));
}
