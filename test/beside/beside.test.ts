import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { agentBeside } from '../../src/beside/beside.js';
import { type RegimeOptions, regimeOf } from '../../src/beside/regime.js';
import { toAgent, toLab } from '../../src/beside/units.js';
import { type AgentTask, agentTask } from '../../src/cli/flow/agentEnv.js';
import type { AgentResult } from '../../src/theory/agentResult.js';
import type { FiniteProblem } from '../../src/theory/index.js';
import { plain, python } from '../theory/support.js';

process.env.PYTHONPATH = fileURLToPath(new URL('../../envs/mirrorflow_envs', import.meta.url));
const GARNET = 'garnet:5,3,2,1003';

/** Trains agents beside the flow of a task. */
function beside(
  { problem, setting, env, largestFeatures }: AgentTask,
  { seeds, samples, costScale, ...regime }: RegimeOptions & { seeds: number[]; samples?: number; costScale?: number },
): Promise<AgentResult> {
  const rest = costScale === undefined ? {} : { costScale };
  const made = regimeOf(problem, { setting, env, largestFeatures }, regime, rest);
  return agentBeside(problem, { regime: made, setting, seeds, ...(samples && { samples }) });
}

describe('on a Garnet', () => {
  const seeds = [0, 1, 2, 3];
  let task: AgentTask;
  let result: AgentResult;
  beforeAll(async () => {
    task = await agentTask(GARNET, { tau: 0.3, out: '', import: [] });
    result = await beside(task, { steps: 60_000, numEnvs: 64, seeds, samples: 21 });
  }, 60_000);

  it('w is as far from the flow’s as the noise of the temporal differences predicts', () => {
    const { mdp, tau, optimum } = task.problem as FiniteProblem;
    const { eta0, k1, times, mirrorStep, numEnvs } = result;
    const predicted = python<number>(linearNoise, {
      ...plain(mdp),
      policy: [...optimum.policy.probabilities],
      V: [...optimum.value],
      tau,
      eta: eta0 * Math.exp(k1 * times.at(-1)!),
      visits: numEnvs / (2 - mdp.gamma) / mirrorStep,
    });
    const square = result.seeds.reduce((sum, s) => sum + s.distance.at(-1)! ** 2, 0) / seeds.length;
    // One direction, in which every Q moves alike, has nearly all of the variance: the ratio is about χ² of 4 degrees of freedom over 4,
    // which is above 4.7 or below 0.02 once in a thousand.
    expect(square / predicted).toBeLessThan(4.7);
    expect(square / predicted).toBeGreaterThan(0.02);
  });

  it('the gap falls as the flow’s does, to the noise, and stays below the bound of its own critic', () => {
    const { flow, seeds: agents } = result;
    const half = flow.gap.findIndex((gap) => gap < flow.gap[0] / 20);
    for (const agent of agents) {
      expect(agent.gap[0]).toBeCloseTo(flow.gap[0], 10);
      expect(agent.gap[half] / flow.gap[half]).toBeGreaterThan(0.5);
      expect(agent.gap[half] / flow.gap[half]).toBeLessThan(2);
      expect(agent.gap.at(-1)).toBeLessThan(0.01 * agent.gap[0]);
      agent.gap.reduce((least, gap, i) => {
        expect(Math.min(least, gap)).toBeLessThanOrEqual(agent.bound[i]);
        return Math.min(least, gap);
      }, Number.POSITIVE_INFINITY);
      expect(agent.samplerBias).toBe(0);
    }
    expect(result.warnings).toEqual([]);
  });

  it('the same agent with another costScale has the same w at the same flow time, and θ in proportion', async () => {
    const small = { steps: 6400, numEnvs: 64, seeds: [5], samples: 9 };
    const [scaled, plainCosts] = [await beside(task, small), await beside(task, { ...small, costScale: 1 })];
    expect(scaled.own.costScale).toBeCloseTo(0.1, 14);
    expect(scaled.own.tau).toBeCloseTo(0.03, 14);
    expect(plainCosts.own.tau).toBe(0.3);
    expect(scaled.own.mirrorStep).toBeCloseTo(10 * plainCosts.own.mirrorStep, 10);
    scaled.seeds[0].distance.forEach((d, i) => {
      expect(d).toBeCloseTo(plainCosts.seeds[0].distance[i], 8);
      expect(scaled.seeds[0].criticError[i]).toBeCloseTo(plainCosts.seeds[0].criticError[i], 8);
    });
  });
});

describe('a time limit that was asked for', () => {
  it('is told with the bias of the sampler', async () => {
    const task = await agentTask(GARNET, { tau: 0.3, import: [] });
    const limited = { ...task, env: { ...task.env, maxEpisodeSteps: 10 } };
    const { warnings, seeds } = await beside(limited, { steps: 6400, numEnvs: 64, seeds: [0], samples: 3 });
    expect(seeds[0].samplerBias).toBeCloseTo(0.9 ** 10, 12);
    expect(warnings).toEqual([expect.stringMatching(/after 10 steps.*γ\^10 = 0\.349/)]);
  });
});

describe('units', () => {
  it('of the agent are the lab’s times costScale, and its time runs the other way', () => {
    const lab = { tau: 0.2, time: 3, eta: 50, rate: 0.05, theta: 7 };
    // c = 0.1: costs, τ and θ are a tenth, a time is ten times as long, η and k₁ a tenth.
    const agent = toAgent(lab, 0.1);
    Object.entries({ tau: 0.02, time: 30, eta: 5, rate: 0.005, theta: 0.7 }).forEach(([key, value]) => {
      expect(agent[key as keyof typeof agent]).toBeCloseTo(value, 12);
    });
    // η_t of the agent at its time is that of the lab: η₀e^{k₁t} in both.
    expect((agent.eta * Math.exp(agent.rate * agent.time)) / 0.1).toBeCloseTo(50 * Math.exp(0.05 * 3), 10);
    Object.entries(toLab(agent, 0.1)).forEach(([key, value]) => {
      expect(value).toBeCloseTo(lab[key as keyof typeof lab], 12);
    });
  });
});

describe('on boxes, FrozenLake and linear processes', () => {
  it.each([
    ['Drift-v0', 'mirrorflow/Drift-v0', { tau: 0.3 }],
    ['LQR-v0 with Gaussian μ', 'lqr', { tau: 0.5 }],
    ['LinearMDP-v0 and its features', 'mirrorflow/LinearMDP-v0', { tau: 0.3, gamma: 0.9 }],
    ['FrozenLake', 'FrozenLake-v1', { tau: 0.3, gamma: 0.9 }],
  ])('%s: the distance to the flow falls with the number of steps', async (_, name, given) => {
    const task = await agentTask(name, { out: '', import: [], ...given });
    // The same flow for both: the η₀ that few steps allow.
    const few = { steps: 1600, numEnvs: 64, k1: 0 };
    const eta0 = regimeOf(task.problem, task, few).eta0;
    const late = async (steps: number, seeds: number[]) => {
      const { seeds: agents, times } = await beside(task, { ...few, steps, eta0, seeds, samples: 17 });
      const square = agents.flatMap((s) => s.distance.filter((_, i) => times[i] > times.at(-1)! / 3)).map((d) => d * d);
      return Math.sqrt(square.reduce((a, b) => a + b, 0) / square.length);
    };
    // Eight times the steps leave 0.35 of the noise.
    expect((await late(8 * few.steps, [0])) / (await late(few.steps, [0, 1]))).toBeLessThan(0.65);
  });
});

describe('a problem that no agent has', () => {
  it.each([
    ['another β', 'garnet', { beta: 'uniform' }, /--beta is uniform; expected reset, the agent's own, with --agent/],
    ['a ρ that the environment has not', 'FrozenLake-v1', { rho: 'uniform' }, /--rho is uniform; expected own/],
    ['a μ that the environment has not', 'FrozenLake-v1', { mu: 'uniform' }, /--mu is uniform; expected own/],
  ])('for %s is refused', async (_, name, given, message) => {
    await expect(agentTask(name, { tau: 1, out: '', import: [], ...given })).rejects.toThrow(message);
  });
});

/**
 * E‖w − w_flow‖² near the optimum. There the policy's derivative of Q vanishes, so that dθ = −ηA θ dt + noise, dw = (θ − τw) dt, and
 * the noise of a visit of p is h γ (V(s') − E V(s')), independent of the past: a Lyapunov equation.
 */
const linearNoise = `
import json, sys, numpy as np, scipy.linalg
x = json.load(sys.stdin)
S, m, gamma, tau, eta = x['S'], x['m'], x['gamma'], x['tau'], x['eta']
P = np.array(x['P']); pi = np.array(x['policy']).reshape(S, m); V = np.array(x['V']); N = S * m
Ppi = np.einsum('pt,ta->pta', P, pi).reshape(N, N)
beta = np.repeat(np.array(x['rho']), m) / m
d = (1 - gamma) * np.linalg.solve(np.eye(N) - gamma * Ppi.T, beta)
A = np.diag(d) @ (np.eye(N) - gamma * Ppi)
h = eta / x['visits']
C = h * h * x['visits'] * np.diag(d * gamma**2 * (P @ V**2 - (P @ V) ** 2))
M = np.block([[eta * A, np.zeros((N, N))], [-np.eye(N), tau * np.eye(N)]])
Q = np.zeros((2 * N, 2 * N)); Q[:N, :N] = C
print(json.dumps(np.trace(scipy.linalg.solve_continuous_lyapunov(M, Q)[N:, N:])))
`;
