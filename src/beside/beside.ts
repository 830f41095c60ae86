import type { RunOptions } from '../agent/run.js';
import { parseConfig } from '../config/config.js';
import type { AgentPath, AgentResult, SeedResult } from '../theory/agentResult.js';
import { diagnosePath, diagnosisKeys } from '../theory/certificate/pathDiagnosis.js';
import { boundWithoutA3 } from '../theory/certificate/withoutA3.js';
import type { Path } from '../theory/flow/flow.js';
import { type ExactProblem, implicitFlow, sampleTimes } from '../theory/index.js';
import type { Diagnosis } from '../theory/problem.js';
import { meanFieldProblem } from './meanField.js';
import { etaOf, type Regime } from './regime.js';
import type { AgentSetting } from './setting.js';
import { trainBeside } from './trainBeside.js';
import { costScaleOf } from './units.js';

/** Which agents are trained beside a flow. */
export interface BesideOptions {
  regime: Regime;
  setting: AgentSetting;
  seeds: readonly number[];
  /** Times that are looked at; 81 if left out. */
  samples?: number;
  run?: RunOptions;
  /** Called when a seed is done. */
  onSeed?: (result: SeedResult) => void;
}

/**
 * Trains agents and compares them with the flow that they follow in the mean, at the times t = nλ of their updates.
 * @param problem with the agent's own β, ρ ⊗ μ
 */
export async function agentBeside(problem: ExactProblem, options: BesideOptions): Promise<AgentResult> {
  const { regime, setting, seeds, samples = 81, run = {} } = options;
  const { config, horizon, mirrorStep, updates } = regime;
  const { eta0, k1 } = etaOf(config);
  const counts = [...new Set([...sampleTimes(horizon, samples)].map((t) => Math.round(t / mirrorStep)))];
  const times = counts.map((n) => n * mirrorStep);
  const eta = { type: 'exponential' as const, value: eta0, rate: k1 };
  const path = implicitFlow(meanFieldProblem(problem), { eta, times: Float64Array.from(times), tolerance: 1e-7 });
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    if (!warnings.includes(message)) warnings.push(message);
    run.onWarning?.(message);
  };
  const flow = looked(problem, path);
  const results: SeedResult[] = [];
  for (const seed of seeds) {
    const trained = await trainBeside(parseConfig({ ...config, seed }), counts, { ...run, onWarning });
    const own = { ...path, theta: trained.theta.map(setting.toLab), w: trained.w.map(setting.toLab) };
    const distance = own.w.map((w, i) => Math.hypot(...w.map((x, j) => x - path.w[i][j])));
    const { transitions, seconds, samplerBias } = trained;
    const result = {
      seed,
      ...looked(problem, own),
      distance,
      relativeDistance: distance.map((d, i) => (i === 0 ? null : d / Math.hypot(...path.w[i]))),
      ...{ transitions, seconds, samplerBias },
    };
    results.push(result);
    options.onSeed?.(result);
  }
  return {
    own: { tau: Number(config.tau), mirrorStep: Number(config.actor.mirrorStep), costScale: costScaleOf(config) },
    mirrorStep,
    numEnvs: config.env.numEnvs,
    steps: updates * config.env.numEnvs,
    eta0,
    k1,
    times,
    flow,
    seeds: results,
    warnings,
  };
}

/** A point of a path whose policy has no density: noise made a regulator's precision negative. */
const NOWHERE = Object.fromEntries(diagnosisKeys.map((key) => [key, Number.POSITIVE_INFINITY])) as unknown as Diagnosis;

function looked(problem: ExactProblem, path: Path): AgentPath {
  const diagnose = (theta: Float64Array, w: Float64Array) => {
    try {
      return problem.diagnose(theta, w);
    } catch (error) {
      if (error instanceof RangeError) return NOWHERE;
      throw error;
    }
  };
  const found = diagnosePath({ ...problem, diagnose }, path);
  const { gap, K, criticError } = found;
  return { gap: [...gap], K: [...K], criticError: [...criticError], bound: [...boundWithoutA3(found, problem)] };
}
