import { type Schedule, scheduleAt } from '../critic/schedule.js';
import { type Certificate, certify } from './certificate/certificate.js';
import { diagnosePath, type PathDiagnosis } from './certificate/pathDiagnosis.js';
import { contraction } from './certificate/theoremOne.js';
import { MdpError } from './errors.js';
import { type Eta, implicitFlow, type Path, problemAt, sampleTimes } from './flow/flow.js';
import type { ExactProblem } from './problem.js';

/** The temperature, the speed of the critic and how long the flow runs. */
export interface LabOptions {
  /** Temperature τ_t; the problem's own, at all times, if left out. Where τ is needed below, it is τ₀. */
  tauSchedule?: Schedule | undefined;
  /** η₀; twice τ/Γ and at least 1 if left out, so that Theorem 1's condition on it holds wherever A2 does. */
  eta0?: number | undefined;
  /** k₁ of η_t = η₀e^{k₁t}; τ/2 if left out. */
  k1?: number | undefined;
  /** End of the path; 20/τ if left out (200 for τ = 0). For a schedule: where ∫τ_t dt is 20, and at most 200. */
  horizon?: number | undefined;
  /** Number of times that are looked at. */
  samples?: number;
}

/** A flow that was run and checked. */
export interface LabRun {
  /** The problem, at the temperature τ₀. */
  readonly problem: ExactProblem;
  readonly eta: Eta;
  readonly path: Path;
  readonly diagnosis: PathDiagnosis;
  readonly certificate: Certificate;
}

/**
 * Runs the flow from the problem's θ₀ and π₀ (zero and μ unless it has others), looks at each point of its path and checks the assumptions and theorems.
 * @throws MdpError where there is no problem or an option is wrong
 */
export function runLab(given: ExactProblem, options: LabOptions = {}): LabRun {
  checkLabOptions(given, options);
  const problem = problemAt(given, options.tauSchedule, 0);
  const { tau } = problem;
  // A constant schedule is a number.
  const schedule = options.tauSchedule?.type === 'constant' ? undefined : options.tauSchedule;
  const eta = {
    type: 'exponential' as const,
    value: options.eta0 ?? defaultEta0(problem),
    rate: options.k1 ?? tau / 2,
  };
  const horizon = options.horizon ?? (schedule ? horizonOf(schedule) : tau > 0 ? 20 / tau : 200);
  const times = sampleTimes(horizon, options.samples ?? 161);
  // The gap is quadratic in the error of w, so that these draw it over ten decades and more; the tests that compare integrators ask for more.
  const tolerance = problem.size > 500 ? 1e-5 : 1e-7;
  const path = implicitFlow(problem, { eta, tau: schedule, times, tolerance, ...problem.start });
  const diagnosis = diagnosePath(problem, path);
  return { problem, eta, path, diagnosis, certificate: certify(problem, diagnosis, eta) };
}

/** @throws MdpError that names what is wrong */
function checkLabOptions(given: unknown, { eta0, k1, horizon, samples }: LabOptions): void {
  if (typeof given !== 'object' || given === null || !('optimalValue' in given)) {
    throw new MdpError(
      'the flow was given no problem; expected what problemFrom, finiteProblem, lqrProblem or continuousProblem returns',
    );
  }
  const rules: [string, number | undefined, (x: number) => boolean, string][] = [
    ['eta0', eta0, (x) => x > 0 && Number.isFinite(x), 'a positive number'],
    ['k1', k1, (x) => x >= 0 && Number.isFinite(x), 'a number of 0 or more'],
    ['horizon', horizon, (x) => x > 0 && Number.isFinite(x), 'a positive time'],
    ['samples', samples, (x) => Number.isInteger(x) && x >= 2, 'an integer of 2 or more'],
  ];
  for (const [name, x, holds, expected] of rules) {
    if (x !== undefined && !holds(x)) throw new MdpError(`flow: ${name} is ${x}; expected ${expected}`);
  }
}

/** The time at which ∫₀ᵗ τ_r dr is 20, by the trapezoidal rule; at most 200. */
function horizonOf(tau: Schedule): number {
  const step = 0.05;
  for (let t = 0, sum = 0; t < 200; t += step) {
    sum += (step * (scheduleAt(tau, t) + scheduleAt(tau, t + step))) / 2;
    if (sum >= 20) return t + step;
  }
  return 200;
}

function defaultEta0(problem: ExactProblem): number {
  const Gamma = contraction(problem);
  return Gamma > 1e-12 ? Math.max(1, (2 * problem.tau) / Gamma) : 1;
}
