import { ConfigError } from '../../config/configError.js';
import { baselineTable } from '../../report/index.js';
import { isFiniteProblem } from '../../theory/finite/setting.js';
import { type Baseline, baselines, type ExactProblem } from '../../theory/index.js';
import type { FlowCommandOptions } from './options.js';
import { tableText } from './tableText.js';

/** The baselines on the problem. @throws ConfigError where the process is not finite */
export function runBaselines(problem: ExactProblem, options: FlowCommandOptions): Baseline[] {
  if (!isFiniteProblem(problem)) {
    throw new ConfigError(
      `--baselines: ${problem.name} is not a finite process, on which the methods work; ` +
        'expected a finite process, such as garnet or FrozenLake-v1',
    );
  }
  const { mirrorStep, criticStep, criticSteps } = options;
  return baselines(problem, {
    ...(mirrorStep !== undefined && { mirrorStep }),
    ...(criticStep !== undefined && { criticStep }),
    ...(criticSteps !== undefined && criticSteps !== 'infinite' && { criticSteps }),
  });
}

/** What each method spent until its gap was small, for a terminal. */
export function baselineText(all: readonly Baseline[]): string {
  return tableText(baselineTable(all));
}
