import type { RunOptions } from '../agent/run.js';
import { parseConfig } from '../config/config.js';
import type { AgentPath, AgentResult, SeedResult } from '../theory/agentResult.js';
import { type ExactProblem, implicitFlow, sampleTimes } from '../theory/index.js';
import { meanFieldProblem } from './meanField.js';
import { etaOf, type Regime } from './regime.js';
import type { AgentSetting } from './setting.js';
import { type AgentRun, trainBeside } from './trainBeside.js';
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
  const results: SeedResult[] = [];
  for (const seed of seeds) {
    const trained = await trainBeside(parseConfig({ ...config, seed }), counts, { ...run, onWarning });
    const result = compare(problem, {
      ...trained,
      theta: trained.theta.map(setting.toLab),
      w: trained.w.map(setting.toLab),
    });
    results.push(result);
    options.onSeed?.(result);

    function compare(of: ExactProblem, agent: AgentRun): SeedResult {
      const distance = agent.w.map((w, i) => norm(w.map((x, j) => x - path.w[i][j])));
      return {
        seed,
        ...looked(of, agent),
        distance,
        relativeDistance: distance.map((d, i) => (norm(path.w[i]) > 0 ? d / norm(path.w[i]) : null)),
        transitions: agent.transitions,
        seconds: agent.seconds,
        samplerBias: agent.samplerBias,
      };
    }
  }
  return {
    own: { tau: Number(config.tau), mirrorStep: Number(config.actor.mirrorStep), costScale: costScaleOf(config) },
    mirrorStep,
    numEnvs: config.env.numEnvs,
    steps: updates * config.env.numEnvs,
    eta0,
    k1,
    times,
    flow: looked(problem, path),
    seeds: results,
    warnings,
  };
}

function looked(problem: ExactProblem, path: Pick<AgentRun, 'theta' | 'w'>): AgentPath {
  const all = path.theta.map((theta, i) => problem.diagnose(theta, path.w[i]));
  return { gap: all.map((d) => d.gap), K: all.map((d) => d.K), criticError: all.map((d) => d.criticError) };
}

function norm(x: Float64Array): number {
  return Math.hypot(...x);
}
