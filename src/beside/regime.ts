import { type Config, type ConfigInput, parseConfig } from '../config/config.js';
import type { ExactProblem } from '../theory/index.js';
import { visitRate } from './meanField.js';
import type { AgentSetting } from './setting.js';
import { costScaleOf, toAgent, toLab } from './units.js';

/** The slides' regime, in units of the lab. What is left out follows from the rest. */
export interface RegimeOptions {
  /** η₀ of η_t = η₀e^{k₁t}: the greatest that keeps every step of the critic within `largestStep` if left out. */
  eta0?: number | undefined;
  /** k₁; τ/4 if left out. */
  k1?: number | undefined;
  /** End of the path; 8/τ if left out. */
  horizon?: number | undefined;
  /** Transitions of a run, those of steps that only reset included. */
  steps: number;
  /** Environments, each of which makes one step a policy update. */
  numEnvs: number;
}

/** A regime whose steps are chosen. */
export interface Regime {
  readonly config: Config;
  /** η_t of the flow, in units of the lab. */
  readonly eta0: number;
  readonly k1: number;
  readonly horizon: number;
  /** λ in units of the lab. */
  readonly mirrorStep: number;
  readonly updates: number;
}

/** The greatest h_n‖φ‖²: a step of the critic on one transition is stable up to 2, and noisy long before. */
const LARGEST_STEP = 0.05;

/**
 * Chooses the steps of an agent that follows the flow of a problem up to a horizon T in so many steps: with E environments and one step of
 * each a policy update, λ = TE/steps, and h_n = (2 − γ)λη_t/E with η_t = η₀e^{k₁t}.
 * @param largestFeatures sup ‖φ‖₂ where the process goes
 * @throws RangeError where η₀ asks for steps that are too large, naming what is possible
 */
export function regimeOf(
  problem: ExactProblem,
  { setting, env, largestFeatures }: { setting: AgentSetting; env: ConfigInput['env']; largestFeatures: number },
  options: RegimeOptions,
  rest: Pick<ConfigInput, 'costScale'> = {},
): Regime {
  const { tau, gamma } = problem;
  const { k1 = tau / 4, horizon = 8 / tau, steps, numEnvs } = options;
  const updates = Math.floor(steps / numEnvs);
  if (updates < 1) throw new RangeError(`--steps is ${steps}; expected at least ${numEnvs}, one of each environment`);
  const mirrorStep = horizon / updates;
  const transitions = numEnvs * visitRate(1, gamma);
  const largest = (LARGEST_STEP / largestFeatures ** 2) * (transitions / mirrorStep) * Math.exp(-k1 * horizon);
  const eta0 = options.eta0 ?? largest;
  if (eta0 > largest * (1 + 1e-9)) {
    throw new RangeError(
      `--eta0 is ${eta0}: at t = ${horizon} the agent's critic step would be ${((LARGEST_STEP * eta0) / largest).toPrecision(3)} in units of 1/sup‖φ‖²; ` +
        `expected η₀ ≤ ${largest.toPrecision(3)}. Take more --steps, or a smaller --k1 or --horizon`,
    );
  }
  const costScale = costScaleOf({ ...rest, gamma });
  const own = toAgent({ tau, time: mirrorStep, eta: 1, rate: k1, theta: 1 }, costScale);
  const config = parseConfig(
    {
      env: { ...env, numEnvs },
      totalSteps: steps,
      gamma,
      ...rest,
      tau: own.tau,
      features: setting.features,
      ...(setting.combinations && { combinations: setting.combinations }),
      ...(setting.actions && { actions: setting.actions }),
      critic: {
        type: 'td',
        lambda: 0,
        stepSize: (eta0 * mirrorStep) / transitions,
        eta: { type: 'exponential', value: 1, rate: own.rate },
        traces: 'accumulating',
      },
      criticSteps: { type: 'constant', value: 1 },
      actor: { type: 'proximal', mirrorStep: own.time },
      sampler: { type: 'geometric', firstAction: 'uniform' },
    },
    `the regime of ${problem.name}`,
  );
  return { config, eta0, k1, horizon, mirrorStep, updates };
}

/** η_t = η₀e^{k₁t} of the flow that an agent of a configuration follows, h_n·M_n·E/((2 − γ)λ), in units of the lab (`meanFieldProblem`). */
export function etaOf(config: Config): { eta0: number; k1: number } {
  const { critic, criticSteps, actor, env } = config;
  if (critic.type !== 'td' || typeof actor.mirrorStep !== 'number' || criticSteps.type !== 'constant') {
    throw new RangeError(
      'the configuration is not in the slides\' regime; expected the critic "td", a number as actor.mirrorStep and constant criticSteps',
    );
  }
  const { eta } = critic;
  if (eta.type === 'polynomial')
    throw new RangeError('critic.eta is "polynomial"; expected "constant" or "exponential"');
  const rate = eta.type === 'exponential' ? eta.rate : 0;
  const transitions = env.numEnvs * Math.ceil(criticSteps.value) * visitRate(1, config.gamma);
  const own = (critic.stepSize * eta.value * transitions) / actor.mirrorStep;
  const lab = toLab({ tau: 1, time: 1, eta: own, rate, theta: 1 }, costScaleOf(config));
  return { eta0: lab.eta, k1: lab.rate };
}
