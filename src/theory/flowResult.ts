import type { Schedule } from '../critic/schedule.js';
import type { AgentResult } from './agentResult.js';
import type { Baseline } from './baseline/baseline.js';
import type { Certificate } from './certificate/certificate.js';
import { diagnosisKeys } from './certificate/pathDiagnosis.js';
import { roundingFloor } from './certificate/rounding.js';
import type { DiscreteResult } from './discreteResult.js';
import { value } from './finite/exact.js';
import type { CellKind, FiniteMdp } from './finite/finiteMdp.js';
import { type Continuum, type FiniteProblem, isFiniteProblem } from './finite/setting.js';
import { withoutA2 } from './finite/withoutA2.js';
import { type LabOptions, runLab } from './lab.js';
import type { Diagnosis, ExactProblem } from './problem.js';

/** With what a result was made. */
export interface Provenance {
  /** The command line. */
  readonly command: string;
  /** ISO 8601. */
  readonly date: string;
  readonly versions: { readonly mirrorflow: string; readonly node: string; readonly platform: string };
}

/** What a run of the lab found, as plain data: what is written as JSON and drawn in reports. Made by a command, it has its provenance. */
export interface FlowResult extends Partial<Provenance> {
  readonly name: string;
  /** The temperature; τ₀ where there is a schedule. */
  readonly tau: number;
  /** τ_t, where it is not constant. */
  readonly tauSchedule?: Schedule;
  readonly gamma: number;
  readonly eta0: number;
  readonly k1: number;
  readonly horizon: number;
  readonly features: string;
  /** N. */
  readonly size: number;
  /** What β, ρ and μ are. */
  readonly beta: string;
  readonly rho: string;
  readonly mu: string;
  /** Where the flow began. */
  readonly start: string;
  /** Sentences on what a verdict means. */
  readonly notes: readonly string[];
  readonly optimalValue: number;
  /** Nodes a coordinate and error estimate, where integrals are a rule's sums; no error where it was not looked at. */
  readonly quadrature?: { readonly nodes: number; readonly error: number | null };
  readonly certificate: Certificate;
  /** Columns of `PathDiagnosis`. JSON has no infinity and no NaN: read back from a file, both are null. */
  readonly diagnosis: Readonly<Record<'times' | 'tau' | 'leastGap' | keyof Diagnosis, number[]>> & {
    /** Where τ_t is not constant. */
    readonly unregularisedGap?: number[];
  };
  /** θ_t at the times of the diagnosis, shape [T][N]. */
  readonly theta: readonly number[][];
  /** w_t, shape [T][N]: log dπ_t/dμ = −⟨w_t,φ⟩ + e^{−∫τ} log dπ₀/dμ − log Z, the second where `start` names log dπ₀/dμ. */
  readonly w: readonly number[][];
  /** The gap that rounding hides (`roundingFloor`); null for τ = 0 and where τ_t is not constant. */
  readonly roundingFloor: number | null;
  /** The last policy, on processes whose states are a grid. */
  readonly policy?: {
    readonly grid: readonly [number, number];
    readonly value: number[];
    readonly probabilities: number[];
    readonly directions: readonly (readonly [number, number] | null)[];
    /** What the cells are, where that is known. */
    readonly cells?: readonly CellKind[];
  };
  /** The updates of slide 4 in discrete time, with their certificate (`discreteRun`); where they were asked for. */
  readonly discrete?: DiscreteResult;
  /** Other methods on the same process: what each one spent, and its gap after it (`baselines`); where they were asked for. */
  readonly baselines?: readonly Baseline[];
  /** Agents that were trained beside the flow. */
  readonly agent?: AgentResult;
  /** What it cost. */
  readonly steps: number;
  readonly seconds: number;
}

/** Runs the flow of a problem, checks it and gathers what was found as plain data: what `mirrorflow flow` writes and draws. */
export function flow(given: ExactProblem, options: LabOptions = {}): FlowResult {
  const begin = performance.now();
  const { problem, eta, path, diagnosis, certificate } = runLab(given, options);
  const { unregularisedGap: toCosts } = diagnosis;
  const columns = (['times', 'tau', 'leastGap', ...diagnosisKeys] as const).map((key) => [key, [...diagnosis[key]]]);
  const size = isFiniteProblem(problem) ? problem.features.size : problem.size;
  const policy = isFiniteProblem(problem) ? lastPolicy(problem, path.w.at(-1)!) : undefined;
  return {
    name: problem.name,
    tau: problem.tau,
    ...(path.tau && { tauSchedule: path.tau }),
    gamma: problem.gamma,
    eta0: eta === 'infinite' ? Number.POSITIVE_INFINITY : eta.value,
    k1: eta !== 'infinite' && eta.type === 'exponential' ? eta.rate : 0,
    horizon: diagnosis.times.at(-1)!,
    features: isFiniteProblem(problem) ? problem.features.name : 'quadratic',
    size,
    ...problem.laws,
    start: startText(problem, size),
    notes: isFiniteProblem(problem) ? [withoutA2(problem)].filter((note) => note !== null) : [],
    optimalValue: problem.optimalValue,
    ...(isFiniteProblem(problem) && problem.continuum && { quadrature: quadratureOf(problem.continuum) }),
    certificate,
    diagnosis: {
      ...(Object.fromEntries(columns) as FlowResult['diagnosis']),
      ...(toCosts && { unregularisedGap: [...toCosts] }),
    },
    theta: path.theta.map((x) => [...x.subarray(0, size)]),
    w: path.w.map((x) => [...x.subarray(0, size)]),
    roundingFloor: problem.tau > 0 && !path.tau ? roundingFloor(problem, path.w.at(-1)!) : null,
    ...(policy && { policy }),
    steps: path.steps,
    seconds: (performance.now() - begin) / 1000,
  };
}

function quadratureOf({ nodes, error }: Continuum): FlowResult['quadrature'] {
  return { nodes, error: Number.isNaN(error) ? null : error };
}

function startText({ start, size }: ExactProblem, features: number): string {
  const isZero = (x: Float64Array | undefined) => x === undefined || x.every((entry) => entry === 0);
  const policy = isZero(start?.w0) ? 'π₀ = μ' : size > features ? 'log dπ₀/dμ given' : 'w₀ = −log dπ₀/dμ given';
  return `${isZero(start?.theta0) ? 'θ₀ = 0' : 'θ₀ given'}, ${policy}`;
}

function lastPolicy(problem: FiniteProblem, w: Float64Array): FlowResult['policy'] | undefined {
  const { mdp, tau } = problem;
  if (mdp.grid === undefined) return undefined;
  const policy = problem.policy(w);
  return {
    grid: mdp.grid,
    value: [...value(mdp, policy, tau)],
    probabilities: [...policy.probabilities],
    directions: directionsOf(mdp, mdp.grid[1]),
    ...(mdp.cells && { cells: mdp.cells }),
  };
}

/**
 * Which way each action goes on a grid: its displacement on average over all states, so that the sideways slips of a slippery floor cancel.
 * Jumps of more than one cell (back to the start) do not count.
 */
function directionsOf(
  { states, actions, transitions }: FiniteMdp,
  columns: number,
): (readonly [number, number] | null)[] {
  const sums = Array.from({ length: actions }, () => [0, 0] as [number, number]);
  for (let p = 0; p < states * actions; p++) {
    const s = Math.floor(p / actions);
    for (let k = transitions.offsets[p]; k < transitions.offsets[p + 1]; k++) {
      const next = transitions.columns[k];
      const dx = (next % columns) - (s % columns);
      const dy = Math.floor(next / columns) - Math.floor(s / columns);
      if (Math.abs(dx) + Math.abs(dy) !== 1) continue;
      sums[p % actions][0] += transitions.values[k] * dx;
      sums[p % actions][1] += transitions.values[k] * dy;
    }
  }
  return sums.map(([x, y]) => {
    if (Math.max(Math.abs(x), Math.abs(y)) < 1e-9) return null;
    return Math.abs(x) >= Math.abs(y) ? [Math.sign(x), 0] : [0, Math.sign(y)];
  });
}
