import type { CertificateKey, Verdict } from './certificate/entry.js';
import { contraction } from './certificate/theoremOne.js';
import { MdpError } from './errors.js';
import { perturbedProblem } from './finite/perturbed.js';
import { isFiniteProblem } from './finite/setting.js';
import { defaultCriticStep, discreteFlow } from './flow/discrete.js';
import type { Provenance } from './flowResult.js';
import { type LabOptions, runLab } from './lab.js';
import type { ExactProblem } from './problem.js';

/**
 * What a sweep changes from run to run: k₁ and η₀ of η_t = η₀e^{k₁t}, τ, the ε by which A3 fails (`perturbedProblem`), or the number of critic
 * steps a policy update of `discreteFlow`.
 */
export type SweepParameter = 'k1' | 'eta0' | 'tau' | 'epsilon' | 'criticSteps';

/** One run of a sweep, as plain data. JSON has no infinity and no NaN: read back from a file, both are null. */
export interface SweepRun {
  /** Of the parameter. */
  readonly value: number;
  readonly tau: number;
  readonly eta0: number;
  readonly k1: number;
  /** The rate of the gap; NaN where there is none. */
  readonly rate: number;
  /** sup_t K_t. */
  readonly supK: number;
  readonly times: readonly number[];
  /** min_{r≤t} of the gap. */
  readonly leastGap: readonly number[];
  /** sup|⟨θ,φ⟩ − Q^π| at the end, and e²/(2τ(1−γ)) of it. */
  readonly actionValueError: number;
  readonly floor: number;
  /** TD steps up to each time, in discrete time. */
  readonly evaluations?: readonly number[];
  readonly verdicts: Partial<Record<CertificateKey, Verdict>>;
}

/** The runs of a sweep and what they have in common. */
export interface SweepResult extends Partial<Provenance> {
  readonly name: string;
  readonly parameter: SweepParameter;
  readonly gamma: number;
  readonly size: number;
  readonly features: string;
  /** λ_β(1−γ)(1−√γ). */
  readonly Gamma: number;
  /** α* of the problem's own τ, for which η₀ > τ/(4α*) lets a critic of constant speed keep k₂ finite; null where it is not known. */
  readonly criticRate: number | null;
  /** Steps of discrete time. */
  readonly steps?: { readonly criticStep: number; readonly mirrorStep: number };
  readonly runs: readonly SweepRun[];
}

/** The options of the lab, and the steps of discrete time. */
export interface SweepOptions extends LabOptions {
  /** h; `defaultCriticStep` if left out. */
  criticStep?: number | undefined;
  /** λ; 0.1/τ if left out. */
  mirrorStep?: number | undefined;
}

/** λτ in discrete time. */
const MIRROR_STEP = 0.1;
/** Policy updates of the run with the most critic steps. */
const UPDATES = 200;
/** Points that are looked at. */
const SAMPLES = 101;

/**
 * Runs the lab once for each value of a parameter; the other options stay as they are.
 * @throws MdpError where a value does not fit: its message names the parameter
 */
export function sweep(
  problem: ExactProblem,
  parameter: SweepParameter,
  values: readonly number[],
  options: SweepOptions = {},
): SweepResult {
  if (!sweepParameters.includes(parameter) || values.length === 0) {
    const given = values.length === 0 ? 'has no values' : 'is no parameter';
    throw new MdpError(`sweep: ${parameter} ${given}; expected one of ${sweepParameters.join(', ')} and its values`);
  }
  for (const value of values) checkValue(parameter, value);
  const common = {
    ...{
      name: problem.name,
      parameter,
      gamma: problem.gamma,
      Gamma: contraction(problem),
      criticRate: problem.criticRate(),
    },
    ...{ size: problem.size, features: isFiniteProblem(problem) ? problem.features.name : 'quadratic' },
  };
  if (parameter !== 'criticSteps') {
    return { ...common, runs: values.map((value) => flowRun(problem, parameter, value, options)) };
  }
  if (!isFiniteProblem(problem)) throw notFinite(problem, parameter);
  if (!(problem.tau > 0))
    throw new MdpError(`${problem.name}: τ = 0; expected a positive τ for a sweep of criticSteps`);
  const steps = {
    criticStep: options.criticStep ?? defaultCriticStep(problem),
    mirrorStep: options.mirrorStep ?? MIRROR_STEP / problem.tau,
  };
  const budget = UPDATES * values.reduce((a, b) => Math.max(a, b), 1);
  return { ...common, steps, runs: values.map((count) => discreteRun(problem, count, budget, steps)) };
}

function flowRun(
  given: ExactProblem,
  parameter: Exclude<SweepParameter, 'criticSteps'>,
  value: number,
  options: LabOptions,
): SweepRun {
  const problem = problemFor(given, parameter, value);
  const set = parameter === 'k1' || parameter === 'eta0' ? { [parameter]: value } : {};
  const { eta, diagnosis: d, certificate } = runLab(problem, { samples: SAMPLES, ...options, ...set });
  const error = d.actionValueError.at(-1) ?? Number.NaN;
  return {
    value,
    tau: problem.tau,
    eta0: eta === 'infinite' ? Number.POSITIVE_INFINITY : eta.value,
    k1: eta !== 'infinite' && eta.type === 'exponential' ? eta.rate : 0,
    rate: certificate.rate,
    supK: d.K.reduce((most, k) => Math.max(most, k), 0),
    times: [...d.times],
    leastGap: [...d.leastGap],
    actionValueError: error,
    floor: floorOf(problem, error),
    verdicts: Object.fromEntries(certificate.entries.map(({ key, verdict }) => [key, verdict])),
  };
}

function problemFor(problem: ExactProblem, parameter: SweepParameter, value: number): ExactProblem {
  if (parameter === 'tau') return problem.withTau(value);
  if (parameter !== 'epsilon') return problem;
  if (isFiniteProblem(problem)) return perturbedProblem(problem, value);
  throw notFinite(problem, parameter);
}

function notFinite({ name }: ExactProblem, parameter: SweepParameter): MdpError {
  return new MdpError(`${name}: its state space is not finite; expected a finite process for a sweep of ${parameter}`);
}

function discreteRun(
  problem: ExactProblem,
  count: number,
  budget: number,
  { criticStep, mirrorStep }: { criticStep: number; mirrorStep: number },
): SweepRun {
  // All runs take as many TD steps, unless the path would need more than a few hundred megabytes.
  const updates = Math.min(Math.floor(budget / count), Math.max(UPDATES, Math.floor(1e7 / problem.size)));
  const path = discreteFlow(problem, {
    ...{ updates, criticStep, mirrorStep, mirror: 'proximal' as const },
    criticSteps: { type: 'constant', value: count },
  });
  const stride = Math.max(1, Math.ceil(updates / (SAMPLES - 1)));
  const shown = [...path.theta.keys()].filter((n) => n % stride === 0 || n === updates);
  const found = shown.map((n) => problem.diagnose(path.theta[n], path.w[n]));
  const last = found[found.length - 1];
  let least = Number.POSITIVE_INFINITY;
  const leastGap = found.map(({ gap }) => {
    least = Math.min(least, gap);
    return least;
  });
  return {
    value: count,
    tau: problem.tau,
    eta0: Number.NaN,
    k1: Number.NaN,
    rate: Number.NaN,
    supK: found.reduce((most, { K }) => Math.max(most, K), 0),
    times: shown.map((n) => path.times[n]),
    leastGap,
    actionValueError: last.actionValueError,
    floor: floorOf(problem, last.actionValueError),
    evaluations: shown.map((n) => n * count),
    verdicts: {},
  };
}

/** e²/(2τ(1−γ)). */
function floorOf({ tau, gamma }: ExactProblem, error: number): number {
  return error ** 2 / (2 * tau * (1 - gamma));
}

/** What values of each parameter may be. */
const rules: Record<SweepParameter, [(x: number) => boolean, string]> = {
  k1: [(x) => x >= 0, 'a number of 0 or more'],
  eta0: [(x) => x > 0, 'a positive number'],
  tau: [(x) => x > 0, 'a positive number'],
  epsilon: [(x) => x >= 0, 'a number of 0 or more'],
  criticSteps: [(x) => Number.isInteger(x) && x >= 1, 'an integer of 1 or more'],
};

/** The parameters that a sweep can change. */
export const sweepParameters = Object.keys(rules) as SweepParameter[];

function checkValue(parameter: SweepParameter, value: number): void {
  const [holds, expected] = rules[parameter];
  if (Number.isFinite(value) && holds(value)) return;
  throw new MdpError(`sweep: ${parameter} is ${value}; expected ${expected}`);
}
